use serde::{Deserialize, Serialize};

use crate::error::{LearnError, same_length};
use crate::learner::{Learner, Training};
use crate::model::Model;
use crate::splits::Splits;
use crate::table::Table;

/// The name of the column that says how many periods a subject had lived through.
const AGE: &str = "age in periods";

/// The probability that it happens within some periods, from the probability of each period given that it had
/// not happened before: 1 - product of (1 - h).
pub fn within(hazards: &[f64]) -> f64 {
    1.0 - hazards.iter().map(|hazard| 1.0 - hazard).product::<f64>()
}

/// A row for each period that each subject lived through.
#[derive(Debug, Clone, PartialEq)]
pub struct PersonPeriods {
    /// The subject's columns, and its age in whole periods at the start of the period.
    pub table: Table,
    /// Whether it happened in that period.
    pub labels: Vec<bool>,
    /// The subject's position.
    pub subjects: Vec<u64>,
}

/// Subjects as rows per period (Allison 1982; Singer and Willett 1993), so that any learner of probabilities
/// learns the hazard, censored subjects included: one that was last seen after three periods says three times
/// "not yet" and no more.
///
/// `durations` count periods from 1: an event at 3 happened in the third period; begun periods are whole ones.
///
/// # Errors
///
/// Lengths that differ, a duration that is not above 0.
pub fn person_periods(
    table: &Table,
    durations: &[f64],
    events: &[bool],
) -> Result<PersonPeriods, LearnError> {
    same_length("durations", table.rows(), durations.len())?;
    same_length("events", table.rows(), events.len())?;
    if let Some(row) = durations.iter().position(|duration| !duration.is_finite() || *duration <= 0.0) {
        return Err(LearnError::Invalid(format!("durations: row {row} is not above 0")));
    }
    let (mut rows, mut ages, mut labels) = (Vec::new(), Vec::new(), Vec::new());
    for (row, (duration, event)) in durations.iter().zip(events).enumerate() {
        let periods = duration.ceil() as usize;
        for age in 0..periods {
            rows.push(row);
            ages.push(age as f64);
            labels.push(*event && age + 1 == periods);
        }
    }
    let table = table.select(&rows).with_number(AGE, ages)?;
    Ok(PersonPeriods { table, labels, subjects: rows.iter().map(|row| *row as u64).collect() })
}

/// A discrete-time hazard: the probability of each period, learnt by any learner from rows per period.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Hazard {
    model: Model,
}

impl Hazard {
    /// Learns from subjects that were there for `durations` periods (see [`person_periods`]). All rows of a
    /// subject stay in one of the `folds` inner folds, which `seed` draws.
    ///
    /// # Errors
    ///
    /// As [`person_periods`], [`Splits::grouped`] and the learner.
    pub fn fit(
        learner: &dyn Learner,
        table: &Table,
        durations: &[f64],
        events: &[bool],
        folds: usize,
        seed: u64,
    ) -> Result<Self, LearnError> {
        let periods = person_periods(table, durations, events)?;
        let splits = Splits::grouped(&periods.labels, &periods.subjects, folds, seed)?;
        let training =
            Training { table: &periods.table, labels: &periods.labels, weights: None, splits: &splits };
        Ok(Hazard { model: learner.fit(&training)?.model })
    }

    /// Per subject the probability that it happens within the next `periods`, given that it had not by the age
    /// `ages`, in whole periods. Its columns are taken as unchanged meanwhile.
    ///
    /// # Errors
    ///
    /// As [`Model::predict`].
    pub fn within(&self, table: &Table, ages: &[f64], periods: usize) -> Result<Vec<f64>, LearnError> {
        same_length("ages", table.rows(), ages.len())?;
        let mut surviving = vec![1.0; table.rows()];
        for ahead in 0..periods {
            let at = table.clone().with_number(AGE, ages.iter().map(|age| age + ahead as f64).collect())?;
            for (share, hazard) in surviving.iter_mut().zip(self.model.predict(&at)?) {
                *share *= 1.0 - hazard;
            }
        }
        Ok(surviving.into_iter().map(|share| 1.0 - share).collect())
    }

    /// The model of one period's probability, for its contributions.
    pub fn model(&self) -> &Model {
        &self.model
    }
}
