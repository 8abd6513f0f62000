//! Takes requests in, opens sessions, answers questions: one agent, one workspace.
//!
//! Start at [`Runtime::open`]; a transport feeds it with [`Runtime::accept`], a command line with
//! [`Runtime::open_session`].

mod approvals;
mod clock;
mod completed;
mod contexts;
mod door;
mod explain;
mod flights;
mod host;
mod live;
mod options;
mod questions;
mod requests;
mod resume;
mod sessions;
mod steer;
mod verbs;

pub use clock::{Clock, Ids, SystemClock, UuidIds, rfc3339};
pub use host::{Drained, Runtime, RuntimeError};
pub use options::Options;
pub use resume::Resumed;
