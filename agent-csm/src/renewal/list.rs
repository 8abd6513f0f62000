//! The renewal list: dates, what is at stake, and what is being done.

use std::collections::BTreeMap;

use protocol::Scope;
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
    /// The day by which they decide, or had to: the opt-out where the contract renews by itself, else the term's end.
    pub deadline_on: Option<Day>,
    /// Whether that day has passed: what is left is to make it worth staying.
    pub deadline_passed: bool,
    /// Next last day to opt out, or the one that has passed; absent where nothing renews by itself.
    pub opt_out_on: Option<Day>,
    /// First day of the next term.
    pub renewal_date: Day,
    /// Renews unless the customer opts out.
    pub auto_renew: Option<bool>,
    /// ARR of the account.
    pub arr: Number,
    /// ARR of its terms that renew in the next 90 days.
    pub renewing: Number,
    /// How likely it is to leave, in words, or why nobody can say.
    pub chance: String,
    /// Health score.
    pub health: Number,
    /// Health band.
    pub band: Option<String>,
    /// Place among the accounts at risk.
    pub risk_rank: Option<i64>,
    /// Whether a term of theirs renews in the next 90 days.
    pub in_90_days: bool,
    /// Whether a deadline of theirs falls in the next 90 days.
    pub deadline_in_90_days: bool,
    /// What to do next, if an action is open.
    pub next_step: Option<String>,
    /// By when.
    pub due: Option<Day>,
    /// Fiscal quarter of that day.
    #[serde(default)]
    pub quarter: Option<String>,
    /// That the account has announced to stop, whole or in part.
    #[serde(default)]
    pub announced_end: Option<String>,
    /// What our own people say of the account.
    #[serde(default)]
    pub people_say: Option<String>,
}

/// Every renewal ahead, the earliest deadline first.
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
                deadline_on: row.deadline_on.or(row.opt_out_on),
                deadline_passed: row.deadline_on.is_none(),
                opt_out_on: row.opt_out_on,
                renewal_date: row.renewal_date,
                auto_renew: account.auto_renew,
                arr: account.arr.clone(),
                renewing: analysis.part("arr_renewing_90d", &Scope::one("account", &account.account_id)),
                chance: analysis.churn.word_of(&account.account_id),
                health: account.health.clone(),
                band: account.band.clone(),
                risk_rank: account.risk_rank,
                in_90_days: row.in_90_days,
                deadline_in_90_days: row.deadline_in_90_days,
                next_step: next
                    .map(|action| action.next_step.clone())
                    .or_else(|| snoozed(analysis, &row.account_id)),
                due: next.map(|action| action.due),
                quarter: row.quarter.clone(),
                announced_end: account.announced_end.clone(),
                people_say: analysis.people.word_of(&row.account_id),
            }
        })
        .collect()
}

/// Where the next step would stand: that the account is snoozed, until when and why.
fn snoozed(analysis: &Analysis, account_id: &str) -> Option<String> {
    analysis.people.snoozed(account_id).map(SnoozeRow::says)
}
