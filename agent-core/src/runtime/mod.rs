//! Takes requests in, opens sessions, answers questions: one agent, one workspace.
//!
//! Start at [`Runtime::open`]; a transport feeds it with [`Runtime::accept`], a command line with
//! [`Runtime::open_session`].

mod clock;
mod explain;
mod host;
mod options;
mod requests;
mod sessions;
mod steer;
mod verbs;

pub use clock::{Clock, Ids, SystemClock, UuidIds, rfc3339};
pub use host::{Runtime, RuntimeError};
pub use options::Options;
