//! The head of the report: where the base stands in one sentence, and the figures it is judged by.

use serde::Serialize;

use super::figure::Shown;
use crate::assessment::Analysis;

/// The role description's checklist, in its order: the figures that are held against a target.
const CHECKLIST: [&str; 8] = [
    "churn_rate",
    "renewal_rate",
    "nps_score",
    "csat_score",
    "adoption_rate",
    "first_response_minutes",
    "upsells_identified",
    "advocacy_active",
];

/// What the base is worth and how it moves.
const MONEY: [&str; 8] = [
    "arr",
    "nrr",
    "grr",
    "arr_at_risk",
    "arr_renewing_90d",
    "expansion_revenue",
    "health_score_avg",
    "churn_rate_arr",
];

/// Words of the sentence at the top.
const LEAD: [&str; 7] = [
    "accounts_managed",
    "accounts_scored",
    "accounts_at_risk",
    "arr_at_risk",
    "arr",
    "renewals_90d",
    "health_coverage_median",
];

/// Tiles and the sentence's figures.
#[derive(Debug, Serialize)]
pub(super) struct Head {
    /// Held against targets.
    checklist: Vec<Shown>,
    /// Money and health.
    money: Vec<Shown>,
    /// By metric.
    lead: std::collections::BTreeMap<&'static str, Shown>,
}

impl Head {
    pub(super) fn of(analysis: &Analysis) -> Self {
        let tiles = |metrics: &[&str]| {
            metrics.iter().filter_map(|metric| Shown::program(analysis, metric)).collect::<Vec<_>>()
        };
        Self {
            checklist: tiles(&CHECKLIST),
            money: tiles(&MONEY),
            lead: LEAD
                .into_iter()
                .filter_map(|metric| Shown::program(analysis, metric).map(|shown| (metric, shown)))
                .collect(),
        }
    }
}
