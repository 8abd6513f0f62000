//! The portfolio health map.

use serde::Serialize;

use super::chart::{Bubble, BubbleMap, band_class, bubbles};
use super::figure::Shown;
use crate::assessment::{Account, Analysis};

/// More bubbles than this hide each other.
const MOST: usize = 400;
/// How many names stand on the map.
const NAMED: usize = 22;

/// The chart, and what is not on it.
#[derive(Debug, Serialize)]
pub(super) struct HealthMap {
    svg: String,
    /// Managed accounts without a score.
    unscored: Vec<Unscored>,
    /// How many of them are not listed.
    more: usize,
    /// Set when only the accounts with the most ARR are drawn.
    cut_to: Option<usize>,
    /// Name and class of each band, the highest first.
    legend: Vec<(String, &'static str)>,
}

#[derive(Debug, Serialize)]
struct Unscored {
    name: String,
    account_id: String,
    arr: Shown,
    reason: String,
}

impl HealthMap {
    pub(super) fn of(analysis: &Analysis) -> Self {
        let names: Vec<String> = analysis.sight.bands.iter().map(|band| band.name.clone()).collect();
        #[expect(clippy::cast_precision_loss, reason = "scores")]
        let bands: Vec<(String, f64)> =
            analysis.sight.bands.iter().map(|band| (band.name.clone(), band.min as f64)).collect();
        let mut scored: Vec<(&Account, f64)> =
            analysis.managed().filter_map(|account| Some((account, account.health.value?))).collect();
        scored.sort_by(|a, b| {
            b.0.arr.whole().cmp(&a.0.arr.whole()).then_with(|| a.0.account_id.cmp(&b.0.account_id))
        });
        let cut_to = (scored.len() > MOST).then_some(MOST);
        scored.truncate(MOST);
        let mut worth: Vec<&Account> = scored.iter().map(|it| it.0).collect();
        worth.sort_by_key(|account| (account.risk_rank.unwrap_or(i64::MAX), account.account_id.clone()));
        let named: Vec<&str> = worth
            .iter()
            .filter(|account| account.is_at_risk())
            .take(NAMED - 6)
            .chain(scored.iter().map(|it| &it.0).filter(|account| !account.is_at_risk()).take(6))
            .map(|account| account.account_id.as_str())
            .collect();
        let marks: Vec<Bubble> = scored
            .iter()
            .map(|(account, health)| bubble(account, *health, analysis, &names, &named))
            .collect();
        let desc = "Each circle is a managed account: its height is its health score, its place from left to right the \
                    days until it can opt out, its area its ARR. The table of accounts at risk says the same in words.";
        let missing: Vec<&Account> =
            analysis.managed().filter(|account| account.health.value.is_none()).collect();
        let listed = 12;
        Self {
            svg: bubbles("map", &BubbleMap { bands: &bands, desc }, &marks),
            more: missing.len().saturating_sub(listed),
            unscored: missing
                .into_iter()
                .take(listed)
                .map(|account| Unscored {
                    name: account.name.clone(),
                    account_id: account.account_id.clone(),
                    arr: Shown::account(
                        analysis,
                        "arr",
                        &account.account_id,
                        "no paid subscription in force",
                    ),
                    reason: account
                        .health
                        .reason
                        .clone()
                        .unwrap_or_else(|| "too little is measured".to_owned()),
                })
                .collect(),
            cut_to,
            legend: names.iter().rev().map(|name| (name.clone(), band_class(&names, Some(name)))).collect(),
        }
    }
}

fn bubble(account: &Account, health: f64, analysis: &Analysis, bands: &[String], named: &[&str]) -> Bubble {
    let days = account.decides_by().map(|day| (day, analysis.as_of.days_to(day)));
    let ahead = days.map(|(_, days)| days).filter(|days| *days >= 0);
    let when = match days {
        Some((day, days)) if account.auto_renew == Some(false) => format!("ends on {day}, in {days} days"),
        Some((day, days)) if days >= 0 => format!("can opt out until {day}, in {days} days"),
        Some((day, _)) => format!("could opt out until {day}"),
        None => "no opt-out date known".to_owned(),
    };
    let score = Shown::account(analysis, "health_score", &account.account_id, "not scored");
    let words = format!(
        "{}: health {} ({}), ARR {}, {when}",
        account.name,
        account.health.shown,
        account.band.as_deref().unwrap_or("no band"),
        account.arr.shown
    );
    Bubble {
        name: account.name.clone(),
        days: ahead,
        health,
        size: account.arr.value.unwrap_or_default(),
        class: band_class(bands, account.band.as_deref()),
        named: named.contains(&account.account_id.as_str()),
        mark: score.mark(&words),
    }
}
