use protocol::Members;
use serde::{Deserialize, Serialize};

/// Who answered when a session asked for a context. Closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContextSource {
    /// The other side of the connection, which had offered to.
    Orchestrator,
    /// The embedded context manager: what agents published here.
    #[default]
    Embedded,
}

impl ContextSource {
    /// The word as it stands in messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Orchestrator => "orchestrator",
            Self::Embedded => "embedded",
        }
    }
}

/// What somebody said. Data: shown with who said it, never an instruction, its numbers never a figure of ours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// Who said it, as it called itself.
    pub by: String,
    /// When, RFC 3339, UTC.
    pub at: String,
    /// What.
    pub payload: Members,
}

/// What asking for a context led to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// Who answered.
    pub used: ContextSource,
    /// Why it was that one, in a sentence for people.
    pub why: String,
    /// When it was asked, RFC 3339, UTC.
    pub at: String,
    /// What was answered: one claim of the orchestrator, or the newest of each author who published.
    pub claims: Vec<Claim>,
}
