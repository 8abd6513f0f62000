//! What the last message of a session hands over.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{FigureId, Members};

/// What a completed session delivers. A question is closed by an empty one.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Delivery {
    /// What was done and measured, in sentences rendered from figures.
    pub message: String,
    /// The last state of the progress members.
    pub progress: Members,
    /// The files written for people.
    pub deliverables: Vec<Deliverable>,
    /// What was handed to other agents, and what came of it.
    pub handoffs: Vec<Handoff>,
    /// Approvals nobody has answered yet; not written when there are none.
    pub approvals: Vec<Approval>,
}

impl Delivery {
    /// A delivery that says `message` and hands over nothing yet.
    #[must_use]
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), ..Self::default() }
    }
}

/// A file written for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Deliverable {
    /// Where it is, relative to the workspace, with `/`.
    pub path: String,
    /// What it is, for people.
    pub title: String,
    /// What kind of thing it is: `plan`, `forecast`. Open; absent when the title says enough.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// SHA-256 of its bytes, hex. Absent when it is not a single file of ours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// What a reader should know first, such as that a person's edit was left in place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Deliverable {
    /// The file at `path`, called `title`.
    #[must_use]
    pub fn new(path: impl Into<String>, title: impl Into<String>) -> Self {
        Self { path: path.into(), title: title.into(), kind: None, sha256: None, note: None }
    }

    /// With what kind of thing it is.
    #[must_use]
    pub fn with_kind(mut self, kind: impl Into<String>) -> Self {
        self.kind = Some(kind.into());
        self
    }

    /// With the hash of its bytes, hex.
    #[must_use]
    pub fn with_sha256(mut self, sha256: impl Into<String>) -> Self {
        self.sha256 = Some(sha256.into());
        self
    }

    /// With what a reader should know first.
    #[must_use]
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }
}

/// What came of a hand-off. Closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HandoffOutcome {
    /// The peer ended with `completed`.
    Done,
    /// The peer ended with `failed`, or replied that it will not do it.
    Rejected,
    /// The peer ended with `cancelled`.
    Cancelled,
    /// The deadline passed without one of the three final statuses.
    NoFinalReply,
    /// The peer could not be reached.
    Unreachable,
    /// It would have come back to an agent it had been through.
    Looped,
    /// The peer is not configured: the hand-off lies in the workspace for a person to pass on.
    LeftAsFile,
}

impl HandoffOutcome {
    /// The word as it stands in messages.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Rejected => "rejected",
            Self::Cancelled => "cancelled",
            Self::NoFinalReply => "no_final_reply",
            Self::Unreachable => "unreachable",
            Self::Looped => "looped",
            Self::LeftAsFile => "left_as_file",
        }
    }
}

/// Something handed to another agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Handoff {
    /// The agent it is for.
    pub peer: String,
    /// What is asked of it.
    pub subject: String,
    /// What came of it.
    pub outcome: HandoffOutcome,
    /// Why, in the peer's words or ours. Absent when it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Where it lies, relative to the workspace. Absent when it was only sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The figures that went with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub figures: Vec<FigureId>,
    /// The last thing the peer said for people, cut to a sentence or two: its claim, not ours. Absent when it
    /// said nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// SHA-256 of the immutable file that keeps what the peer said, one message per line, hex. Absent when
    /// nothing came back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply: Option<String>,
}

impl Handoff {
    /// `subject` was handed to `peer`, and this came of it.
    #[must_use]
    pub fn new(peer: impl Into<String>, subject: impl Into<String>, outcome: HandoffOutcome) -> Self {
        Self {
            peer: peer.into(),
            subject: subject.into(),
            outcome,
            reason: None,
            path: None,
            figures: Vec::new(),
            message: None,
            reply: None,
        }
    }

    /// With why.
    #[must_use]
    pub fn with_reason(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }

    /// With where it lies in the workspace.
    #[must_use]
    pub fn with_path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// With the figures that went with it.
    #[must_use]
    pub fn with_figures(mut self, figures: impl IntoIterator<Item = FigureId>) -> Self {
        self.figures = figures.into_iter().collect();
        self
    }

    /// With the last thing the peer said for people.
    #[must_use]
    pub fn with_message(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }

    /// With the hash of what the peer said, hex.
    #[must_use]
    pub fn with_reply(mut self, sha256: impl Into<String>) -> Self {
        self.reply = Some(sha256.into());
        self
    }
}

/// Something a person has to decide.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct Approval {
    /// Name to answer it by, with `answer_approval`.
    pub id: String,
    /// What would be done: `send_email`. Open.
    pub action: String,
    /// What would be done, to whom and why, in a sentence a person can decide on.
    pub summary: String,
    /// The figures it rests on, to be opened with `explain_figure`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub figures: Vec<FigureId>,
    /// When it counts as refused if nobody answered, RFC 3339, UTC. Absent when it waits for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
    /// What exactly would happen: the text that would be sent, the row that would be written. Open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<Members>,
}

impl Approval {
    /// The question `id`: may `action` be done?
    #[must_use]
    pub fn new(id: impl Into<String>, action: impl Into<String>, summary: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            action: action.into(),
            summary: summary.into(),
            figures: Vec::new(),
            expires_at: None,
            details: None,
        }
    }

    /// With the figures it rests on.
    #[must_use]
    pub fn with_figures(mut self, figures: impl IntoIterator<Item = FigureId>) -> Self {
        self.figures = figures.into_iter().collect();
        self
    }

    /// With when it counts as refused, RFC 3339, UTC.
    #[must_use]
    pub fn with_expires_at(mut self, at: impl Into<String>) -> Self {
        self.expires_at = Some(at.into());
        self
    }

    /// With what exactly would happen.
    #[must_use]
    pub fn with_details(mut self, details: Members) -> Self {
        self.details = Some(details);
        self
    }
}
