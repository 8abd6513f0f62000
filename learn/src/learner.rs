use crate::error::{LearnError, same_length};
use crate::model::Model;
use crate::splits::{Splits, enough};
use crate::table::Table;

/// What a learner is given.
#[derive(Debug, Clone, Copy)]
pub struct Training<'a> {
    /// The rows.
    pub table: &'a Table,
    /// What became of each row.
    pub labels: &'a [bool],
    /// How much each row counts, all alike without.
    pub weights: Option<&'a [f64]>,
    /// How rows are held out for every choice the learner makes.
    pub splits: &'a Splits,
}

/// Learns the probability that a label is true.
///
/// Given the same training it makes the same model, whatever the number of processors.
pub trait Learner: Send + Sync {
    /// The name it is reported by.
    fn name(&self) -> &str;

    /// Learns from all rows, with settings chosen on the splits.
    ///
    /// # Errors
    ///
    /// [`LearnError::TooFew`] with less than two rows of a class; lengths, weights and values that do not fit.
    fn fit(&self, training: &Training<'_>) -> Result<Fit, LearnError>;
}

/// What a learner gives back.
#[derive(Debug, Clone)]
pub struct Fit {
    /// The model learnt from all rows.
    pub model: Model,
    /// What models that had not seen a row said about it, split by split.
    pub held_out: Vec<HeldOut>,
    /// What was chosen on the splits, in words.
    pub chosen: Vec<String>,
}

/// What a model said about a row it had not seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct HeldOut {
    /// The row's position in the training table.
    pub row: usize,
    /// The split it was held out in.
    pub split: usize,
    /// What was said.
    pub log_odds: f64,
}

impl Training<'_> {
    pub(crate) fn weight(&self, row: usize) -> f64 {
        self.weights.map_or(1.0, |weights| weights[row])
    }

    pub(crate) fn positives(&self) -> usize {
        self.labels.iter().filter(|label| **label).count()
    }

    /// The weighted share of positives.
    pub(crate) fn base_rate(&self) -> f64 {
        let (mut positive, mut all) = (0.0, 0.0);
        for (row, label) in self.labels.iter().enumerate() {
            all += self.weight(row);
            positive += if *label { self.weight(row) } else { 0.0 };
        }
        positive / all
    }

    /// The held-out rows of all splits with the log-odds that the splits' models gave them.
    pub(crate) fn held_out(&self, log_odds: Vec<Vec<f64>>) -> Vec<HeldOut> {
        let of_split = |(split, (held, said)): (usize, (&crate::Split, Vec<f64>))| {
            held.held_out
                .iter()
                .zip(said)
                .map(move |(row, log_odds)| HeldOut { row: *row, split, log_odds })
                .collect::<Vec<_>>()
        };
        self.splits.iter().zip(log_odds).enumerate().flat_map(of_split).collect()
    }

    pub(crate) fn check(&self) -> Result<(), LearnError> {
        let rows = self.table.rows();
        same_length("labels", rows, self.labels.len())?;
        if let Some(weights) = self.weights {
            same_length("weights", rows, weights.len())?;
            if weights.iter().any(|weight| !weight.is_finite() || *weight <= 0.0) {
                return Err(LearnError::Invalid("weights: each is above 0 and finite".to_owned()));
            }
        }
        let reach = self.splits.iter().flat_map(|split| split.train.iter().chain(&split.held_out)).max();
        if reach.is_some_and(|row| *row >= rows) {
            return Err(LearnError::Invalid(format!("splits: they name rows beyond the {rows} given")));
        }
        let positives = self.positives();
        enough(rows, positives, rows - positives)
    }
}
