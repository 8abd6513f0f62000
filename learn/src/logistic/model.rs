use serde::{Deserialize, Serialize};

use super::basis::Basis;
use super::newton::{Coefficients, log_odds};
use crate::table::Table;

/// A fitted logistic regression.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct LogisticModel {
    pub(super) basis: Basis,
    pub(super) coefficients: Coefficients,
    /// What each column adds on average over the training rows.
    pub(super) centres: Vec<f64>,
}

impl LogisticModel {
    pub(super) fn new(basis: Basis, coefficients: Coefficients, table: &Table) -> Self {
        let mut model = LogisticModel { basis, coefficients, centres: vec![0.0; table.columns().len()] };
        let mut centres = model.centres.clone();
        for row in 0..table.rows() {
            centres.iter_mut().zip(model.effects(table, row)).for_each(|(sum, effect)| *sum += effect);
        }
        centres.iter_mut().for_each(|sum| *sum /= table.rows().max(1) as f64);
        model.centres = centres;
        model
    }

    pub(crate) fn log_odds(&self, table: &Table) -> Vec<f64> {
        (0..table.rows()).map(|row| log_odds(&self.basis.encode(table, row), &self.coefficients)).collect()
    }

    pub(crate) fn contributions(&self, table: &Table) -> (f64, Vec<Vec<f64>>) {
        let intercept = self.coefficients.last().copied().unwrap_or_default();
        let rows = (0..table.rows())
            .map(|row| {
                let effects = self.effects(table, row);
                effects.iter().zip(&self.centres).map(|(effect, centre)| effect - centre).collect()
            })
            .collect();
        (intercept + self.centres.iter().sum::<f64>(), rows)
    }

    /// What each column's terms add to a row's log-odds.
    fn effects(&self, table: &Table, row: usize) -> Vec<f64> {
        let terms = self.basis.encode(table, row);
        self.basis
            .ranges()
            .map(|range| {
                let own = terms.iter().filter(|(term, _)| range.contains(&(*term as usize)));
                own.map(|(term, value)| self.coefficients[*term as usize] * value).sum()
            })
            .collect()
    }
}
