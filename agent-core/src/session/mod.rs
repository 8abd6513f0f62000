//! Sessions: durable steps, progress, cancellation, one terminal message.
//!
//! A session is one actor task that owns its sequence numbers and its lease; the agent's work
//! runs beside it and asks it to commit. A question is a session too, with one commit for its answer
//! and its end. Listeners read what was committed ([`SessionHandle`]).

mod actor;
mod ask;
mod ask_context;
mod canonical;
mod completed;
mod context;
mod ending;
mod handle;
mod hold;
mod limits;
mod measured;
mod message;
mod outcome;
mod place;
mod propose;
mod question;

pub use ask::AskContext;
pub use canonical::hash_of;
pub use completed::CompletedSession;
pub use context::SessionContext;
pub use handle::SessionHandle;
pub use limits::Budget;
pub use outcome::Outcome;
pub use place::{Placed, Placing};

pub(crate) use actor::{Actor, Session, Terms};
pub(crate) use ask::Ground;
pub(crate) use ending::{Ending, Said, closing};
pub(crate) use handle::{Live, Standing, Why, interrupted};
pub(crate) use hold::{Hold, LockRoom, SharedLock};
pub(crate) use limits::Limits;
pub(crate) use measured::Measured;
pub(crate) use message::{Stamp, request_of};
pub(crate) use question::{Question, SharedAnswer, Voice};
