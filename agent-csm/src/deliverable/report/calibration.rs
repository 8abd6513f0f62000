//! Whether a probability of churn has been earned, and how honest it is.

use serde::Serialize;

use super::chart::{Bin, calibration};
use crate::assessment::Analysis;

/// The plot, or why there is none.
#[derive(Debug, Serialize)]
pub(super) struct Calibration {
    svg: Option<String>,
    /// Whether accounts show probabilities.
    trusted: bool,
    why: String,
    /// Name and value, as `csm backtest` prints them.
    facts: Vec<(String, String)>,
}

impl Calibration {
    pub(super) fn of(analysis: &Analysis) -> Self {
        let churn = &analysis.churn;
        let why = if churn.why.is_empty() {
            "no model has been tested against past decisions in this workspace; `csm backtest` does it"
                .to_owned()
        } else {
            churn.why.trim_end_matches('.').to_owned()
        };
        let trusted = churn.standing == "trusted";
        let Some(test) = &churn.backtest else {
            return Self { svg: None, trusted, why, facts: Vec::new() };
        };
        let bins: Vec<Bin> = test
            .calibration
            .iter()
            .map(|bin| Bin { said: 100.0 * bin.predicted, came: 100.0 * bin.observed, n: bin.n as u64 })
            .collect();
        let desc = "Each dot is a tenth of the accounts scored at earlier dates: across what the model said, upwards \
                    how many left. On the diagonal a probability is honest.";
        let share = |value: f64| format!("{:.1}%", 100.0 * value);
        let mut facts = vec![(
            "accounts at earlier dates".to_owned(),
            format!("{}, of which {} left", test.n, test.churned),
        )];
        facts.extend(test.base_rate.map(|it| ("base rate".to_owned(), share(it))));
        facts.extend(
            test.auc
                .as_ref()
                .map(|it| ("AUC".to_owned(), format!("{:.3} ({:.3} to {:.3})", it.value, it.low, it.high))),
        );
        facts.extend(
            test.health.as_ref().map(|it| ("AUC of the health score".to_owned(), format!("{:.3}", it.auc))),
        );
        facts.extend(
            test.top_decile
                .as_ref()
                .map(|it| ("lift of the top tenth".to_owned(), format!("{:.1}", it.lift))),
        );
        facts.extend(test.ece.map(|it| ("calibration error".to_owned(), share(it))));
        facts.extend(test.brier.map(|it| ("Brier score".to_owned(), format!("{it:.4}"))));
        Self { svg: (!bins.is_empty()).then(|| calibration("calibration", desc, &bins)), trusted, why, facts }
    }
}
