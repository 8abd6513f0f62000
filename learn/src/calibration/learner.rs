use super::choose::choose;
use super::linear::Point;
use super::map::Calibration;
use crate::error::LearnError;
use crate::learner::{Fit, Learner, Training};

/// A learner whose log-odds are recalibrated by what it said about held-out rows.
pub struct Calibrated {
    learner: Box<dyn Learner>,
}

impl Calibrated {
    /// Calibrates this one.
    pub fn new(learner: Box<dyn Learner>) -> Self {
        Calibrated { learner }
    }
}

impl Learner for Calibrated {
    fn name(&self) -> &str {
        self.learner.name()
    }

    fn fit(&self, training: &Training<'_>) -> Result<Fit, LearnError> {
        let Fit { model, held_out, mut chosen } = self.learner.fit(training)?;
        let points: Vec<Point> = held_out
            .iter()
            .map(|held| Point {
                z: held.log_odds,
                label: training.labels[held.row],
                weight: training.weight(held.row),
            })
            .collect();
        let found = choose(&points, &held_out, training.splits.len());
        chosen.push(match &found.calibration {
            Calibration::Line { slope, intercept } => {
                format!("calibration: line, slope {slope:.3}, intercept {intercept:.3}")
            }
            _ => format!("calibration: {}", found.name),
        });
        Ok(Fit { model: model.calibrated(found.calibration), held_out: found.held_out, chosen })
    }
}
