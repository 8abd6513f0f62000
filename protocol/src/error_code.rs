//! The closed list of error codes, each with its page.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// One row per code: variant, wire name, whether trying again can help, and the hint given when the place
/// that raises it has no better one. The page is embedded, so that a code without one does not compile.
macro_rules! codes {
    ($($(#[doc = $says:literal])+ $variant:ident $name:literal $retryable:literal $hint:literal;)+) => {
        /// What went wrong, as one of a closed list.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum ErrorCode {
            $($(#[doc = $says])+ $variant,)+
        }

        impl ErrorCode {
            /// All codes, in the order they are documented.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code as it stands in messages.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// Whether sending the same again, unchanged, can succeed.
            #[must_use]
            pub const fn retryable(self) -> bool {
                match self { $(Self::$variant => $retryable),+ }
            }

            /// What to do, for a place that has nothing more exact to say.
            #[must_use]
            pub const fn hint(self) -> &'static str {
                match self { $(Self::$variant => $hint),+ }
            }

            /// What it means, in one sentence.
            #[must_use]
            pub const fn says(self) -> &'static str {
                match self { $(Self::$variant => concat!($($says),+).trim_ascii()),+ }
            }

            /// The code's page: cause, then what to do. Markdown.
            #[must_use]
            pub const fn page(self) -> &'static str {
                match self {
                    $(Self::$variant => include_str!(
                        concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/errors/", $name, ".md")
                    )),+
                }
            }
        }
    };
}

codes! {
    /// The line is longer than the limit.
    LineTooLong "LINE_TOO_LONG" false "send less in one message: put data in the workspace and name it";
    /// The line is not UTF-8.
    NotUtf8 "NOT_UTF8" false "encode the message as UTF-8";
    /// The line is not JSON.
    InvalidJson "INVALID_JSON" false "send one complete JSON object per line";
    /// An object in the line names a member twice.
    DuplicateMember "DUPLICATE_MEMBER" false "name each member of an object once";
    /// The line is JSON, but not an object.
    NotAnObject "NOT_AN_OBJECT" false "send one JSON object per line";
    /// The object has none of the members that tell what it is.
    UnknownMessage "UNKNOWN_MESSAGE" false "a request has `requesting_agent`, `request_type` and `payload`";
    /// A response, status or error message has a member that is missing or of the wrong type.
    InvalidMessage "INVALID_MESSAGE" false "compare the message with the schemas in `protocol/schema/v1`";
    /// A request has a member that is missing or of the wrong type.
    InvalidRequest "INVALID_REQUEST" false "compare the request with the schemas in `protocol/schema/v1`";
    /// The agent does not serve this request type.
    UnknownRequestType "UNKNOWN_REQUEST_TYPE" false "ask `describe_agent` for what is served";
    /// Nobody published the context that was asked for.
    ContextUnknown "CONTEXT_UNKNOWN" false "publish it with `publish_context`, or ask for one that is there";
    /// There is no such session in the workspace.
    SessionUnknown "SESSION_UNKNOWN" false "ask `list_sessions` for those there are";
    /// What is named was there and was pruned: its messages and figures are gone.
    SessionPruned "SESSION_PRUNED" false "use a new key, or read a newer session; `[agent]` in csm.toml says what is kept";
    /// The session has ended, so it cannot be steered any more.
    SessionEnded "SESSION_ENDED" false "read its messages with `resume_session`, or open a new session";
    /// The session ended because what it depended on changed, and another took over.
    SessionSuperseded "SESSION_SUPERSEDED" false "attach to the session named in `superseded_by`";
    /// Another session is at work in the workspace.
    SessionBusy "SESSION_BUSY" true "wait for it to end, or cancel it with `cancel_session`";
    /// Another process took the session over.
    SessionTaken "SESSION_TAKEN" true "attach to the session again: the process that holds it goes on";
    /// There is no such figure in the session.
    FigureUnknown "FIGURE_UNKNOWN" false "use an id from `_meta.evidence` of a message of that session";
    /// There is no such subject in the data.
    SubjectUnknown "SUBJECT_UNKNOWN" false "check the id against the data as of the session's date";
    /// There is no such approval.
    ApprovalUnknown "APPROVAL_UNKNOWN" false "use the `approval.id` of an `awaiting_approval` message";
    /// The approval was answered before, and otherwise.
    ApprovalAnswered "APPROVAL_ANSWERED" false "the first answer stands; ask for the action again in a new session";
    /// What would be approved is not what was shown any more.
    ApprovalChanged "APPROVAL_CHANGED" false "read it as it is now, then answer with its `sha256`";
    /// Nobody answered the approval in time, so it counts as rejected.
    ApprovalExpired "APPROVAL_EXPIRED" false "ask for the action again in a new session";
    /// A later session took the approval back, because what it rested on is so no more.
    ApprovalWithdrawn "APPROVAL_WITHDRAWN" false "answer what the newest session asks instead";
    /// The idempotency key was used before, with another request.
    IdempotencyConflict "IDEMPOTENCY_CONFLICT" false "use a new key for a new request";
    /// The request would come back to an agent that it has been through.
    RequestLoop "REQUEST_LOOP" false "look at `_meta.trace` for the way it took";
    /// The request asks for something outside what this server allows.
    Forbidden "FORBIDDEN" false "ask whoever runs the server to allow it";
    /// The caller did not show a token that this server knows.
    Unauthorized "UNAUTHORIZED" false "send `Authorization: Bearer ...` with a token made for this workspace";
    /// There is no such file among the deliverables.
    FileUnknown "FILE_UNKNOWN" false "use a `path` from the `deliverables` of a delivery";
    /// The workspace cannot be used as it is.
    WorkspaceInvalid "WORKSPACE_INVALID" false "correct the file and line named in the message";
    /// The data cannot be used as it is.
    DatasetInvalid "DATASET_INVALID" false "correct the source named in the message, then import again";
    /// A knowledge file cannot be used as it is.
    KnowledgeInvalid "KNOWLEDGE_INVALID" false "correct the file and line named in the message";
    /// The rows behind a figure are missing or are not those that were recorded.
    EvidenceDamaged "EVIDENCE_DAMAGED" false "restore the workspace's `.csm/objects` folder, or run again";
    /// The agent's definition or the workspace does not grant this use of a tool.
    ToolDenied "TOOL_DENIED" false "grant the tool in the agent's definition, or the path or host in the workspace";
    /// A tool was allowed to run and failed.
    ToolFailed "TOOL_FAILED" true "see the message for what the tool met";
    /// The session used up what it may spend.
    BudgetExceeded "BUDGET_EXCEEDED" false "ask for less, or open a session with a larger budget";
    /// The session did not end before its deadline.
    DeadlinePassed "DEADLINE_PASSED" false "ask for less, or open a session with a later deadline";
    /// A step was run again within one pin and got another input.
    StepChanged "STEP_CHANGED" false "report it: this is a fault in the agent";
    /// The store could not be read or written.
    StoreFailed "STORE_FAILED" true "make room on the disk and check that the workspace is writable";
    /// Too much is waiting already.
    Overloaded "OVERLOADED" true "wait a little, then send it again";
    /// The consumer did not keep up, so the connection is closed.
    ConsumerTooSlow "CONSUMER_TOO_SLOW" true "connect again and resume after the sequence number in `details`";
    /// The agent is stopping and takes no new work.
    ShuttingDown "SHUTTING_DOWN" true "connect again when it has restarted";
    /// Something failed that should not be able to.
    Internal "INTERNAL" false "report it, with the log of the time";
}

impl ErrorCode {
    /// The code with this wire name; `None` for a name that is not on the list.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.as_str() == name)
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for ErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for ErrorCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = Cow::<str>::deserialize(deserializer)?;
        Self::named(&name).ok_or_else(|| de::Error::custom(format_args!("unknown error code `{name}`")))
    }
}

impl JsonSchema for ErrorCode {
    fn schema_name() -> Cow<'static, str> {
        "ErrorCode".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let names: Vec<&str> = Self::ALL.iter().map(|code| code.as_str()).collect();
        json_schema!({
            "description": "What went wrong. Closed; each code has a page in `docs/errors`.",
            "type": "string",
            "enum": names,
        })
    }
}
