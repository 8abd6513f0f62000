//! The one word that says where an agent is.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The status of a message. Open: published agents use over a hundred words, all kept as they are.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Status {
    /// The first phase runs.
    Analyzing,
    /// The second phase runs.
    Managing,
    /// The third phase runs.
    Growing,
    /// A person has to decide; the session goes on where it can.
    AwaitingApproval,
    /// The session ended with a delivery.
    Completed,
    /// The session ended with an error.
    Failed,
    /// The session was ended by a request, or superseded.
    Cancelled,
    /// Any other word.
    Other(String),
}

impl Status {
    /// The words this agent uses itself, in the order a session can go through them.
    pub const KNOWN: &'static [Self] = &[
        Self::Analyzing,
        Self::Managing,
        Self::Growing,
        Self::AwaitingApproval,
        Self::Completed,
        Self::Failed,
        Self::Cancelled,
    ];

    /// The word as it stands in messages.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Analyzing => "analyzing",
            Self::Managing => "managing",
            Self::Growing => "growing",
            Self::AwaitingApproval => "awaiting_approval",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Other(word) => word,
        }
    }

    /// Whether the message with this status is the last one of its session.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        match self {
            Self::Completed | Self::Failed | Self::Cancelled => true,
            Self::Analyzing | Self::Managing | Self::Growing | Self::AwaitingApproval | Self::Other(_) => {
                false
            }
        }
    }
}

impl From<&str> for Status {
    fn from(word: &str) -> Self {
        let known = Self::KNOWN.iter().find(|status| status.as_str() == word);
        known.cloned().unwrap_or_else(|| Self::Other(word.to_owned()))
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Status {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Status {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Cow::<str>::deserialize(deserializer).map(|word| Self::from(word.as_ref()))
    }
}

impl JsonSchema for Status {
    fn schema_name() -> Cow<'static, str> {
        "Status".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let known: Vec<&str> = Self::KNOWN.iter().map(Self::as_str).collect();
        json_schema!({
            "description": "Where the agent is. Open: other agents use other words; \
                exactly one of `completed`, `failed`, `cancelled` ends a session.",
            "type": "string",
            "examples": known,
        })
    }
}
