//! What an agent author implements.
//!
//! Start at [`Agent`]; its `work` composes steps of a [`crate::session::SessionContext`].

mod answer;
mod contract;
mod failure;

pub use answer::{Answer, Completion, Pin};
pub use contract::Agent;
pub use failure::Failure;
pub(crate) use failure::Then;
