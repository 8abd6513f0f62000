use std::collections::BTreeMap;
use std::sync::Arc;

use protocol::Figure;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::approvals::{ApprovalRecord, Withdrawal};

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

/// What a session is for. Closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionKind {
    /// Writes into the workspace: at most one of a tenant is unfinished.
    #[default]
    Work,
    /// Answers and writes no file: any number at once.
    Question,
}

impl SessionKind {
    /// The word stored and shown.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Work => "work",
            Self::Question => "question",
        }
    }

    /// The kind that `word` names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "work" => Some(Self::Work),
            "question" => Some(Self::Question),
            _ => None,
        }
    }
}

/// Who is to hold a session, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Who: one process, not one person.
    pub owner: String,
    /// Until when, microseconds since 1970 UTC.
    pub until: i64,
    /// Whether the claimant has the [`WorkspaceLock`](super::WorkspaceLock).
    ///
    /// It must then keep the lock for as long as it holds any session that it claimed so:
    /// whoever has the lock next takes its holder to be dead.
    pub locked: bool,
}

/// A session to be opened, if nothing stored answers for it.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Id it gets when it is new.
    pub id: String,
    /// Whose it is.
    pub tenant: String,
    /// What it is for.
    pub kind: SessionKind,
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
    /// Who holds it from its first moment; nobody when absent.
    pub claim: Option<Claim>,
    /// Now, microseconds since 1970 UTC.
    pub at: i64,
}

/// What opening a session led to.
#[derive(Clone, Debug)]
pub enum Opened {
    /// A session was made.
    New(SessionRecord),
    /// The idempotency key is that of this session; or, for work, the pin of the unfinished one.
    /// Who holds it has not changed.
    Existing(SessionRecord),
    /// Work only: an unfinished session with another pin or request stands in the way; nothing was stored.
    Unfinished(SessionRecord),
    /// The idempotency key was used for a question that was pruned since; nothing was stored.
    KeyPruned,
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
    /// What it is for.
    pub kind: SessionKind,
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
    /// Whether the owner had the lock on the workspace when it took it.
    pub lease_locked: bool,
    /// Microseconds since 1970 UTC.
    pub opened_at: i64,
    /// Microseconds since 1970 UTC; absent while open.
    pub closed_at: Option<i64>,
    /// When its steps, messages and figures were pruned, microseconds since 1970 UTC.
    pub pruned_at: Option<i64>,
}

impl SessionRecord {
    /// The lease of the owner named here: for the one who opened the session with a [`Claim`].
    #[must_use]
    pub fn lease(&self) -> Option<Lease> {
        let owner = self.lease_owner.clone()?;
        Some(Lease { session_id: self.id.clone(), owner, epoch: self.lease_epoch })
    }
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

/// What many messages have in common, kept once: the whole message but for its `_meta`.
///
/// The [`OutboxEntry`] with this `seq` then holds `_meta` alone; read back, it is the whole message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedBody {
    /// The message's place in its session.
    pub seq: i64,
    /// Hash of the text.
    pub sha256: Arc<str>,
    /// The message as a JSON object without `_meta`.
    pub text: Arc<str>,
}

impl SharedBody {
    /// The whole message: the body with its `_meta`.
    pub(crate) fn whole(text: &str, meta: &str) -> String {
        [text.strip_suffix('}').unwrap_or(text), ",\"_meta\":", meta, "}"].concat()
    }
}

/// Everything that becomes true at once, or not at all.
#[derive(Clone, Debug, Default)]
pub struct Commit {
    /// The step that is done by this.
    pub step: Option<JournalEntry>,
    /// Messages to announce afterwards.
    pub messages: Vec<OutboxEntry>,
    /// The bodies of those messages that have one in common with messages of other sessions.
    pub shared: Vec<SharedBody>,
    /// Figures the step computed.
    pub figures: Vec<Figure>,
    /// Objects that the session needs beside the step's output and the rows of its figures.
    pub objects: Vec<String>,
    /// What the step asks people to decide.
    pub approvals: Vec<ApprovalRecord>,
    /// Which questions of earlier sessions it takes back.
    pub withdrawn: Vec<Withdrawal>,
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

/// Which of what agents published is wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContextQuery {
    /// The request type it answers.
    pub context_type: String,
    /// Now, microseconds since 1970 UTC: what has expired by then is not returned, except as history.
    pub at: i64,
    /// Whether what came before the newest of each author is wanted too.
    pub history: bool,
    /// How many at most.
    pub limit: usize,
    /// How many bytes of JSON at most.
    pub bytes: usize,
}

/// What agents published, newest first, as far as it fits what was asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ContextsFound {
    /// Those that fit.
    pub entries: Vec<ContextEntry>,
    /// How many older ones did not.
    pub left_out: u64,
}
