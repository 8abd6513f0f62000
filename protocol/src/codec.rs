//! Lines to messages and back.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;

use crate::json;
use crate::{ContextResponse, ErrorCode, ErrorMessage, Members, Meta, Request, StatusMessage, WireError};

/// How long a line may be, in bytes, when nothing else is configured: 1 MiB.
pub const DEFAULT_LINE_LIMIT: usize = 1 << 20;

/// One message of the protocol. Both sides use the same four.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// Has `request_type`: something is asked.
    Request(Request),
    /// Has `response_type`: something is answered.
    Response(ContextResponse),
    /// Has `status`: how far an agent is.
    Status(StatusMessage),
    /// Has `error` and no session. It is never answered, or two agents could go on forever.
    Error(ErrorMessage),
}

/// A message that arrives.
pub type Incoming = Message;

/// A message that leaves.
pub type Outgoing = Message;

impl Message {
    /// Tells what the members are, by which of `request_type`, `response_type`, `status` and `error` is there
    /// first in that order, never by the shape of the rest.
    ///
    /// # Errors
    /// `UNKNOWN_MESSAGE` when none is there; `INVALID_REQUEST` or `INVALID_MESSAGE` when a member that every
    /// message of that kind has is missing or of the wrong type.
    pub fn read(members: Members) -> Result<Self, Refused> {
        let asked_as = request_id(&members);
        let read = if members.contains_key("request_type") {
            Request::read(members).map(Self::Request)
        } else if members.contains_key("response_type") {
            ContextResponse::read(members).map(Self::Response)
        } else if members.contains_key("status") {
            StatusMessage::read(members).map(Self::Status)
        } else if members.contains_key("error") {
            ErrorMessage::read(members).map(Self::Error)
        } else {
            Err(WireError::new(
                ErrorCode::UnknownMessage,
                "the object has none of `request_type`, `response_type`, `status`, `error`",
            ))
        };
        read.map_err(|error| Refused { error, in_reply_to: asked_as })
    }

    /// Who says it: `requesting_agent` of a request, `agent` of the others.
    #[must_use]
    pub fn agent(&self) -> &str {
        match self {
            Self::Request(request) => request.requesting_agent(),
            Self::Response(response) => response.agent(),
            Self::Status(status) => status.agent(),
            Self::Error(error) => error.agent(),
        }
    }

    /// What goes with the message beside its content.
    #[must_use]
    pub fn meta(&self) -> &Meta {
        match self {
            Self::Request(request) => request.meta(),
            Self::Response(response) => response.meta(),
            Self::Status(status) => status.meta(),
            Self::Error(error) => error.meta(),
        }
    }

    /// The same, to be filled.
    pub fn meta_mut(&mut self) -> &mut Meta {
        match self {
            Self::Request(request) => request.meta_mut(),
            Self::Response(response) => response.meta_mut(),
            Self::Status(status) => status.meta_mut(),
            Self::Error(error) => error.meta_mut(),
        }
    }

    /// Whether it is the last message of its session.
    #[must_use]
    pub fn is_terminal(&self) -> bool {
        match self {
            Self::Status(status) => status.status().is_terminal(),
            Self::Request(_) | Self::Response(_) | Self::Error(_) => false,
        }
    }

    /// The whole message as a JSON object, members in order.
    #[must_use]
    pub fn into_members(self) -> Members {
        match self {
            Self::Request(request) => request.into_members(),
            Self::Response(response) => response.into_members(),
            Self::Status(status) => status.into_members(),
            Self::Error(error) => error.into_members(),
        }
    }
}

impl Serialize for Message {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Request(request) => request.serialize(serializer),
            Self::Response(response) => response.serialize(serializer),
            Self::Status(status) => status.serialize(serializer),
            Self::Error(error) => error.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Message {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(Members::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl From<Request> for Message {
    fn from(request: Request) -> Self {
        Self::Request(request)
    }
}

impl From<ContextResponse> for Message {
    fn from(response: ContextResponse) -> Self {
        Self::Response(response)
    }
}

impl From<StatusMessage> for Message {
    fn from(status: StatusMessage) -> Self {
        Self::Status(status)
    }
}

impl From<ErrorMessage> for Message {
    fn from(error: ErrorMessage) -> Self {
        Self::Error(error)
    }
}

/// Why a line is not a message, and which request it was, when that much could be read.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{error}")]
pub struct Refused {
    /// What to answer.
    pub error: WireError,
    /// The request's own name for itself, to be answered in `_meta.in_reply_to`.
    pub in_reply_to: Option<String>,
}

impl Refused {
    /// The one reply a refused line gets.
    #[must_use]
    pub fn into_message(self, agent: &str) -> ErrorMessage {
        let message = ErrorMessage::new(agent, self.error);
        match self.in_reply_to {
            Some(id) => message.with_meta(Meta::new().with_in_reply_to(&id)),
            None => message,
        }
    }
}

impl From<WireError> for Refused {
    fn from(error: WireError) -> Self {
        Self { error, in_reply_to: None }
    }
}

impl From<Refused> for WireError {
    fn from(refused: Refused) -> Self {
        refused.error
    }
}

/// Reads one line, or one text frame. A line ending at its end does not count towards `limit`, in bytes.
///
/// # Errors
/// `LINE_TOO_LONG` before anything is parsed, then `NOT_UTF8`, `INVALID_JSON` or `DUPLICATE_MEMBER`,
/// `NOT_AN_OBJECT`, and what [`Message::read`] refuses.
pub fn decode_line(line: &[u8], limit: usize) -> Result<Incoming, Refused> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.len() > limit {
        return Err(too_long(limit).into());
    }
    Message::read(decode_object(line)?)
}

/// Reads one JSON object that need not be a message yet: a body in which a member is still to be filled in.
///
/// # Errors
/// `NOT_UTF8`, `INVALID_JSON` or `DUPLICATE_MEMBER`, `NOT_AN_OBJECT`.
pub fn decode_object(text: &[u8]) -> Result<Members, WireError> {
    if let Some(mark) = byte_order_mark(text) {
        return Err(mark);
    }
    let text = str::from_utf8(text).map_err(|error| {
        let at = error.valid_up_to();
        WireError::new(ErrorCode::NotUtf8, format!("the line is not UTF-8 from byte {at}"))
            .with_detail("byte", at)
    })?;
    match json::parse(text)? {
        Value::Object(members) => Ok(members),
        Value::Array(_) => Err(not_an_object("an array")),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            Err(not_an_object("a single value"))
        }
    }
}

/// The refusal of a text that begins with a byte order mark, which no eye sees: some editors and shells write one
/// before the first line of a stream.
fn byte_order_mark(text: &[u8]) -> Option<WireError> {
    let (code, name) = match text {
        [0xEF, 0xBB, 0xBF, ..] => (ErrorCode::InvalidJson, "a byte order mark (EF BB BF)"),
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => (ErrorCode::NotUtf8, "the byte order mark of UTF-16"),
        _ => return None,
    };
    let error = WireError::new(code, format!("the line begins with {name}"));
    Some(error.with_hint("write UTF-8 without a byte order mark").with_detail("byte", 0))
}

/// The refusal of a line of more than `limit` bytes, for a reader that stops before it has the whole line.
#[must_use]
pub fn too_long(limit: usize) -> WireError {
    WireError::new(ErrorCode::LineTooLong, format!("the line is longer than {limit} bytes"))
        .with_detail("limit", limit)
}

fn not_an_object(found: &str) -> WireError {
    WireError::new(ErrorCode::NotAnObject, format!("the line is {found}, not an object"))
}

/// Writes a message as one line, without the line ending. JSON escapes line ends inside texts, so there is
/// none within it.
#[must_use]
pub fn encode(message: &Outgoing) -> String {
    match message {
        Message::Request(request) => request.encode(),
        Message::Response(response) => response.encode(),
        Message::Status(status) => status.encode(),
        Message::Error(error) => error.encode(),
    }
}

/// The request's own name, from members that may be wrong in every other way.
fn request_id(members: &Members) -> Option<String> {
    Some(members.get("_meta")?.get("request_id")?.as_str()?.to_owned())
}
