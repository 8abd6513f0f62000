//! Eligible accounts, rationed: a cool-down after every ask, a cap a year, a cap at once.

use serde::{Deserialize, Serialize};

use crate::assessment::{Account, Analysis, Day, Number};
use crate::plan::Settings;

/// Who may be asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Advocacy {
    /// To ask now, in rank order.
    pub candidates: Vec<Candidate>,
    /// Eligible, but left alone.
    pub left_alone: Vec<LeftAlone>,
}

/// An account to ask.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// The account.
    pub account_id: String,
    /// Its name.
    pub account: String,
    /// The CSM, who asks.
    pub owner: String,
    /// Segment.
    pub segment: Option<String>,
    /// Why.
    pub reason: String,
    /// Health score.
    pub health: Number,
    /// When it was asked last.
    pub last_asked_on: Option<Day>,
}

/// An account not to ask now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftAlone {
    /// The account.
    pub account_id: String,
    /// Its name.
    pub account: String,
    /// Why not.
    pub because: String,
    /// The first day it may be asked; absent when it is only behind others.
    pub next_on: Option<Day>,
}

/// Splits eligible accounts into those to ask now and those to leave alone.
#[must_use]
pub fn advocacy(analysis: &Analysis, settings: &Settings) -> Advocacy {
    let rules = &settings.advocacy;
    let mut candidates = Vec::new();
    let mut left_alone = Vec::new();
    for row in &analysis.advocacy {
        let Some(account) = analysis.accounts.get(&row.account_id).filter(|account| account.is_managed())
        else {
            continue;
        };
        let mut asked: Vec<Day> = analysis
            .activities
            .iter()
            .filter(|activity| {
                activity.account_id == row.account_id && activity.requested_on <= analysis.as_of
            })
            .map(|activity| activity.requested_on)
            .collect();
        asked.sort_unstable();
        let mut leave = |because: &str, next_on: Option<Day>| {
            left_alone.push(LeftAlone {
                account_id: account.account_id.clone(),
                account: account.name.clone(),
                because: because.to_owned(),
                next_on,
            });
        };
        if let Some(snooze) = analysis.people.snoozed(&row.account_id) {
            leave(&snooze.says(), Some(snooze.until_on));
        } else if account.is_at_risk() {
            leave("at risk", None);
        } else if let Some(day) = cooled_on(&asked, rules.cool_down_days).filter(|day| *day > analysis.as_of)
        {
            leave("asked lately", Some(day));
        } else if let Some(day) = under_cap_on(&asked, rules.asks_a_year, analysis.as_of) {
            leave("asked often enough this year", Some(day));
        } else if candidates.len() >= rules.asks_at_once {
            leave("others are asked first", None);
        } else {
            candidates.push(candidate(account, row.reason.clone(), asked.last().copied()));
        }
    }
    Advocacy { candidates, left_alone }
}

/// The first day after the cool-down of the last ask.
fn cooled_on(asked: &[Day], cool_down_days: i64) -> Option<Day> {
    asked.last().map(|day| day.plus(cool_down_days))
}

/// The first day on which fewer than `cap` asks lie within 365 days; none when that is so already.
fn under_cap_on(asked: &[Day], cap: usize, as_of: Day) -> Option<Day> {
    if cap == 0 {
        return Some(as_of.plus(365));
    }
    let within: Vec<&Day> = asked.iter().filter(|day| day.days_to(as_of) < 365).collect();
    let frees = within.len().checked_sub(cap)?;
    within.get(frees).map(|day| day.plus(365))
}

fn candidate(account: &Account, reason: Option<String>, last_asked_on: Option<Day>) -> Candidate {
    let band = account.band.as_deref().unwrap_or("not scored");
    Candidate {
        account_id: account.account_id.clone(),
        account: account.name.clone(),
        owner: account.owner.clone(),
        segment: account.segment.clone(),
        reason: reason.unwrap_or_else(|| format!("health is {band} and nothing is at risk")),
        health: account.health.clone(),
        last_asked_on,
    }
}
