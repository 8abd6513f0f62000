//! What an error says, and the message that carries one outside any session.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::envelope::{Envelope, message_members};
use crate::{ErrorCode, Members, Meta};

/// An error as it stands in a message: in a session-less error message, and in the message that ends a
/// session as `failed`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[error("{code}: {message}")]
#[non_exhaustive]
pub struct WireError {
    /// What went wrong.
    pub code: ErrorCode,
    /// What was wrong and where.
    pub message: String,
    /// What to do about it.
    pub hint: String,
    /// Whether sending the same again, unchanged, can succeed.
    pub retryable: bool,
    /// Further facts, by name; which ones is said on the code's page. Absent when there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<Members>")]
    pub details: Option<Box<Members>>,
}

impl WireError {
    /// An error with the hint and the retryability of its code.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            hint: code.hint().to_owned(),
            retryable: code.retryable(),
            details: None,
        }
    }

    /// With a hint that fits better than the code's own.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// With one more fact.
    #[must_use]
    pub fn with_detail(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.details.get_or_insert_default().insert(name.to_owned(), value.into());
        self
    }

    /// The error as a JSON object.
    #[must_use]
    pub fn into_members(self) -> Members {
        let Self { code, message, hint, retryable, details } = self;
        let mut members = Members::new();
        members.insert("code".to_owned(), code.as_str().into());
        members.insert("message".to_owned(), message.into());
        members.insert("hint".to_owned(), hint.into());
        members.insert("retryable".to_owned(), retryable.into());
        if let Some(details) = details {
            members.insert("details".to_owned(), Value::Object(*details));
        }
        members
    }
}

const ORDER: &[&str] = &["agent", "error"];
const CHECKED: &[&str] = ORDER;

/// An error that belongs to no session: a bad line, a request that is not served.
#[derive(Clone, Debug, PartialEq)]
pub struct ErrorMessage {
    envelope: Envelope,
}

message_members!(ErrorMessage);

/// An error that belongs to no session.
#[derive(JsonSchema)]
#[schemars(rename = "ErrorMessage", title = "ErrorMessage")]
#[expect(dead_code, reason = "only its schema is used; the values live in the open envelope")]
struct ErrorShape {
    /// Who says it.
    agent: String,
    /// What went wrong.
    error: WireError,
    /// What goes with the message beside its content.
    #[serde(rename = "_meta")]
    meta: Option<Meta>,
}

impl JsonSchema for ErrorMessage {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        ErrorShape::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        ErrorShape::json_schema(generator)
    }
}

impl ErrorMessage {
    /// `agent` says that `error` happened.
    #[must_use]
    pub fn new(agent: &str, error: WireError) -> Self {
        let mut envelope = Envelope::default();
        envelope.set(ORDER, "agent", agent.into());
        envelope.set(ORDER, "error", error.into_members().into());
        Self { envelope }
    }

    /// Checks `agent` and `error`; everything else is kept as it is.
    ///
    /// # Errors
    /// `INVALID_MESSAGE` when one of them is missing or of the wrong type.
    pub fn read(members: Members) -> Result<Self, WireError> {
        let envelope = Envelope::read(members, ErrorCode::InvalidMessage)?;
        envelope.require_text("agent", ErrorCode::InvalidMessage)?;
        envelope.require_object("error", ErrorCode::InvalidMessage)?;
        Ok(Self { envelope })
    }

    /// Who says it.
    #[must_use]
    pub fn agent(&self) -> &str {
        self.envelope.text("agent")
    }

    /// The error, when it has our shape and one of our codes; see [`Self::member`] for any other.
    #[must_use]
    pub fn error(&self) -> Option<WireError> {
        self.member("error").and_then(|error| WireError::deserialize(error).ok())
    }
}
