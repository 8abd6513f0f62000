//! How good predictions were, once it is known what became of the rows.
//!
//! Predictions are probabilities (or, where only their order counts, any scores), labels what happened. A score
//! that cannot be computed, because a class or every row is missing, is `None`.

mod auc;
mod calibration;
mod concordance;
mod loss;
mod precision;

pub use auc::{Auc, auc};
pub use calibration::{CalibrationBin, EceFloor, calibration_table, ece, ece_floor};
pub use concordance::concordance;
pub use loss::{brier, log_loss};
pub use precision::{Top, at_budget, lift, pr_auc};

/// Row positions from the highest prediction to the lowest, equal ones in the order of the rows.
fn highest_first(predictions: &[f64]) -> Vec<usize> {
    let mut rows: Vec<usize> = (0..predictions.len()).collect();
    rows.sort_by(|a, b| predictions[*b].total_cmp(&predictions[*a]));
    rows
}
