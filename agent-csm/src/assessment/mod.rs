//! What is so: every account with its health, reasons and numbers, gathered once from the engine.
//!
//! Nothing here is computed again; [`gather`] names columns, [`assess`] joins them into accounts.
//! Start at [`Inputs`], then [`Analysis`].

mod account;
mod analysis;
mod day;
mod gather;
mod inputs;
mod number;

pub use account::{Account, Reason};
pub use analysis::{Analysis, assess};
pub use day::Day;
pub use gather::gather;
pub use inputs::{
    AccountRow, ActivityRow, AdvocacyRow, CommentRow, ContactRow, FeatureRequestRow, Inputs, MilestoneRow,
    ObjectiveRow, OpportunityRow, Ranked, Reading, RenewalRow, TicketRow, TierRow,
};
pub use number::{Number, money};
