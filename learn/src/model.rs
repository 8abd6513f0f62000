use serde::{Deserialize, Serialize};

use crate::calibration::Calibration;
use crate::error::LearnError;
use crate::logistic::LogisticModel;
use crate::maths::sigmoid;
use crate::table::{Schema, Table};
use crate::trees::TreesModel;

/// A learnt model: the weighted mean of its parts' log-odds, calibrated.
///
/// Stored and read back with serde it predicts the same.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Model {
    schema: Schema,
    members: Vec<Member>,
    calibration: Calibration,
    trained: Trained,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct Member {
    name: String,
    weight: f64,
    part: Part,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Part {
    Logistic(LogisticModel),
    Trees(Box<TreesModel>),
}

/// The rows a model was learnt from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trained {
    /// How many.
    pub rows: usize,
    /// How many of them with a true label.
    pub positives: usize,
}

/// What each column adds to the log-odds of each row.
#[derive(Debug, Clone, PartialEq)]
pub struct Contributions {
    /// The columns' names.
    pub columns: Vec<String>,
    /// The log-odds of a row about which nothing speaks.
    pub base: f64,
    /// Per row a value per column; with `base` they add up to the row's log-odds, to within 0.0001.
    pub rows: Vec<Vec<f64>>,
}

impl Model {
    pub(crate) fn new(table: &Table, name: &str, part: Part, trained: Trained) -> Self {
        Model {
            schema: Schema::of(table),
            members: vec![Member { name: name.to_owned(), weight: 1.0, part }],
            calibration: Calibration::Identity,
            trained,
        }
    }

    /// The weighted mean of models of the same rows, before calibration.
    pub(crate) fn mean(models: Vec<(f64, Model)>) -> Option<Self> {
        let mut models = models.into_iter();
        let (weight, mut mean) = models.next()?;
        mean.members.iter_mut().for_each(|member| member.weight *= weight);
        for (weight, model) in models {
            mean.members.extend(
                model.members.into_iter().map(|member| Member { weight: member.weight * weight, ..member }),
            );
        }
        mean.members.retain(|member| member.weight > 0.0);
        Some(mean)
    }

    pub(crate) fn calibrated(mut self, calibration: Calibration) -> Self {
        self.calibration = calibration;
        self
    }

    /// The probability of each row. Columns are found by name; further columns are not read.
    ///
    /// # Errors
    ///
    /// A column of training that is not there or changed its kind.
    pub fn predict(&self, table: &Table) -> Result<Vec<f64>, LearnError> {
        Ok(self.log_odds(table)?.into_iter().map(sigmoid).collect())
    }

    /// The log-odds of each row's probability.
    ///
    /// # Errors
    ///
    /// As [`Model::predict`].
    pub fn log_odds(&self, table: &Table) -> Result<Vec<f64>, LearnError> {
        let table = self.schema.apply(table)?;
        let mut sum = vec![0.0; table.rows()];
        for member in &self.members {
            for (sum, said) in sum.iter_mut().zip(member.part.log_odds(&table)?) {
                *sum += member.weight * said;
            }
        }
        Ok(sum.into_iter().map(|z| self.calibration.apply(z)).collect())
    }

    /// What each column adds to each row's log-odds: for trees the exact Shapley values of the trees (Lundberg
    /// et al. 2020, path dependent), for the logistic part coefficient times distance from the training mean.
    /// A calibration that is not a straight line stretches a row's contributions alike, so that they still add
    /// up.
    ///
    /// # Errors
    ///
    /// As [`Model::predict`].
    pub fn contributions(&self, table: &Table) -> Result<Contributions, LearnError> {
        let table = self.schema.apply(table)?;
        let columns: Vec<String> = self.schema.fields().iter().map(|field| field.name.clone()).collect();
        let mut base = 0.0;
        let mut rows = vec![vec![0.0; columns.len()]; table.rows()];
        for member in &self.members {
            let (own_base, own_rows) = member.part.contributions(&table)?;
            base += member.weight * own_base;
            for (row, own) in rows.iter_mut().zip(own_rows) {
                row.iter_mut().zip(own).for_each(|(sum, value)| *sum += member.weight * value);
            }
        }
        let calibrated_base = self.calibration.apply(base);
        for row in &mut rows {
            let shift: f64 = row.iter().sum();
            if shift.abs() > 1e-12 {
                let stretch = (self.calibration.apply(base + shift) - calibrated_base) / shift;
                row.iter_mut().for_each(|value| *value *= stretch);
            }
        }
        Ok(Contributions { columns, base: calibrated_base, rows })
    }

    /// The names of the parts and their weights in the mean.
    pub fn members(&self) -> impl Iterator<Item = (&str, f64)> {
        self.members.iter().map(|member| (member.name.as_str(), member.weight))
    }

    /// How the mean log-odds became calibrated ones.
    pub fn calibration(&self) -> &Calibration {
        &self.calibration
    }

    /// The rows it was learnt from.
    pub fn trained(&self) -> Trained {
        self.trained
    }
}

impl Part {
    fn log_odds(&self, table: &Table) -> Result<Vec<f64>, LearnError> {
        match self {
            Part::Logistic(model) => Ok(model.log_odds(table)),
            Part::Trees(model) => model.log_odds(table),
        }
    }

    fn contributions(&self, table: &Table) -> Result<(f64, Vec<Vec<f64>>), LearnError> {
        match self {
            Part::Logistic(model) => Ok(model.contributions(table)),
            Part::Trees(model) => model.contributions(table),
        }
    }
}
