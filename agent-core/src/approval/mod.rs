//! Approvals: what people have to decide, what they decided, and what came of it.
//!
//! A session asks with [`crate::session::SessionContext::propose`]; a person answers through
//! [`crate::runtime::Runtime::answer_approval`]; what was approved is done by [`crate::agent::Agent::carry_out`].

mod carry_out;
mod pending;
mod proposal;
mod shown;
mod told;

pub use crate::store::{ApprovalAnswer, ApprovalFilter, ApprovalRecord};
pub use proposal::Proposal;
pub use protocol::payload::{ApprovalState, Decision};
pub use shown::{Shown, approved_text};
pub use told::{asked, told};

pub(crate) use carry_out::{Carrier, Carrying};
pub(crate) use pending::list_pending;
pub(crate) use shown::check_hash;
pub(crate) use told::fitting;
