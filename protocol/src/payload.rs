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
}

impl PublishContext {
    /// `content` as the answer to `context_type`.
    #[must_use]
    pub fn new(context_type: impl Into<String>, content: Members) -> Self {
        Self { context_type: context_type.into(), content }
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
    /// Who decided. Absent: the requesting agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// What they want to add. Absent when nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl AnswerApproval {
    /// `decision` on the question `approval_id`.
    #[must_use]
    pub fn new(approval_id: impl Into<String>, decision: Decision) -> Self {
        Self { approval_id: approval_id.into(), decision, decided_by: None, note: None }
    }
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
