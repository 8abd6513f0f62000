//! What is so: every account with its health, reasons and numbers, gathered once from the engine.
//!
//! Nothing here is computed again; [`gather`] names columns, [`assess`] joins them into accounts.
//! Start at [`Inputs`], then [`Analysis`].

mod account;
mod analysis;
mod blockers;
mod by_account;
mod checks;
mod churn;
mod day;
mod gather;
mod health;
mod inputs;
mod number;
mod opens;
mod people;
mod sight;
mod support;
mod trend;
mod voice;

pub use account::{Account, Reason, gravest};
pub use analysis::{Analysis, assess};
pub use blockers::{Blocker, BlockerTheme, Blockers};
pub use checks::{Check, CheckState, Checks};
pub use churn::{AccountChurn, ChurnReason, ChurnView};
pub use day::Day;
pub use gather::gather;
pub use health::{
    DimensionScore, Disagreement, HealthDetail, HealthPart, HealthView, Migration, MigrationCell,
    SegmentBound, ValueSegment,
};
pub use inputs::{
    AccountRow, ActivityRow, AdvocacyRow, CommentRow, ContactRow, FeatureRequestRow, Inputs, MilestoneRow,
    ObjectiveRow, OpportunityRow, Ranked, Reading, RenewalRow, TicketRow, TierRow,
};
pub(crate) use number::minor_digits;
pub use number::{Number, money};
pub use opens::{opens, opens_account};
pub use people::{ChangeRow, GapRow, NoteRow, People, SearchedRow, SnoozeRow, SnoozeState, StakeholderRow};
pub use sight::{BandRow, CurvePoint, Sight, Term, UnmeasuredRow};
pub use support::{Support, SupportDigest};
pub use trend::{Archetype, ChangePoint, Trend, UsageWeek};
pub use voice::{AccountVoice, Quote, TextMethod, Theme, Voice};
