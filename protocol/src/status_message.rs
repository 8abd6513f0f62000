//! How far an agent is, what it needs, and how it ended.

use schemars::{JsonSchema, json_schema};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::body::value_of;
use crate::envelope::{Envelope, message_members};
use crate::{Approval, Deliverable, Delivery, ErrorCode, Handoff, Members, Meta, Status, WireError};

const ORDER: &[&str] =
    &["agent", "status", "message", "progress", "deliverables", "handoffs", "approvals", "error", "approval"];
const CHECKED: &[&str] = &["agent", "status"];

/// Where an agent is. Only `agent` and `status` are checked when read: `progress` may be anything, and the
/// members of an agent that uses others are kept.
#[derive(Clone, Debug, PartialEq)]
pub struct StatusMessage {
    envelope: Envelope,
}

message_members!(StatusMessage);

/// Where this agent is. Other agents may write less, and other things under the same names.
#[derive(JsonSchema)]
#[schemars(rename = "StatusMessage", title = "StatusMessage")]
#[expect(dead_code, reason = "only its schema is used; the values live in the open envelope")]
struct StatusShape {
    /// Who says it.
    agent: String,
    /// Where it is.
    status: Status,
    /// The same for people. Always there on `completed` and `cancelled`.
    message: Option<String>,
    /// What was measured so far, by name: numbers, texts, `null` for what is not known. This agent writes it on
    /// every status message: what was last known where there is nothing new, `{}` before anything is.
    progress: Option<Members>,
    /// The files written for people. On `completed` only.
    deliverables: Option<Vec<Deliverable>>,
    /// What was handed to other agents. On `completed` only.
    handoffs: Option<Vec<Handoff>>,
    /// Approvals nobody has answered yet. On `completed` only; absent when there are none.
    approvals: Option<Vec<Approval>>,
    /// Why the session ended. On `failed` only.
    error: Option<WireError>,
    /// What a person has to decide. On `awaiting_approval` only.
    approval: Option<Approval>,
    /// What goes with the message beside its content.
    #[serde(rename = "_meta")]
    meta: Option<Meta>,
}

impl JsonSchema for StatusMessage {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        StatusShape::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let mut schema = StatusShape::json_schema(generator);
        let when = |status: &str, required: &[&str]| {
            json_schema!({
                "if": { "properties": { "status": { "const": status } } },
                "then": { "required": required },
            })
        };
        schema.insert(
            "allOf".to_owned(),
            Value::Array(vec![
                when("completed", &["message", "progress", "deliverables", "handoffs"]).to_value(),
                when("cancelled", &["message"]).to_value(),
                when("failed", &["error"]).to_value(),
                when("awaiting_approval", &["approval"]).to_value(),
            ]),
        );
        schema
    }
}

impl StatusMessage {
    /// A message with nothing but who and where. Its `progress` is empty, and there: readers of the published
    /// shape look into it on every status message.
    #[must_use]
    pub fn new(agent: &str, status: impl Into<Status>) -> Self {
        let mut envelope = Envelope::default();
        envelope.set(ORDER, "agent", agent.into());
        envelope.set(ORDER, "status", status.into().as_str().into());
        envelope.set(ORDER, "progress", Members::new().into());
        Self { envelope }
    }

    /// What was measured so far.
    #[must_use]
    pub fn progress(agent: &str, status: impl Into<Status>, progress: impl Into<Value>) -> Self {
        Self::new(agent, status).with_member("progress", progress)
    }

    /// How far the running phase is. It may be dropped and gets no `seq`; it measures nothing itself.
    #[must_use]
    pub fn tick(agent: &str, status: impl Into<Status>, percent: u8, note: &str) -> Self {
        Self::new(agent, status).with_message(note).with_meta(Meta::new().with_percent(percent))
    }

    /// The end of a session, with what it delivers.
    #[must_use]
    pub fn completed(agent: &str, delivery: Delivery) -> Self {
        let Delivery { message, progress, deliverables, handoffs, approvals } = delivery;
        let said = Self::new(agent, Status::Completed)
            .with_message(&message)
            .with_member("progress", progress)
            .with_member("deliverables", value_of(&deliverables))
            .with_member("handoffs", value_of(&handoffs));
        if approvals.is_empty() { said } else { said.with_member("approvals", value_of(&approvals)) }
    }

    /// The end of a session that could not go on.
    #[must_use]
    pub fn failed(agent: &str, error: WireError) -> Self {
        Self::new(agent, Status::Failed).with_member("error", error.into_members())
    }

    /// The end of a session that was asked to stop, or that another took over from; `message` says which.
    #[must_use]
    pub fn cancelled(agent: &str, message: &str) -> Self {
        Self::new(agent, Status::Cancelled).with_message(message)
    }

    /// A question to a person; the session goes on where it can.
    #[must_use]
    pub fn awaiting_approval(agent: &str, approval: &Approval) -> Self {
        Self::new(agent, Status::AwaitingApproval).with_member("approval", value_of(approval))
    }

    /// Checks `agent` and `status`; everything else is kept as it is.
    ///
    /// # Errors
    /// `INVALID_MESSAGE` when one of them is missing or of the wrong type.
    pub fn read(members: Members) -> Result<Self, WireError> {
        let envelope = Envelope::read(members, ErrorCode::InvalidMessage)?;
        envelope.require_text("agent", ErrorCode::InvalidMessage)?;
        envelope.require_text("status", ErrorCode::InvalidMessage)?;
        Ok(Self { envelope })
    }

    /// With the same for people.
    #[must_use]
    pub fn with_message(self, message: &str) -> Self {
        self.with_member("message", message)
    }

    /// With any other member; `null` removes it.
    #[must_use]
    pub fn with_member(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.set_member(name, value);
        self
    }

    /// Who says it.
    #[must_use]
    pub fn agent(&self) -> &str {
        self.envelope.text("agent")
    }

    /// Where it is. Open.
    #[must_use]
    pub fn status(&self) -> Status {
        Status::from(self.envelope.text("status"))
    }

    /// The message for people, when it is a text.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.member("message").and_then(Value::as_str)
    }

    /// What was measured so far; of another agent it may be anything.
    #[must_use]
    pub fn measured(&self) -> Option<&Value> {
        self.member("progress")
    }

    /// The error, when it has our shape and one of our codes.
    #[must_use]
    pub fn error(&self) -> Option<WireError> {
        self.typed("error")
    }

    /// What a person has to decide, when it has our shape.
    #[must_use]
    pub fn approval(&self) -> Option<Approval> {
        self.typed("approval")
    }

    /// The delivery, when the message is `completed` and has our shape.
    #[must_use]
    pub fn delivery(&self) -> Option<Delivery> {
        if self.status() != Status::Completed {
            return None;
        }
        Some(Delivery {
            message: self.message()?.to_owned(),
            progress: self.measured()?.as_object()?.clone(),
            deliverables: self.typed("deliverables")?,
            handoffs: self.typed("handoffs")?,
            approvals: self.typed("approvals").unwrap_or_default(),
        })
    }

    fn typed<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        self.member(name).and_then(|value| T::deserialize(value).ok())
    }
}
