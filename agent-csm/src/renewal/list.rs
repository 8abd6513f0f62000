//! The renewal list: dates, what is at stake, and what is being done.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::assessment::{Analysis, Day, Number, SnoozeRow};
use crate::play::{Action, ActionKind};

/// A renewal ahead.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Renewal {
    /// The account.
    pub account_id: String,
    /// Its name.
    pub account: String,
    /// The CSM.
    pub owner: String,
    /// Last day to opt out: the real deadline.
    pub opt_out_on: Day,
    /// Whether that day has passed: what is left is to make it worth staying.
    pub opt_out_passed: bool,
    /// Day the term ends.
    pub renewal_date: Day,
    /// Renews unless the customer opts out.
    pub auto_renew: Option<bool>,
    /// What is up.
    pub arr: Number,
    /// Health score.
    pub health: Number,
    /// Health band.
    pub band: Option<String>,
    /// Place among the accounts at risk.
    pub risk_rank: Option<i64>,
    /// Whether its opt-out or its renewal falls in the next 90 days.
    pub in_90_days: bool,
    /// What to do next, if an action is open.
    pub next_step: Option<String>,
    /// By when.
    pub due: Option<Day>,
    /// What our own people say of the account.
    #[serde(default)]
    pub people_say: Option<String>,
}

/// Every renewal ahead, the earliest opt-out first.
#[must_use]
pub fn renewals(analysis: &Analysis, queue: &[Action]) -> Vec<Renewal> {
    // The queue is read from its end: what is more pressing overwrites what is less.
    let pressing: BTreeMap<&str, &Action> = queue
        .iter()
        .rev()
        .filter(|action| matches!(action.kind, ActionKind::Risk | ActionKind::Lifecycle))
        .map(|action| (action.account_id.as_str(), action))
        .collect();
    analysis
        .renewals
        .iter()
        .filter_map(|row| analysis.accounts.get(&row.account_id).map(|account| (row, account)))
        .map(|(row, account)| {
            let next = pressing.get(row.account_id.as_str());
            Renewal {
                account_id: account.account_id.clone(),
                account: account.name.clone(),
                owner: account.owner.clone(),
                opt_out_on: row.opt_out_on,
                opt_out_passed: row.opt_out_on < analysis.as_of,
                renewal_date: row.renewal_date,
                auto_renew: account.auto_renew,
                arr: account.arr.clone(),
                health: account.health.clone(),
                band: account.band.clone(),
                risk_rank: account.risk_rank,
                in_90_days: row.in_90_days,
                next_step: next
                    .map(|action| action.next_step.clone())
                    .or_else(|| snoozed(analysis, &row.account_id)),
                due: next.map(|action| action.due),
                people_say: analysis.people.word_of(&row.account_id),
            }
        })
        .collect()
}

/// Where the next step would stand: that the account is snoozed, until when and why.
fn snoozed(analysis: &Analysis, account_id: &str) -> Option<String> {
    analysis.people.snoozed(account_id).map(SnoozeRow::says)
}
