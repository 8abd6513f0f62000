//! Contexts: what agents published, for those who ask, and asking whoever offered to answer.
//!
//! [`ContextManager`] is the embedded one. An agent asks through
//! [`crate::session::SessionContext::ask_context`], which goes to the other side of the connection when that
//! offered to answer, and to the embedded one otherwise.

mod asked;
mod asker;
mod manager;

pub use crate::store::{ContextEntry, ContextsFound};
pub use asked::{Asked, Claim, ContextSource};
pub use manager::{CONTENT_CAP, ContextManager};

pub(crate) use asker::Asker;
