//! Who will decide to leave: a model trained on past snapshots, scored on what came after them.
//!
//! [`backtest`](backtest()) opens the engine at earlier days, learns hazards of account-steps and says how good they
//! were; what it trained is kept under `.csm/churn/` and read by sessions as [`Stored`]. Where the backtest does not
//! beat the base rate there are no probabilities: bands and reasons stay, and why is said.
//! Discrete-time hazards on snapshots ("landmarking"): van Houwelingen & Putter, *Dynamic Prediction in Clinical
//! Survival Analysis*, 2012.

mod backtest;
mod budget;
mod claimed;
mod decisions;
mod error;
mod export;
mod hazard;
mod judged;
mod reasons;
mod report;
mod rows;
mod settings;
mod snapshot;
mod stored;
mod verdict;

pub use backtest::{Asked, Label, backtest};
pub use error::ChurnError;
pub use judged::{AccountScore, Judged, Reason, Standing};
pub use report::{AlertBudget, Area, Backtest, CalibrationBin, Cutoff, Floor, HealthRanking, Lift};
pub use settings::{Alerts, Direction, Feature, Least, Settings, Told};
pub use stored::{ChurnModel, Stored};
