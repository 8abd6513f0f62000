//! The context-manager protocol: what goes over the wire, and nothing else.
//!
//! Types, serde and JSON Schema only: no I/O, no runtime, no business words.
//! Reading is lenient (an unknown member, status or request type is kept whole and in order),
//! writing is strict (the seed's members first, `_meta` last, never `null` for what is absent).
//! Start at [`decode_line`] for what may arrive and [`Outgoing`] for what may leave.
//!
//! ```
//! use protocol::{DEFAULT_LINE_LIMIT, Incoming, Status, StatusMessage, decode_line, encode};
//!
//! let line = br#"{"requesting_agent":"orchestrator","request_type":"get_customer_context","payload":{}}"#;
//! if let Ok(Incoming::Request(request)) = decode_line(line, DEFAULT_LINE_LIMIT) {
//!     assert_eq!(request.kind().answer(), Some("customer_context"));
//! }
//! let said = StatusMessage::tick("customer-success-manager", Status::Analyzing, 40, "scoring");
//! assert!(encode(&said.into()).ends_with(r#""message":"scoring","progress":{},"_meta":{"percent":40}}"#));
//! ```

mod body;
mod envelope;
mod json;

pub mod codec;
pub mod delivery;
pub mod error;
pub mod error_code;
pub mod figure;
pub mod meta;
pub mod payload;
pub mod reply;
pub mod request;
pub mod response;
pub mod schema;
pub mod status;
pub mod status_message;
pub mod verb;

pub use codec::{DEFAULT_LINE_LIMIT, Incoming, Message, Outgoing, Refused, decode_line, encode, too_long};
pub use delivery::{Approval, Deliverable, Delivery, Handoff, HandoffOutcome};
pub use error::{ErrorMessage, WireError};
pub use error_code::ErrorCode;
pub use figure::{Definition, Evidence, Figure, FigureId, FigureStatus, Scope, Target, Unit, Window};
pub use meta::Meta;
pub use request::{Request, RequestBudget};
pub use response::ContextResponse;
pub use status::Status;
pub use status_message::StatusMessage;
pub use verb::{RequestType, Verb};

/// The members of a JSON object, in the order they stand in it.
pub type Members = serde_json::Map<String, serde_json::Value>;

/// The version of the protocol. It rises for changes that break readers only; additions do not move it.
pub const PROTOCOL_VERSION: u32 = 1;
