//! What is asked of an agent.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::body::members_of;
use crate::envelope::{Envelope, message_members, mistyped};
use crate::verb::VerbPayload;
use crate::{ErrorCode, Members, Meta, RequestType, WireError};

const ORDER: &[&str] = &["requesting_agent", "request_type", "payload"];
const CHECKED: &[&str] = ORDER;

/// A request: who asks, what for, with what. The payload is open.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    envelope: Envelope,
}

message_members!(Request);

/// What a session may use up. Each member narrows what the server allows; absent: as the server allows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct RequestBudget {
    /// Seconds of work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u64>,
    /// Calls of tools.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tool_calls: Option<u64>,
    /// Bytes fetched from other machines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fetched_bytes: Option<u64>,
}

/// A request: who asks, what for, with what.
#[derive(JsonSchema)]
#[schemars(rename = "Request", title = "Request")]
#[expect(dead_code, reason = "only its schema is used; the values live in the open envelope")]
struct RequestShape {
    /// Who asks.
    requesting_agent: String,
    /// What for: `get_<name>_context` or a verb. Open.
    request_type: String,
    /// With what.
    payload: RequestPayload,
    /// What goes with the message beside its content.
    #[serde(rename = "_meta")]
    meta: Option<Meta>,
}

/// What any request may carry. Open: unknown members are kept.
#[derive(JsonSchema)]
#[expect(dead_code, reason = "only its schema is used; the values live in the open envelope")]
struct RequestPayload {
    /// The question in words.
    query: Option<String>,
    /// The phases to work through. Absent: all of them. Empty: only the context is wanted.
    phases: Option<Vec<String>>,
    /// The day to look from, ISO 8601. Absent: as the agent is configured.
    as_of: Option<String>,
    /// The ids of the subjects to narrow to. Absent: all of them.
    accounts: Option<Vec<String>>,
    /// The workspace folder, within what the server allows. Absent: the server's own.
    workspace: Option<String>,
    /// Sending the same request again with the same key attaches to the same session.
    idempotency_key: Option<String>,
    /// Seconds from acceptance until the session must have ended. Absent: as the server allows.
    deadline_seconds: Option<u64>,
    /// What the session may use up, within what the server allows.
    budget: Option<RequestBudget>,
    /// The session to steer or to read from; absent when `_meta.session_id` names it.
    session_id: Option<String>,
    /// The last sequence number that was seen; absent or 0 means all messages.
    after_seq: Option<u64>,
    /// Of what agents published: whether what came before the newest of each author is wanted too.
    history: Option<bool>,
    /// Of what agents published: how many entries to send at most. Absent: as many as fit a message.
    limit: Option<u64>,
}

impl JsonSchema for Request {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        RequestShape::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        RequestShape::json_schema(generator)
    }
}

impl Request {
    /// `requesting_agent` asks `request_type` with `payload`.
    #[must_use]
    pub fn new(requesting_agent: &str, request_type: &str, payload: Members) -> Self {
        let mut envelope = Envelope::default();
        envelope.set(ORDER, "requesting_agent", requesting_agent.into());
        envelope.set(ORDER, "request_type", request_type.into());
        envelope.set(ORDER, "payload", payload.into());
        Self { envelope }
    }

    /// A context query in the seed's shape: the question in words.
    #[must_use]
    pub fn asking(requesting_agent: &str, request_type: &str, query: &str) -> Self {
        let mut payload = Members::new();
        payload.insert("query".to_owned(), query.into());
        Self::new(requesting_agent, request_type, payload)
    }

    /// A verb with its payload.
    #[must_use]
    pub fn verb<P: VerbPayload + Serialize>(requesting_agent: &str, payload: &P) -> Self {
        Self::new(requesting_agent, P::VERB.name(), members_of(payload))
    }

    /// Checks `requesting_agent`, `request_type` and `payload`; everything else is kept as it is.
    ///
    /// # Errors
    /// `INVALID_REQUEST` when one of them is missing or of the wrong type.
    pub fn read(members: Members) -> Result<Self, WireError> {
        let envelope = Envelope::read(members, ErrorCode::InvalidRequest)?;
        envelope.require_text("requesting_agent", ErrorCode::InvalidRequest)?;
        envelope.require_text("request_type", ErrorCode::InvalidRequest)?;
        envelope.require_object("payload", ErrorCode::InvalidRequest)?;
        Ok(Self { envelope })
    }

    /// Who asks.
    #[must_use]
    pub fn requesting_agent(&self) -> &str {
        self.envelope.text("requesting_agent")
    }

    /// What for, as it stands.
    #[must_use]
    pub fn request_type(&self) -> &str {
        self.envelope.text("request_type")
    }

    /// What for, as the table of verbs has it.
    #[must_use]
    pub fn kind(&self) -> RequestType {
        RequestType::from(self.request_type())
    }

    /// With what; always there on a request that was read or built here.
    #[must_use]
    pub fn payload(&self) -> Option<&Members> {
        self.member("payload").and_then(Value::as_object)
    }

    /// With one more payload member; `null` removes it.
    #[must_use]
    pub fn with_payload(mut self, name: &str, value: impl Into<Value>) -> Self {
        let mut payload = self.payload().cloned().unwrap_or_default();
        match value.into() {
            Value::Null => payload.shift_remove(name),
            value => payload.insert(name.to_owned(), value),
        };
        self.envelope.set(ORDER, "payload", payload.into());
        self
    }

    /// A payload member that is there and not `null`.
    #[must_use]
    pub fn payload_member(&self, name: &str) -> Option<&Value> {
        self.payload()?.get(name).filter(|value| !value.is_null())
    }

    /// The payload of a verb.
    ///
    /// # Errors
    /// `INVALID_REQUEST` naming the member that is missing or of the wrong type.
    pub fn payload_as<P: VerbPayload>(&self) -> Result<P, WireError> {
        let payload = Value::Object(self.payload().cloned().unwrap_or_default());
        P::deserialize(payload).map_err(|error| {
            WireError::new(ErrorCode::InvalidRequest, format!("`payload` of `{}`: {error}", P::VERB.name()))
        })
    }

    /// The question in words.
    ///
    /// # Errors
    /// `INVALID_REQUEST` when it is there and not a string.
    pub fn query(&self) -> Result<Option<&str>, WireError> {
        self.text("query")
    }

    /// The phases to work through: `None` all of them, empty when only the context is wanted.
    ///
    /// # Errors
    /// `INVALID_REQUEST` when it is there and not an array of strings.
    pub fn phases(&self) -> Result<Option<Vec<&str>>, WireError> {
        self.texts("phases")
    }

    /// The day to look from, as written: ISO 8601.
    ///
    /// # Errors
    /// `INVALID_REQUEST` when it is there and not a string.
    pub fn as_of(&self) -> Result<Option<&str>, WireError> {
        self.text("as_of")
    }

    /// The ids of the subjects to narrow to: `None` all of them.
    ///
    /// # Errors
    /// `INVALID_REQUEST` when it is there and not an array of strings.
    pub fn accounts(&self) -> Result<Option<Vec<&str>>, WireError> {
        self.texts("accounts")
    }

    /// The workspace folder asked for, as written; the server decides whether it is allowed.
    ///
    /// # Errors
    /// `INVALID_REQUEST` when it is there and not a string.
    pub fn workspace(&self) -> Result<Option<&str>, WireError> {
        self.text("workspace")
    }

    /// The key under which sending again attaches to the same session.
    ///
    /// # Errors
    /// `INVALID_REQUEST` when it is there and not a string.
    pub fn idempotency_key(&self) -> Result<Option<&str>, WireError> {
        self.text("idempotency_key")
    }

    /// The session to steer, to read from or to attach to: the payload's, else the one in `_meta`.
    ///
    /// # Errors
    /// `INVALID_REQUEST` when the payload's is there and not a string.
    pub fn session_id(&self) -> Result<Option<&str>, WireError> {
        Ok(self.text("session_id")?.or_else(|| self.meta().session_id()))
    }

    /// The last sequence number the asker saw.
    ///
    /// # Errors
    /// `INVALID_REQUEST` when it is there and not a whole number from 0.
    pub fn after_seq(&self) -> Result<Option<u64>, WireError> {
        self.typed("after_seq", "a whole number from 0", Value::as_u64)
    }

    /// Whether what agents published before is wanted too.
    ///
    /// # Errors
    /// `INVALID_REQUEST` when it is there and neither `true` nor `false`.
    pub fn history(&self) -> Result<bool, WireError> {
        Ok(self.typed("history", "true or false", Value::as_bool)?.unwrap_or_default())
    }

    /// How many entries to send at most.
    ///
    /// # Errors
    /// `INVALID_REQUEST` when it is there and not a whole number from 0.
    pub fn limit(&self) -> Result<Option<u64>, WireError> {
        self.typed("limit", "a whole number from 0", Value::as_u64)
    }

    /// Seconds from acceptance until the session must have ended.
    ///
    /// # Errors
    /// `INVALID_REQUEST` when it is there and not a whole number from 0.
    pub fn deadline_seconds(&self) -> Result<Option<u64>, WireError> {
        self.typed("deadline_seconds", "a whole number from 0", Value::as_u64)
    }

    /// What the session may use up.
    ///
    /// # Errors
    /// `INVALID_REQUEST` when it is there and not an object of whole numbers from 0.
    pub fn budget(&self) -> Result<RequestBudget, WireError> {
        let expected = "an object of whole numbers from 0: `seconds`, `tool_calls`, `fetched_bytes`";
        let budget = self.typed("budget", expected, |value| RequestBudget::deserialize(value).ok())?;
        Ok(budget.unwrap_or_default())
    }

    /// What makes two requests the same for an idempotency key: type and payload, members in sorted order,
    /// without who asked and without `_meta`, which a retry may change.
    #[must_use]
    pub fn body(&self) -> String {
        let mut body = Value::Object(self.payload().cloned().unwrap_or_default());
        body.sort_all_objects();
        format!("{} {body}", self.request_type())
    }

    fn text(&self, name: &str) -> Result<Option<&str>, WireError> {
        self.typed(name, "a string", Value::as_str)
    }

    fn texts(&self, name: &str) -> Result<Option<Vec<&str>>, WireError> {
        self.typed(name, "an array of strings", |value| value.as_array()?.iter().map(Value::as_str).collect())
    }

    fn typed<'a, T>(
        &'a self,
        name: &str,
        expected: &str,
        as_type: impl Fn(&'a Value) -> Option<T>,
    ) -> Result<Option<T>, WireError> {
        let Some(value) = self.payload_member(name) else { return Ok(None) };
        let refused = || mistyped(ErrorCode::InvalidRequest, &format!("payload.{name}"), expected, value);
        as_type(value).map(Some).ok_or_else(refused)
    }
}
