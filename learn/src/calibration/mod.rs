//! Probabilities that mean what they say: maps from a model's log-odds to calibrated ones, learnt on held-out
//! rows.

mod choose;
mod learner;
mod linear;
mod map;
mod steps;

pub use learner::Calibrated;
pub use map::Calibration;
