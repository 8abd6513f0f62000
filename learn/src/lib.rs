//! Learning from few rows, honestly: learners, calibration, scores and explanations.
//!
//! Knows nothing of accounts: rows of numbers in, probabilities with their reasons out.

mod blend;
mod calibration;
pub mod change_point;
mod error;
mod learner;
mod logistic;
mod maths;
mod model;
mod parallel;
mod random;
pub mod scores;
mod splits;
pub mod survival;
mod table;
mod trees;

pub use blend::Blend;
pub use calibration::{Calibrated, Calibration};
pub use error::LearnError;
pub use learner::{Fit, HeldOut, Learner, Training};
pub use logistic::Logistic;
pub use maths::{log_odds_of, sigmoid};
pub use model::{Contributions, Model, Trained};
pub use splits::{Split, Splits};
pub use table::{Column, Kind, Table, Trend};
pub use trees::{Shape, Trees};

/// What the product learns with: boosted trees and logistic regression, blended and calibrated on the splits.
pub fn standard(seed: u64) -> Box<dyn Learner> {
    let members: Vec<Box<dyn Learner>> = vec![Box::new(Logistic::default()), Box::new(Trees::new(seed))];
    Box::new(Calibrated::new(Box::new(Blend::new(members))))
}

/// The baseline, and what is left where trees do not help: logistic regression, calibrated on the splits.
pub fn baseline() -> Box<dyn Learner> {
    Box::new(Calibrated::new(Box::new(Logistic::default())))
}
