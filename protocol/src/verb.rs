//! The one table of request types: what each is, what it carries and what it is answered with.

use std::fmt;

use schemars::SchemaGenerator;
use schemars::{JsonSchema, Schema};
use serde::de::DeserializeOwned;

use crate::{Members, payload, reply};

/// Who serves a verb. Closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Served {
    /// The runtime, for every agent alike.
    Runtime,
    /// The agent itself, when it says that it does.
    Agent,
}

/// What serving a verb does. Closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing changes.
    Reads,
    /// A session changes its course.
    Steers,
    /// What is kept for others to ask changes.
    Writes,
}

/// The payload of a verb.
pub trait VerbPayload: DeserializeOwned + JsonSchema {
    /// The verb it belongs to.
    const VERB: Verb;
}

macro_rules! verbs {
    ($($(#[doc = $says:literal])+
       $verb:ident $name:literal => $answer:literal, $served:ident $effect:ident,
       $payload:ty => $reply:ty;)+) => {
        /// A request type with a fixed meaning. Closed; see [`RequestType`] for any request type.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Verb {
            $($(#[doc = $says])+ $verb,)+
        }

        impl Verb {
            /// All verbs, in the order they are documented.
            pub const ALL: &'static [Self] = &[$(Self::$verb),+];

            /// The request type as it stands in messages.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$verb => $name),+ }
            }

            /// The `response_type` of its answer.
            #[must_use]
            pub const fn answer(self) -> &'static str {
                match self { $(Self::$verb => $answer),+ }
            }

            /// What it is for, in one sentence.
            #[must_use]
            pub const fn says(self) -> &'static str {
                match self { $(Self::$verb => concat!($($says),+).trim_ascii()),+ }
            }

            /// Who serves it.
            #[must_use]
            pub const fn served(self) -> Served {
                match self { $(Self::$verb => Served::$served),+ }
            }

            /// What serving it does.
            #[must_use]
            pub const fn effect(self) -> Effect {
                match self { $(Self::$verb => Effect::$effect),+ }
            }

            pub(crate) fn payload_schema(self, generator: &mut SchemaGenerator) -> Schema {
                match self { $(Self::$verb => generator.subschema_for::<$payload>()),+ }
            }

            pub(crate) fn reply_schema(self, generator: &mut SchemaGenerator) -> Schema {
                match self { $(Self::$verb => generator.subschema_for::<$reply>()),+ }
            }
        }

        $(impl VerbPayload for $payload {
            const VERB: Verb = Verb::$verb;
        })+
    };
}

verbs! {
    /// Declares the asker a context manager, which the agent will ask on the same connection.
    OfferContext "offer_context" => "context_offer", Runtime Steers,
        payload::OfferContext => reply::ContextOffer;
    /// Keeps a context for those who ask, with who wrote it and when.
    PublishContext "publish_context" => "published_context", Runtime Writes,
        payload::PublishContext => reply::PublishedContext;
    /// Ends a running session as `cancelled`.
    CancelSession "cancel_session" => "session", Runtime Steers,
        payload::CancelSession => reply::SessionState;
    /// Sends a session's messages again from a sequence number on, and then the new ones.
    ResumeSession "resume_session" => "session", Runtime Steers,
        payload::ResumeSession => reply::SessionState;
    /// Decides what the agent asked a person to decide.
    AnswerApproval "answer_approval" => "approval", Runtime Steers,
        payload::AnswerApproval => reply::AnsweredApproval;
    /// What people were asked to decide, newest first: who decided, when, and what came of it.
    ListApprovals "list_approvals" => "approvals", Runtime Reads,
        payload::ListApprovals => reply::Approvals;
    /// Everything the agent knows of one of its subjects.
    GetSubjectContext "get_account_context" => "account_context", Agent Reads,
        payload::GetSubjectContext => Members;
    /// Opens a figure: its value, its definition and the rows it came from.
    ExplainFigure "explain_figure" => "figure", Runtime Reads,
        payload::ExplainFigure => reply::OpenedFigure;
    /// The sessions of the workspace, newest first.
    ListSessions "list_sessions" => "sessions", Runtime Reads,
        payload::ListSessions => reply::Sessions;
    /// What the agent is and what it serves.
    DescribeAgent "describe_agent" => "agent_description", Runtime Reads,
        payload::DescribeAgent => reply::AgentDescription;
}

impl Verb {
    /// The verb with this request type.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|verb| verb.name() == name)
    }
}

/// Any request type. Open: one that nobody here knows is kept as it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RequestType {
    /// A verb of the table. An agent whose own request type has the same name comes first.
    Verb(Verb),
    /// `get_<name>_context`: asks an agent, or for what agents published under that name.
    Context(String),
    /// Anything else.
    Other(String),
}

impl RequestType {
    /// The request type as it stands in messages.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Verb(verb) => verb.name(),
            Self::Context(name) | Self::Other(name) => name,
        }
    }

    /// The `response_type` of its answer: for `get_x_context` it is `x_context`; not known for others.
    #[must_use]
    pub fn answer(&self) -> Option<&str> {
        match self {
            Self::Verb(verb) => Some(verb.answer()),
            Self::Context(name) => name.strip_prefix("get_"),
            Self::Other(_) => None,
        }
    }
}

impl From<&str> for RequestType {
    fn from(name: &str) -> Self {
        let is_context = |inner: &str| inner.strip_suffix("_context").is_some_and(|inner| !inner.is_empty());
        match Verb::named(name) {
            Some(verb) => Self::Verb(verb),
            None if name.strip_prefix("get_").is_some_and(is_context) => Self::Context(name.to_owned()),
            None => Self::Other(name.to_owned()),
        }
    }
}

impl fmt::Display for RequestType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
