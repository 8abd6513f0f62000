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
mod prune;
mod questions;
mod ready;
mod requests;
mod resume;
mod sessions;
mod sizes;
mod steer;
mod verbs;

pub use clock::{Clock, Ids, SystemClock, UuidIds, rfc3339};
pub use host::{Drained, Runtime, RuntimeError};
pub use options::Options;
pub use prune::{Keeping, Pruned};
pub use resume::Resumed;
pub use sizes::Sizes;
