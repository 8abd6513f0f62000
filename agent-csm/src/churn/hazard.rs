//! The model: the chance to decide to leave in each step, given that the account had not before.

use chrono::NaiveDate;
use learn::{
    Calibrated, Calibration, HeldOut, Learner as _, Model, Splits, Training, Trees, log_odds_of, sigmoid,
};
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

/// The weight of rows that are predicted and not learnt from.
const UNHEARD: f64 = 1e-6;

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
    /// From the log-odds of a horizon put together of steps to those that were seen, for each [`Contract`].
    pub(super) compound: [Calibration; 3],
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
        let weights: Vec<f64> = found.at_risk.iter().map(|it| if *it { 1.0 } else { UNHEARD }).collect();
        let training =
            Training { table: &table, labels: &found.left, weights: Some(&weights), splits: &splits };
        let fit = learner().fit(&training)?;
        let rows = found.at_risk.iter().filter(|it| **it).count();
        let left = found.left.iter().filter(|it| **it).count();
        let compound = compound(snapshots, &found, &fit.held_out, settings);
        Ok(Self { columns, model: fit.model, compound, trained_on: Day(known), rows, left })
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
                    found[at].at_renewal =
                        Some(self.seen(1.0 - stays[at], Contract::of(snapshot, at, settings)));
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
        for (at, ((chances, stays), weight)) in found.iter_mut().zip(stays).zip(weights).enumerate() {
            chances.horizon = self.seen(1.0 - stays, Contract::of(snapshot, at, settings));
            if weight > 0.0 {
                chances.effects.iter_mut().for_each(|it| *it /= weight);
            }
        }
        Ok(found)
    }

    /// A compound probability as it was seen to come true.
    fn seen(&self, probability: f64, contract: Contract) -> f64 {
        sigmoid(self.compound[contract as usize].apply(log_odds_of(probability)))
    }
}

/// What binds an account during the horizon. Accounts bound alike leave at rates of one order, so that a model's
/// mistakes among them show; over all accounts together they drown in what tells the kinds apart.
#[derive(Clone, Copy, Debug)]
enum Contract {
    /// No term is known: it can leave any month.
    Open,
    /// Notice is due within the horizon, or the term ends where there is none.
    Ends,
    /// The next notice is due later.
    Bound,
}

impl Contract {
    fn of(snapshot: &Snapshot, account: usize, settings: &Settings) -> Self {
        let until = rows::cell(snapshot, account, 0, "step.days_to_opt_out", settings);
        if until <= f64::from(settings.horizon_days) {
            Self::Ends
        } else if snapshot.value("account_terms.days_to_renewal", account).is_nan() {
            Self::Open
        } else {
            Self::Bound
        }
    }
}

/// How a horizon's probability, put together of what models said of accounts they had not seen, came true: over every
/// account and snapshot whose horizon was over.
fn compound(
    snapshots: &[Snapshot],
    found: &rows::Rows,
    held_out: &[HeldOut],
    settings: &Settings,
) -> [Calibration; 3] {
    let mut said: Vec<Option<&HeldOut>> = vec![None; found.rows.len()];
    for held in held_out {
        if let Some(place) = said.get_mut(held.row) {
            *place = Some(held);
        }
    }
    let mut kinds: [(Vec<HeldOut>, Vec<bool>); 3] = Default::default();
    let mut first = 0;
    for steps in found.rows.chunk_by(|a, b| (a.snapshot, a.account) == (b.snapshot, b.account)) {
        let of = first..first + steps.len();
        first = of.end;
        let known: Vec<&HeldOut> = said[of.clone()].iter().flatten().copied().collect();
        if known.len() < settings.steps() as usize {
            continue;
        }
        let stays: f64 = known.iter().map(|held| 1.0 - sigmoid(held.log_odds)).product();
        let contract = Contract::of(&snapshots[steps[0].snapshot], steps[0].account, settings);
        let (cases, labels) = &mut kinds[contract as usize];
        cases.push(HeldOut { row: labels.len(), split: known[0].split, log_odds: log_odds_of(1.0 - stays) });
        labels.push(found.left[of].contains(&true));
    }
    kinds.map(|(cases, labels)| Calibration::learnt(&cases, &labels))
}
