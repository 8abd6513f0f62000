//! The model: the chance to decide to leave in each step, given that the account had not before.

use chrono::NaiveDate;
use learn::{Calibrated, Learner as _, Model, Splits, Training, Trees};
use serde::{Deserialize, Serialize};

use super::decisions::Decisions;
use super::error::ChurnError;
use super::rows::{self, Row};
use super::settings::Settings;
use super::snapshot::Snapshot;
use crate::assessment::Day;

/// Seed of everything random in training.
const SEED: u64 = 20_240_401;
/// Folds of accounts for choices and calibration inside the training rows.
const FOLDS: usize = 5;

/// Boosted trees, calibrated. A blend with logistic regression was tried on two past cut-offs of one simulated company:
/// it took several times as long and ranked no better there.
fn learner() -> Calibrated {
    Calibrated::new(Box::new(Trees::new(SEED)))
}

/// Hazards by step, learnt.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Hazard {
    pub(super) columns: Vec<String>,
    pub(super) model: Model,
    /// What it was trained on.
    pub(super) trained_on: Day,
    pub(super) rows: usize,
    pub(super) left: usize,
}

/// One account's chances.
#[derive(Clone, Debug, Default)]
pub(super) struct Chances {
    /// Of deciding to leave within the horizon.
    pub(super) horizon: f64,
    /// The same until the end of the step in which the term ends, where that lies within the horizon.
    pub(super) at_renewal: Option<f64>,
    /// Log-odds each column adds, in the order of the columns; steps weigh what their hazard adds.
    pub(super) effects: Vec<f64>,
}

impl Hazard {
    /// Learns from what was known at the end of `known`.
    pub(super) fn fit(
        snapshots: &[Snapshot],
        decisions: &Decisions,
        known: NaiveDate,
        settings: &Settings,
    ) -> Result<Self, ChurnError> {
        let found = rows::over(snapshots, decisions, known, settings);
        let columns = rows::columns(snapshots, &found.rows, settings);
        let table = rows::table(snapshots, &found.rows, &columns, settings)?;
        let splits = Splits::grouped(&found.left, &found.groups, FOLDS, SEED)?;
        let training = Training { table: &table, labels: &found.left, weights: None, splits: &splits };
        let fit = learner().fit(&training)?;
        let left = found.left.iter().filter(|it| **it).count();
        Ok(Self { columns, model: fit.model, trained_on: Day(known), rows: found.rows.len(), left })
    }

    /// The chances of the accounts of one snapshot.
    pub(super) fn chances(
        &self,
        snapshot: &Snapshot,
        settings: &Settings,
        explain: bool,
    ) -> Result<Vec<Chances>, ChurnError> {
        let snapshots = std::slice::from_ref(snapshot);
        let mut found: Vec<Chances> = vec![Chances::default(); snapshot.accounts.len()];
        let mut stays = vec![1.0; snapshot.accounts.len()];
        let mut weights = vec![0.0; snapshot.accounts.len()];
        for step in 0..settings.steps() {
            let rows: Vec<Row> =
                (0..snapshot.accounts.len()).map(|account| Row { snapshot: 0, account, step }).collect();
            let table = rows::table(snapshots, &rows, &self.columns, settings)?;
            let hazards = self.model.predict(&table)?;
            let effects = if explain { Some(self.model.contributions(&table)?) } else { None };
            // The last step of a horizon that is no multiple of the step counts for its share.
            let length =
                settings.horizon_days.saturating_sub(step * settings.step_days).min(settings.step_days);
            let share = f64::from(length) / f64::from(settings.step_days);
            for (at, hazard) in hazards.iter().enumerate() {
                let hazard = 1.0 - (1.0 - hazard).powf(share);
                let adds: f64 = stays[at] * hazard;
                stays[at] -= adds;
                let ends = rows::cell(snapshot, at, step, "step.term_ends", settings);
                if found[at].at_renewal.is_none() && ends == 1.0 {
                    found[at].at_renewal = Some(1.0 - stays[at]);
                }
                if let Some(effects) = effects.as_ref().and_then(|it| it.rows.get(at)) {
                    found[at].effects.resize(self.columns.len(), 0.0);
                    for (sum, effect) in found[at].effects.iter_mut().zip(effects) {
                        *sum += adds * effect;
                    }
                    weights[at] += adds;
                }
            }
        }
        for ((chances, stays), weight) in found.iter_mut().zip(stays).zip(weights) {
            chances.horizon = 1.0 - stays;
            if weight > 0.0 {
                chances.effects.iter_mut().for_each(|it| *it /= weight);
            }
        }
        Ok(found)
    }
}
