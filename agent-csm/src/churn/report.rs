//! What a backtest found, as printed, exported and kept.

use serde::{Deserialize, Serialize};

use learn::scores;

/// A backtest: how a model trained only on the past would have done.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Backtest {
    /// `billing` or `accounts.churn_flag`.
    pub label: String,
    /// Days within which a decision counts.
    pub horizon_days: u32,
    /// Newest day anything is known of.
    pub as_of: String,
    /// Hash of the knowledge files the features come from.
    pub knowledge: String,
    /// Hash of the data.
    pub data: String,
    /// Decisions to leave known in all.
    pub decisions: usize,
    /// The cut-offs, oldest first; each trained on nothing later.
    pub cutoffs: Vec<Cutoff>,
    /// Accounts scored whose outcome is known, over all cut-offs.
    pub n: usize,
    /// Of those, how many decided to leave within the horizon.
    pub churned: usize,
    /// `churned / n`; absent where n is zero.
    pub base_rate: Option<f64>,
    /// Area under the ROC curve with its 95 % interval (DeLong).
    pub auc: Option<Area>,
    /// Average precision.
    pub pr_auc: Option<f64>,
    /// Mean squared error of the probabilities.
    pub brier: Option<f64>,
    /// The same, had everyone been given the rate known at the cut-off.
    pub brier_of_base_rate: Option<f64>,
    /// `1 - brier / brier_of_base_rate`.
    pub skill: Option<f64>,
    /// Expected calibration error over ten bins of equal mass.
    pub ece: Option<f64>,
    /// What a perfectly calibrated model with these probabilities scores, by bootstrap.
    pub ece_floor: Option<Floor>,
    /// Ten bins of equal mass.
    pub calibration: Vec<CalibrationBin>,
    /// The tenth of the accounts with the highest probabilities.
    pub top_decile: Option<Lift>,
    /// The accounts the team has time for.
    pub alert_budget: Option<AlertBudget>,
    /// Why there is none: nobody states hours, or the hours are enough for everybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_alert_budget: Option<String>,
    /// Median days from the cut-off to the decision, of those who left among the alerts.
    pub lead_days_median: Option<f64>,
    /// The health score as a ranking, on the accounts that have one.
    pub health: Option<HealthRanking>,
    /// Whether probabilities may be shown.
    pub trusted: bool,
    /// Why, or why not.
    pub why: String,
    /// Why numbers above are absent.
    pub unknown: Option<String>,
    /// Whether a model was kept for sessions.
    pub stored: bool,
}

/// One cut-off.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cutoff {
    /// End of this day.
    pub on: String,
    /// Account-steps trained on.
    pub trained_rows: usize,
    /// Of those, steps in which an account decided to leave.
    pub trained_churned: usize,
    /// Accounts scored.
    pub accounts: usize,
    /// Of those, how many left within the horizon; absent while it is not over.
    pub churned: Option<usize>,
}

/// An area with its uncertainty.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Area {
    /// The area.
    pub value: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// One standard error.
    pub standard_error: f64,
}

/// What chance alone leaves of a calibration error.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Floor {
    /// Mean of the bootstrap.
    pub mean: f64,
    /// Its 95th percentile.
    pub p95: f64,
}

/// One bin of the calibration table.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalibrationBin {
    /// Accounts in it.
    pub n: usize,
    /// Their mean probability.
    pub predicted: f64,
    /// The share that left.
    pub observed: f64,
    /// Lower end of the 95 % interval of the share (Wilson).
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// The accounts with the highest probabilities.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lift {
    /// How many.
    pub n: usize,
    /// Of those, how many left; ties share theirs.
    pub positives: f64,
    /// Share of them that left.
    pub precision: f64,
    /// Share of all who left that is among them.
    pub recall: f64,
    /// Precision over the base rate.
    pub lift: f64,
}

/// The accounts a team can follow up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AlertBudget {
    /// Accounts in one horizon.
    pub accounts: usize,
    /// Where that number comes from.
    pub because: String,
    /// Share of the alerts that were right.
    pub precision: f64,
    /// Share of those who left that was among the alerts, over the cut-offs that have more accounts than the budget.
    pub recall: f64,
}

/// The health score used as a ranking, and the model on the same accounts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct HealthRanking {
    /// Accounts with a score and a known outcome.
    pub n: usize,
    /// AUC of the score, low scores first.
    pub auc: f64,
    /// AUC of the model's probabilities on them.
    pub model_auc: f64,
}

/// Probabilities with what came of them; one entry per account and cut-off.
#[derive(Clone, Debug, Default)]
pub(super) struct Outcomes {
    pub(super) probability: Vec<f64>,
    pub(super) left: Vec<bool>,
    /// The rate known when the probability was given.
    pub(super) base: Vec<f64>,
    pub(super) health: Vec<Option<f64>>,
    /// Days to the decision, for those who left.
    pub(super) days: Vec<Option<i64>>,
    /// Which cut-off.
    pub(super) cutoff: Vec<usize>,
}

/// Bins of the calibration table.
const BINS: usize = 10;
/// Draws of the bootstrap of its floor, and their seed.
const DRAWS: (usize, u64) = (1000, 7);

impl Backtest {
    /// Fills in every score that the outcomes allow. `budget` is per cut-off, with where it comes from.
    pub(super) fn score(&mut self, outcomes: &Outcomes, budget: Option<(usize, String)>) {
        let (p, y) = (&outcomes.probability[..], &outcomes.left[..]);
        self.n = y.len();
        self.churned = y.iter().filter(|it| **it).count();
        #[expect(clippy::cast_precision_loss, reason = "counts of accounts")]
        let rate = (self.n > 0).then(|| self.churned as f64 / self.n as f64);
        self.base_rate = rate;
        self.auc = scores::auc(p, y).map(|it| Area {
            value: it.value,
            low: it.value - 1.96 * it.standard_error,
            high: it.value + 1.96 * it.standard_error,
            standard_error: it.standard_error,
        });
        self.pr_auc = scores::pr_auc(p, y);
        self.brier = scores::brier(p, y);
        self.brier_of_base_rate = scores::brier(&outcomes.base, y);
        self.skill = match (self.brier, self.brier_of_base_rate) {
            (Some(ours), Some(base)) if base > 0.0 => Some(1.0 - ours / base),
            _ => None,
        };
        self.ece = scores::ece(p, y, BINS);
        self.ece_floor =
            scores::ece_floor(p, BINS, DRAWS.0, DRAWS.1).map(|it| Floor { mean: it.mean, p95: it.p95 });
        self.calibration = scores::calibration_table(p, y, BINS)
            .into_iter()
            .map(|it| CalibrationBin {
                n: it.n,
                predicted: it.predicted,
                observed: it.observed,
                low: it.low,
                high: it.high,
            })
            .collect();
        self.top_decile = scores::lift(p, y, 0.1).map(|it| Lift {
            n: it.n,
            positives: it.positives,
            precision: it.precision,
            recall: it.recall,
            lift: it.lift,
        });
        match budget {
            Some((accounts, because)) => self.alerts(outcomes, accounts, because),
            None => self.no_alert_budget = Some("team_members states no hours of CSMs".to_owned()),
        }
        let scored: Vec<usize> = (0..self.n).filter(|at| outcomes.health[*at].is_some()).collect();
        let left: Vec<bool> = scored.iter().map(|at| y[*at]).collect();
        let low: Vec<f64> = scored.iter().map(|at| -outcomes.health[*at].unwrap_or_default()).collect();
        let ours: Vec<f64> = scored.iter().map(|at| p[*at]).collect();
        self.health = match (scores::auc(&low, &left), scores::auc(&ours, &left)) {
            (Some(score), Some(model)) => {
                Some(HealthRanking { n: scored.len(), auc: score.value, model_auc: model.value })
            }
            _ => None,
        };
    }

    /// Precision, recall and lead time of the `accounts` highest probabilities of each cut-off with more accounts than
    /// that. Where no cut-off has more, the budget chooses nobody, so there is none.
    fn alerts(&mut self, outcomes: &Outcomes, accounts: usize, because: String) {
        let mut alerts: Vec<usize> = Vec::new();
        let (mut left, mut most) = (0, 0);
        for cutoff in 0..self.cutoffs.len() {
            let mut ranked: Vec<usize> = (0..self.n).filter(|at| outcomes.cutoff[*at] == cutoff).collect();
            most = most.max(ranked.len());
            if ranked.len() <= accounts {
                continue;
            }
            left += ranked.iter().filter(|at| outcomes.left[**at]).count();
            ranked
                .sort_by(|a, b| outcomes.probability[*b].total_cmp(&outcomes.probability[*a]).then(a.cmp(b)));
            alerts.extend(ranked.into_iter().take(accounts));
        }
        if alerts.is_empty() {
            self.no_alert_budget = Some(format!(
                "time for {accounts} accounts is enough for all of them, at most {most} at a cut-off: it chooses nobody \
                 ({because})"
            ));
            return;
        }
        let mut days: Vec<i64> = alerts.iter().filter_map(|at| outcomes.days[*at]).collect();
        days.sort_unstable();
        let right = days.len();
        #[expect(clippy::cast_precision_loss, reason = "counts of accounts")]
        if left > 0 {
            self.alert_budget = Some(AlertBudget {
                accounts,
                because,
                precision: right as f64 / alerts.len() as f64,
                recall: right as f64 / left as f64,
            });
            let (low, high) = (days.get(right.saturating_sub(1) / 2), days.get(right / 2));
            self.lead_days_median = low.zip(high).map(|(low, high)| (low + high) as f64 / 2.0);
        }
    }
}
