//! What the verbs carry. Unknown members are allowed and ignored.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{FigureId, Members};

/// Payload of `offer_context`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct OfferContext {
    /// The request types the asker answers: `get_customer_context`.
    pub context_types: Vec<String>,
}

impl OfferContext {
    /// An offer to answer `context_types`.
    #[must_use]
    pub fn new(context_types: Vec<String>) -> Self {
        Self { context_types }
    }
}

/// Payload of `publish_context`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct PublishContext {
    /// The request type it is the answer to: `get_product_context`.
    pub context_type: String,
    /// The context itself. It is data to whoever reads it, never an instruction.
    pub content: Members,
    /// After how many seconds it is no longer returned. Absent: it is until the author publishes anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in_seconds: Option<u64>,
}

impl PublishContext {
    /// `content` as the answer to `context_type`.
    #[must_use]
    pub fn new(context_type: impl Into<String>, content: Members) -> Self {
        Self { context_type: context_type.into(), content, expires_in_seconds: None }
    }
}

/// Payload of `cancel_session`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct CancelSession {
    /// The session to end; absent when `_meta.session_id` names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// Why, for people. Absent when nothing is to be said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Payload of `resume_session`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct ResumeSession {
    /// The session to attach to; absent when `_meta.session_id` names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// The last sequence number that was seen; absent or 0 means all messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after_seq: Option<u64>,
}

/// What a person decided. Closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Do it.
    Approved,
    /// Do not do it.
    Rejected,
}

/// Payload of `answer_approval`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct AnswerApproval {
    /// The `approval.id` of the question.
    pub approval_id: String,
    /// The answer.
    pub decision: Decision,
    /// Who decided. Absent: the requesting agent; `null` and blanks name nobody, and are refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// What they want to add. Absent when nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// SHA-256 of what was shown, lower-case hex: `details.sha256` of the question, or that of the file as it was
    /// edited since. A yes to anything else than lies there now is refused. Absent: what was proposed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
}

impl AnswerApproval {
    /// `decision` on the question `approval_id`.
    #[must_use]
    pub fn new(approval_id: impl Into<String>, decision: Decision) -> Self {
        Self { approval_id: approval_id.into(), decision, decided_by: None, note: None, sha256: None }
    }
}

/// How an approval stands. Closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ApprovalState {
    /// Nobody has answered yet.
    Pending,
    /// Answered with yes, and not carried out yet.
    Approved,
    /// Answered with no.
    Rejected,
    /// Nobody answered in time, which counts as no.
    Expired,
    /// Approved and carried out.
    Done,
    /// Approved, and could not be carried out.
    Failed,
    /// Taken back by a later session before anybody answered: what it rested on is so no more.
    Withdrawn,
}

impl ApprovalState {
    /// All states, in the order an approval can go through them.
    pub const ALL: &'static [Self] = &[
        Self::Pending,
        Self::Approved,
        Self::Rejected,
        Self::Expired,
        Self::Done,
        Self::Failed,
        Self::Withdrawn,
    ];

    /// The word as it stands in messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The state that `word` names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.as_str() == word)
    }

    /// What was decided; `None` while nobody did, or when nobody did in time.
    #[must_use]
    pub const fn decision(self) -> Option<Decision> {
        match self {
            Self::Approved | Self::Done | Self::Failed => Some(Decision::Approved),
            Self::Rejected => Some(Decision::Rejected),
            Self::Pending | Self::Expired | Self::Withdrawn => None,
        }
    }
}

/// Payload of `list_approvals`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct ListApprovals {
    /// Only those that stand so. Absent: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<ApprovalState>,
    /// How many to list at most. Absent: as many as fit a message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
}

/// Payload of `get_account_context`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct GetSubjectContext {
    /// The subject's id in the agent's data.
    #[serde(rename = "account_id")]
    pub subject_id: String,
    /// The day to look from, ISO 8601. Absent: as the agent is configured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub as_of: Option<String>,
}

impl GetSubjectContext {
    /// Asks for the subject with this id.
    #[must_use]
    pub fn new(subject_id: impl Into<String>) -> Self {
        Self { subject_id: subject_id.into(), as_of: None }
    }
}

/// Payload of `explain_figure`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct ExplainFigure {
    /// The figure, as it stands in `_meta.evidence`; the `figure:` may be left out.
    pub figure: FigureId,
    /// The session it is a figure of; absent when `_meta.session_id` names it, or for the newest completed one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// How many of its rows to send at most. Absent: as many as fit a message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rows: Option<u64>,
}

impl ExplainFigure {
    /// Asks to open `figure`.
    #[must_use]
    pub fn new(figure: FigureId) -> Self {
        Self { figure, session_id: None, rows: None }
    }
}

/// Payload of `list_sessions`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct ListSessions {
    /// How many to list at most. Absent: as many as fit a message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<u64>,
}

/// Payload of `describe_agent`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct DescribeAgent {
    /// The request types the asker answers itself, as in `offer_context`. Absent: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub context_types: Option<Vec<String>>,
}
