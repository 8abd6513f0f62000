//! What the verbs are answered with: the payloads of their responses.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::body::members_of;
use crate::payload::{ApprovalState, Decision};
use crate::{Approval, Figure, Members, Status};

/// A reply as the payload of a response.
#[must_use]
pub fn payload_of(reply: &impl Serialize) -> Members {
    members_of(reply)
}

/// Answer to `offer_context`: what of the offer the agent will use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct ContextOffer {
    /// The request types the agent will send to the asker. Empty: none of those offered is needed.
    pub context_types: Vec<String>,
}

impl ContextOffer {
    /// The agent will ask for `context_types`.
    #[must_use]
    pub fn new(context_types: Vec<String>) -> Self {
        Self { context_types }
    }
}

/// Answer to `publish_context`, and one entry of what is there to ask for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct PublishedContext {
    /// The request type it is the answer to.
    pub context_type: String,
    /// Who wrote it.
    pub published_by: String,
    /// When it was written, RFC 3339, UTC.
    pub published_at: String,
    /// When it stops being returned, RFC 3339, UTC. Absent: it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
    /// The context itself; absent where only its being there is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Members>,
}

impl PublishedContext {
    /// `published_by` wrote the answer to `context_type` at this time.
    #[must_use]
    pub fn new(
        context_type: impl Into<String>,
        published_by: impl Into<String>,
        published_at: impl Into<String>,
    ) -> Self {
        Self {
            context_type: context_type.into(),
            published_by: published_by.into(),
            published_at: published_at.into(),
            expires_at: None,
            content: None,
        }
    }
}

/// Answer to a `get_*_context` that agents published: the newest of each author, or with `history` what came
/// before as well; newest first, each with its author.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct PublishedContexts {
    /// What was published under the name.
    pub published: Vec<PublishedContext>,
    /// How many older ones did not fit a message or the `limit` asked for. Absent when none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_out: Option<u64>,
}

impl PublishedContexts {
    /// What was published under one name.
    #[must_use]
    pub fn new(published: Vec<PublishedContext>) -> Self {
        Self { published, left_out: None }
    }
}

/// Answer to `cancel_session` and `resume_session`, and one entry of `list_sessions`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct SessionState {
    /// The session.
    pub session_id: String,
    /// The status of its newest journaled message.
    pub status: Status,
    /// The sequence number of that message; 0 before the first.
    pub last_seq: u64,
    /// When it was opened, RFC 3339, UTC. Absent where it is not of interest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened_at: Option<String>,
    /// Who opened it. Absent where it is not of interest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub requesting_agent: Option<String>,
    /// The request type it was opened with. Absent where it is not of interest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_type: Option<String>,
    /// The session that took over from it. Absent when none did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub superseded_by: Option<String>,
}

impl SessionState {
    /// The session is at `status`, with `last_seq` messages journaled.
    #[must_use]
    pub fn new(session_id: impl Into<String>, status: Status, last_seq: u64) -> Self {
        Self {
            session_id: session_id.into(),
            status,
            last_seq,
            opened_at: None,
            requesting_agent: None,
            request_type: None,
            superseded_by: None,
        }
    }
}

/// Answer to `list_sessions`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Sessions {
    /// The sessions, newest first.
    pub sessions: Vec<SessionState>,
}

impl Sessions {
    /// These sessions.
    #[must_use]
    pub fn new(sessions: Vec<SessionState>) -> Self {
        Self { sessions }
    }
}

/// Answer to `answer_approval`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct AnsweredApproval {
    /// The question.
    pub approval_id: String,
    /// What was decided.
    pub decision: Decision,
    /// Who decided.
    pub decided_by: String,
    /// When, RFC 3339, UTC.
    pub decided_at: String,
}

impl AnsweredApproval {
    /// `decided_by` decided the question at this time.
    #[must_use]
    pub fn new(
        approval_id: impl Into<String>,
        decision: Decision,
        decided_by: impl Into<String>,
        decided_at: impl Into<String>,
    ) -> Self {
        Self {
            approval_id: approval_id.into(),
            decision,
            decided_by: decided_by.into(),
            decided_at: decided_at.into(),
        }
    }
}

/// One approval, with everything that is recorded of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct RecordedApproval {
    /// The question.
    #[serde(flatten)]
    pub approval: Approval,
    /// The session that asked it.
    pub session_id: String,
    /// The name of the question within that session.
    pub key: String,
    /// How it stands.
    pub state: ApprovalState,
    /// When it was asked, RFC 3339, UTC.
    pub asked_at: String,
    /// When it was answered, RFC 3339, UTC. Absent while it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<String>,
    /// Who answered. Absent while nobody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decided_by: Option<String>,
    /// What they added; why, when `withdrawn`. Absent when nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What came of carrying it out: what the agent says of it when `done`, the error when `failed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Members>,
    /// When carrying it out ended, or when it was withdrawn, RFC 3339, UTC. Absent while it did not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished_at: Option<String>,
}

impl RecordedApproval {
    /// The question `approval` of a session, asked at this time, and nothing more yet.
    #[must_use]
    pub fn new(
        approval: Approval,
        session_id: impl Into<String>,
        key: impl Into<String>,
        state: ApprovalState,
        asked_at: impl Into<String>,
    ) -> Self {
        Self {
            approval,
            session_id: session_id.into(),
            key: key.into(),
            state,
            asked_at: asked_at.into(),
            decided_at: None,
            decided_by: None,
            note: None,
            outcome: None,
            finished_at: None,
        }
    }
}

/// Answer to `list_approvals`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Approvals {
    /// The approvals, newest first.
    pub approvals: Vec<RecordedApproval>,
    /// How many older ones did not fit a message. Absent when none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_out: Option<u64>,
}

impl Approvals {
    /// These approvals, and none left out.
    #[must_use]
    pub fn new(approvals: Vec<RecordedApproval>) -> Self {
        Self { approvals, left_out: None }
    }
}

/// Answer to `explain_figure`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct OpenedFigure {
    /// The session it is a figure of.
    pub session_id: String,
    /// The figure, with its definition.
    pub figure: Figure,
    /// The definition file as it was when the figure was computed. Absent when it was not kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub definition_text: Option<String>,
    /// Rows it came from, as they stood; `figure.evidence.count` says how many there are in all.
    pub rows: Vec<Members>,
    /// Whether there are more rows than were sent.
    pub truncated: bool,
}

impl OpenedFigure {
    /// `figure` of a session, with all of its `rows`.
    #[must_use]
    pub fn new(session_id: impl Into<String>, figure: Figure, rows: Vec<Members>) -> Self {
        Self { session_id: session_id.into(), figure, definition_text: None, rows, truncated: false }
    }
}

/// One request type an agent serves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct ServedType {
    /// The request type.
    pub request_type: String,
    /// The `response_type` of its answer.
    pub response_type: String,
    /// What it is for, in one sentence.
    pub description: String,
    /// Whether it can open a session.
    pub opens_session: bool,
}

impl ServedType {
    /// A request type that is answered at once.
    #[must_use]
    pub fn new(
        request_type: impl Into<String>,
        response_type: impl Into<String>,
        description: impl Into<String>,
    ) -> Self {
        Self {
            request_type: request_type.into(),
            response_type: response_type.into(),
            description: description.into(),
            opens_session: false,
        }
    }
}

/// Answer to `describe_agent`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct AgentDescription {
    /// The agent's name, as in `agent` of its messages.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// The version of the program.
    pub version: String,
    /// The version of the protocol; it rises for changes that break readers only.
    pub protocol_version: u32,
    /// What it serves.
    pub request_types: Vec<ServedType>,
    /// The request types it sends itself, to whoever offers to answer them.
    pub asks: Vec<String>,
    /// The tools its definition grants it.
    pub tools: Vec<String>,
}

impl AgentDescription {
    /// An agent that speaks this version of the protocol and, so far, serves nothing.
    #[must_use]
    pub fn new(name: impl Into<String>, description: impl Into<String>, version: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            description: description.into(),
            version: version.into(),
            protocol_version: crate::PROTOCOL_VERSION,
            request_types: Vec::new(),
            asks: Vec::new(),
            tools: Vec::new(),
        }
    }
}
