use super::basis::Basis;
use super::model::LogisticModel;
use super::newton::{Coefficients, Rows, log_odds};
use crate::error::LearnError;
use crate::learner::{Fit, Learner, Training};
use crate::maths::logistic_loss;
use crate::model::{Model, Part, Trained};
use crate::parallel;
use crate::table::{Table, Trend};

/// Logistic regression with a ridge penalty, fitted by Newton's method (iteratively reweighted least squares).
///
/// The penalty is the one of `ridges` with the least logarithmic loss on held-out rows. A column with a known
/// trend enters as a line, and is left out where its line would go the other way.
#[derive(Debug, Clone, PartialEq)]
pub struct Logistic {
    /// The penalties to choose from, in units of the summed loss.
    pub ridges: Vec<f64>,
    /// Bins per number, beside its line; 1 for the line alone.
    pub bins: usize,
}

impl Default for Logistic {
    fn default() -> Self {
        Logistic { ridges: vec![100.0, 30.0, 10.0, 3.0, 1.0, 0.3], bins: 8 }
    }
}

impl Learner for Logistic {
    fn name(&self) -> &str {
        "logistic regression"
    }

    fn fit(&self, training: &Training<'_>) -> Result<Fit, LearnError> {
        training.check()?;
        if self.ridges.is_empty() || self.ridges.iter().any(|ridge| !ridge.is_finite() || *ridge <= 0.0) {
            return Err(LearnError::Invalid("ridges: at least one, each above 0".to_owned()));
        }
        let splits = parallel::map(training.splits.len(), |at| self.on_split(training, at));
        let loss_of = |ridge: usize| {
            let mut loss = 0.0;
            for (split, said) in training.splits.iter().zip(&splits) {
                for (row, z) in split.held_out.iter().zip(&said[ridge]) {
                    loss += training.weight(*row) * logistic_loss(*z, training.labels[*row]);
                }
            }
            loss
        };
        let losses: Vec<f64> = (0..self.ridges.len()).map(loss_of).collect();
        let best = (0..losses.len()).min_by(|a, b| losses[*a].total_cmp(&losses[*b])).unwrap_or_default();
        let all: Vec<usize> = (0..training.table.rows()).collect();
        let (basis, path) = self.path(training, &all, best + 1);
        let coefficients = path.into_iter().next_back().unwrap_or_default();
        let terms = basis.terms();
        let model = LogisticModel::new(basis, coefficients, training.table);
        let trained = Trained { rows: all.len(), positives: training.positives() };
        let held_out = splits.into_iter().map(|mut said| said.swap_remove(best)).collect();
        Ok(Fit {
            model: Model::new(training.table, self.name(), Part::Logistic(model), trained),
            held_out: training.held_out(held_out),
            chosen: vec![format!("{}: ridge {}, {terms} terms", self.name(), self.ridges[best])],
        })
    }
}

impl Logistic {
    /// Per penalty the log-odds of the rows that a split holds out.
    fn on_split(&self, training: &Training<'_>, at: usize) -> Vec<Vec<f64>> {
        let split = training.splits.get(at);
        let (basis, path) = self.path(training, &split.train, self.ridges.len());
        let rows: Vec<_> = split.held_out.iter().map(|row| basis.encode(training.table, *row)).collect();
        path.iter().map(|beta| rows.iter().map(|terms| log_odds(terms, beta)).collect()).collect()
    }

    /// The fits on these rows under the first penalties, each starting from the one before.
    fn path(&self, training: &Training<'_>, rows: &[usize], penalties: usize) -> (Basis, Vec<Coefficients>) {
        let basis = Basis::of(training.table, rows, self.bins);
        let encoded = Rows {
            terms: rows.iter().map(|row| basis.encode(training.table, *row)).collect(),
            labels: rows.iter().map(|row| training.labels[*row]).collect(),
            weights: rows.iter().map(|row| training.weight(*row)).collect(),
        };
        let mut path: Vec<Coefficients> = Vec::with_capacity(penalties);
        for ridge in &self.ridges[..penalties] {
            let next = with_trends(training.table, &basis, &encoded, *ridge, path.last());
            path.push(next);
        }
        (basis, path)
    }
}

/// The fit in which every line of a known trend goes that way: those that do not are taken out, all that go
/// wrong at once, until none is left.
fn with_trends(
    table: &Table,
    basis: &Basis,
    rows: &Rows,
    ridge: f64,
    start: Option<&Coefficients>,
) -> Coefficients {
    let mut allowed = vec![true; basis.terms()];
    let mut beta = rows.fit(ridge, start, &allowed);
    loop {
        let mut removed = false;
        for (position, column) in table.columns().iter().enumerate() {
            let Some(line) = basis.line(position) else { continue };
            let wrong = match column.trend {
                Some(Trend::Rising) => beta[line] < 0.0,
                Some(Trend::Falling) => beta[line] > 0.0,
                None => false,
            };
            if wrong && allowed[line] {
                allowed[line] = false;
                removed = true;
            }
        }
        if !removed {
            return beta;
        }
        beta = rows.fit(ridge, Some(&beta), &allowed);
    }
}
