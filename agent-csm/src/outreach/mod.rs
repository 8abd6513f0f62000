//! Messages to customers: drafted here, approved by a person, released to the outbox, withdrawn when what they rest on is gone.
//!
//! Nothing is sent from here: an approved message lies in `out/outbox/` for the team's own mail system.

mod draft;
mod message;
mod stale;

pub use draft::{Draft, drafts};
pub use message::Written;
pub use stale::{Proposed, stale};
