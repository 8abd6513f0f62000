//! Analysis, implementation, growth: three short files that only compose the other rooms.
//!
//! Each phase is a pure function: assessed data in, what to do or to write out.
//! Start at [`Inputs`], then [`analysis`], [`implementation`], [`growth`].

mod account;
mod analysis;
mod craft;
mod day;
mod gather;
mod growth;
mod implementation;
mod inputs;
mod number;

pub use account::{Account, Reason};
pub use analysis::{Analysis, analysis};
pub use craft::{Craft, CraftError};
pub use day::Day;
pub use gather::gather;
pub use growth::{Growth, growth};
pub use implementation::{Implementation, implementation};
pub use inputs::{
    AccountRow, ActivityRow, AdvocacyRow, CommentRow, ContactRow, FeatureRequestRow, Inputs, MilestoneRow,
    ObjectiveRow, OpportunityRow, Ranked, Reading, RenewalRow, TicketRow, TierRow,
};
pub use number::{Number, money};
