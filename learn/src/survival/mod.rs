//! Time until something happens, where for many it has not happened yet.

mod geometric;
mod hazard;
mod kaplan_meier;

pub use geometric::ShiftedBetaGeometric;
pub use hazard::{Hazard, PersonPeriods, person_periods, within};
pub use kaplan_meier::{KaplanMeierStep, kaplan_meier};
