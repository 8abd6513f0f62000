use serde::{Deserialize, Serialize};

use super::choose::choose;
use super::linear::{self, Point};
use super::steps;
use crate::learner::HeldOut;

/// A map of log-odds that never falls, so that it keeps the order of the rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Calibration {
    /// As the model says.
    Identity,
    /// `intercept + slope z`: logistic recalibration (Cox 1958; Platt 1999).
    Line {
        /// Below 1 where the model was over-confident.
        slope: f64,
        /// The shift at log-odds 0.
        intercept: f64,
    },
    /// `intercept + a ln p - b ln(1 - p)`: beta calibration (Kull, Silva Filho and Flach 2017).
    Beta {
        /// The part of ln p.
        a: f64,
        /// The part of -ln(1 - p).
        b: f64,
        /// The shift.
        intercept: f64,
    },
    /// Straight lines through the blocks of an isotonic regression (Zadrozny and Elkan 2002): log-odds said and
    /// seen, both rising; outside of them the shift of the nearest.
    Steps {
        /// A block's mean log-odds as said.
        said: Vec<f64>,
        /// A block's log-odds as seen.
        seen: Vec<f64>,
    },
}

impl Calibration {
    /// The map from what was said of cases, each by a model that had not seen it, to what became of them.
    ///
    /// For probabilities that are put together from several rows of a model, which may each be right and their
    /// compound still too sure of itself. `row` of a case is its position in `labels`. Without cases nothing changes.
    pub fn learnt(said: &[HeldOut], labels: &[bool]) -> Self {
        if said.is_empty() {
            return Calibration::Identity;
        }
        let point = |held: &HeldOut| Point { z: held.log_odds, label: labels[held.row], weight: 1.0 };
        let points: Vec<Point> = said.iter().map(point).collect();
        let splits = said.iter().map(|held| held.split + 1).max().unwrap_or_default();
        choose(&points, said, splits).calibration
    }

    /// The calibrated log-odds of a log-odds.
    pub fn apply(&self, z: f64) -> f64 {
        match self {
            Calibration::Identity => z,
            Calibration::Line { slope, intercept } => intercept + slope * z,
            Calibration::Beta { a, b, intercept } => {
                let [ln_p, ln_q] = linear::logarithms(z);
                intercept + a * ln_p + b * ln_q
            }
            Calibration::Steps { said, seen } => steps::interpolate(said, seen, z),
        }
    }
}
