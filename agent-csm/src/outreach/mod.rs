//! Messages to customers: drafted here, approved by a person, released to the outbox.
//!
//! Nothing is sent from here: an approved message lies in `out/outbox/` for the team's own mail system.

mod draft;
mod message;

pub use draft::{Draft, drafts};
pub use message::Written;
