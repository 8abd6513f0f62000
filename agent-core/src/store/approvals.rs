use protocol::payload::{ApprovalState, Decision};
use protocol::{FigureId, Members};
use serde::{Deserialize, Serialize};

/// How many approvals are read when nobody says.
const LISTED: usize = 100;

/// Something a person was asked to decide, with everything that is recorded of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ApprovalRecord {
    /// Name to answer it by, and the idempotency key of carrying it out.
    pub id: String,
    /// Whose it is.
    pub tenant: String,
    /// The session that asked it first.
    pub session_id: String,
    /// The name of the question within that session.
    pub key: String,
    /// SHA-256 over what would be done. Two open questions of a tenant never have the same.
    pub content: String,
    /// What would be done: `send_email`. Open.
    pub action: String,
    /// The same in a sentence a person can decide on.
    pub summary: String,
    /// The figures it rests on.
    pub figures: Vec<FigureId>,
    /// What exactly would happen. Open.
    pub details: Members,
    /// How it stands.
    pub state: ApprovalState,
    /// Microseconds since 1970 UTC.
    pub asked_at: i64,
    /// When it counts as refused, microseconds since 1970 UTC.
    pub expires_at: i64,
    /// Microseconds since 1970 UTC; absent while nobody answered.
    pub decided_at: Option<i64>,
    /// Who answered.
    pub decided_by: Option<String>,
    /// What they added; why, when withdrawn.
    pub note: Option<String>,
    /// What came of carrying it out: what the agent says of it when done, the error when failed.
    pub outcome: Option<Members>,
    /// Microseconds since 1970 UTC; absent while it was neither carried out nor withdrawn.
    pub finished_at: Option<i64>,
}

/// What a person answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalAnswer {
    /// The answer.
    pub decision: Decision,
    /// Who gives it.
    pub decided_by: String,
    /// What they add.
    pub note: Option<String>,
    /// SHA-256 of what they were shown; absent: of what was proposed.
    pub sha256: Option<String>,
    /// Details that take the place of those proposed. The runtime fills them in when an edited text is approved.
    pub details: Option<Members>,
}

impl ApprovalAnswer {
    /// `decision` by `decided_by` on what was proposed.
    #[must_use]
    pub fn new(decision: Decision, decided_by: impl Into<String>) -> Self {
        Self { decision, decided_by: decided_by.into(), note: None, sha256: None, details: None }
    }
}

/// What answering led to, with the approval as it stands then.
#[derive(Clone, Debug, PartialEq)]
pub enum Answered {
    /// This answer was recorded.
    Now(ApprovalRecord),
    /// The same answer had been given before, and stands.
    Before(ApprovalRecord),
    /// Another answer had been given before, and stands.
    Otherwise(ApprovalRecord),
    /// Nobody answered in time.
    Expired(ApprovalRecord),
    /// A later session took it back; its note says why.
    Withdrawn(ApprovalRecord),
}

/// A question that a session takes back, if nobody has answered it yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Withdrawal {
    /// The approval.
    pub id: String,
    /// What is so no more, in a sentence.
    pub because: String,
}

/// Which approvals are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovalFilter {
    /// Only those that stand so; absent: all.
    pub state: Option<ApprovalState>,
    /// How many at most.
    pub limit: usize,
}

impl Default for ApprovalFilter {
    fn default() -> Self {
        Self { state: None, limit: LISTED }
    }
}

impl ApprovalFilter {
    /// Those that stand so, as many as are listed when nobody says.
    #[must_use]
    pub fn standing(state: ApprovalState) -> Self {
        Self { state: Some(state), ..Self::default() }
    }

    /// The same, at most `limit` of them.
    #[must_use]
    pub fn limit(self, limit: usize) -> Self {
        Self { limit, ..self }
    }
}
