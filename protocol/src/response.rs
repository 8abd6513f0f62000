//! What was asked for.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::body::members_of;
use crate::envelope::{Envelope, message_members};
use crate::{ErrorCode, Members, Meta, Verb, WireError};

const ORDER: &[&str] = &["agent", "response_type", "payload"];
const CHECKED: &[&str] = ORDER;

/// The answer to a request: a context, or what a verb of [`crate::Verb`] answers with.
#[derive(Clone, Debug, PartialEq)]
pub struct ContextResponse {
    envelope: Envelope,
}

message_members!(ContextResponse);

/// The answer to a request.
#[derive(JsonSchema)]
#[schemars(rename = "ContextResponse", title = "ContextResponse")]
#[expect(dead_code, reason = "only its schema is used; the values live in the open envelope")]
struct ResponseShape {
    /// Who answers.
    agent: String,
    /// What is answered: the request type without its `get_`, or the name the verb's table gives. Open.
    response_type: String,
    /// The answer; its shape follows from `response_type`.
    payload: Members,
    /// What goes with the message beside its content.
    #[serde(rename = "_meta")]
    meta: Option<Meta>,
}

impl JsonSchema for ContextResponse {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        ResponseShape::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        ResponseShape::json_schema(generator)
    }
}

impl ContextResponse {
    /// `agent` answers with `payload`.
    #[must_use]
    pub fn new(agent: &str, response_type: &str, payload: Members) -> Self {
        let mut envelope = Envelope::default();
        envelope.set(ORDER, "agent", agent.into());
        envelope.set(ORDER, "response_type", response_type.into());
        envelope.set(ORDER, "payload", payload.into());
        Self { envelope }
    }

    /// `agent` answers `verb` with its reply, one of [`crate::reply`].
    #[must_use]
    pub fn to_verb(agent: &str, verb: Verb, reply: &impl Serialize) -> Self {
        Self::new(agent, verb.answer(), members_of(reply))
    }

    /// Checks `agent`, `response_type` and `payload`; everything else is kept as it is.
    ///
    /// # Errors
    /// `INVALID_MESSAGE` when one of them is missing or of the wrong type.
    pub fn read(members: Members) -> Result<Self, WireError> {
        let envelope = Envelope::read(members, ErrorCode::InvalidMessage)?;
        envelope.require_text("agent", ErrorCode::InvalidMessage)?;
        envelope.require_text("response_type", ErrorCode::InvalidMessage)?;
        envelope.require_object("payload", ErrorCode::InvalidMessage)?;
        Ok(Self { envelope })
    }

    /// Who answers.
    #[must_use]
    pub fn agent(&self) -> &str {
        self.envelope.text("agent")
    }

    /// What is answered. Open.
    #[must_use]
    pub fn response_type(&self) -> &str {
        self.envelope.text("response_type")
    }

    /// A member of the answer.
    #[must_use]
    pub fn payload_member(&self, name: &str) -> Option<&Value> {
        self.payload()?.get(name)
    }

    /// The answer; always there on a message that was read or built here.
    #[must_use]
    pub fn payload(&self) -> Option<&Members> {
        self.member("payload").and_then(Value::as_object)
    }
}
