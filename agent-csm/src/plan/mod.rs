//! Success plans: who gets one, what stands in it.

mod cadence;
mod settings;
mod success_plan;

pub use settings::{
    Advocacy, Cadence, Expansion, Handoffs, Motion, Priority, Settings, SettingsError, Standing, Windows,
};
pub use success_plan::{CheckIn, Objective, Person, Stakeholders, SuccessPlan, success_plans};
