//! Sessions: durable steps, progress, cancellation, one terminal message.
//!
//! A session is one actor task that owns its sequence numbers and its lease; the agent's work
//! runs beside it and asks it to commit. Listeners read what was committed ([`SessionHandle`]).

mod actor;
mod ask;
mod canonical;
mod completed;
mod context;
mod ending;
mod handle;
mod message;
mod outcome;
mod place;

pub use ask::AskContext;
pub use canonical::hash_of;
pub use completed::CompletedSession;
pub use context::SessionContext;
pub use handle::SessionHandle;
pub use outcome::Outcome;
pub use place::{Placed, Placing};

pub(crate) use actor::{Actor, Hold, Terms};
pub(crate) use ask::Ground;
pub(crate) use ending::{Ending, closing};
pub(crate) use handle::{Live, Why};
pub(crate) use message::Stamp;
