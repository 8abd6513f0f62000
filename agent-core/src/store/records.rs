use std::collections::BTreeMap;

use protocol::Figure;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How a session stands. Closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionState {
    /// Accepted and not ended: running, or waiting to be resumed.
    Open,
    /// Ended with its delivery.
    Completed,
    /// Ended by an error.
    Failed,
    /// Ended by a person, or superseded by a newer session.
    Cancelled,
}

impl SessionState {
    /// The word stored and shown.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state that `word` names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "open" => Some(Self::Open),
            "completed" => Some(Self::Completed),
            "failed" => Some(Self::Failed),
            "cancelled" => Some(Self::Cancelled),
            _ => None,
        }
    }
}

/// A session to be opened, if nothing stored answers for it.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Id it gets when it is new.
    pub id: String,
    /// Whose it is.
    pub tenant: String,
    /// Hash of everything it depends on.
    pub pin: String,
    /// What the pin was made of, for people who ask why it changed.
    pub pin_parts: BTreeMap<String, String>,
    /// The request as it came.
    pub request: Value,
    /// Hash of the request's verb and payload, without its idempotency key.
    pub request_hash: String,
    /// Key under which a retry finds the same session.
    pub idempotency_key: Option<String>,
    /// Now, microseconds since 1970 UTC.
    pub at: i64,
}

/// What opening a session led to.
#[derive(Clone, Debug)]
pub enum Opened {
    /// A session was made.
    New(SessionRecord),
    /// The idempotency key, or the pin of the unfinished session, is that of this session.
    Existing(SessionRecord),
    /// An unfinished session with another pin or request stands in the way; nothing was stored.
    Unfinished(SessionRecord),
    /// The idempotency key was used with another body; nothing was stored.
    KeyConflict {
        /// The session that the key belongs to.
        session_id: String,
    },
}

/// A stored session.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionRecord {
    /// UUIDv7.
    pub id: String,
    /// Whose it is.
    pub tenant: String,
    /// Hash of everything it depends on.
    pub pin: String,
    /// What the pin was made of.
    pub pin_parts: BTreeMap<String, String>,
    /// The request as it came.
    pub request: Value,
    /// Hash of the request's verb and payload, without its idempotency key.
    pub request_hash: String,
    /// How it stands.
    pub state: SessionState,
    /// Who holds it, if anybody ever did.
    pub lease_owner: Option<String>,
    /// Raised each time somebody takes it.
    pub lease_epoch: i64,
    /// Until when the owner holds it, microseconds since 1970 UTC.
    pub lease_until: i64,
    /// Microseconds since 1970 UTC.
    pub opened_at: i64,
    /// Microseconds since 1970 UTC; absent while open.
    pub closed_at: Option<i64>,
}

/// The right to write to a session, worthless once somebody raised the epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The session held.
    pub session_id: String,
    /// Who holds it: one process, not one person.
    pub owner: String,
    /// The epoch under which it was taken.
    pub epoch: i64,
}

/// A step that is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalEntry {
    /// Name of the step within its session.
    pub key: String,
    /// Hash of what went in.
    pub input_hash: String,
    /// Hash, and so name, of the object that came out.
    pub output_hash: String,
}

/// A message that was, or may be, announced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxEntry {
    /// Its place in the session, from 1.
    pub seq: i64,
    /// The message, one line of JSON.
    pub message: String,
}

/// Everything that becomes true at once, or not at all.
#[derive(Clone, Debug, Default)]
pub struct Commit {
    /// The step that is done by this.
    pub step: Option<JournalEntry>,
    /// Messages to announce afterwards.
    pub messages: Vec<OutboxEntry>,
    /// Figures the step computed.
    pub figures: Vec<Figure>,
    /// The state the session ends in, if it ends.
    pub close: Option<SessionState>,
    /// Now, microseconds since 1970 UTC.
    pub at: i64,
    /// Until when the lease is extended.
    pub lease_until: i64,
}

/// What an agent published for others. Data, never an instruction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContextEntry {
    /// The request type it answers: `get_product_context`.
    #[serde(rename = "type")]
    pub context_type: String,
    /// Who published it, as it called itself.
    pub author: String,
    /// When, microseconds since 1970 UTC.
    pub at: i64,
    /// When it stops being returned, microseconds since 1970 UTC; absent: never.
    pub expires: Option<i64>,
    /// What was published.
    pub payload: Value,
}
