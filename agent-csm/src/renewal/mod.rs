//! Renewals by opt-out date.
//!
//! No probabilities: a forecast has to be earned against decisions that were forecast before, and none are.

mod list;

pub use list::{Renewal, renewals};
