//! What the last session left for the next one: bands to hold, days signals began to fire, scores to draw.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::record::Records;
use crate::assessment::Day;

/// Most days of scores that are kept: the newest ones.
pub(crate) const DAYS_KEPT: usize = 60;
/// Days for which a signal that no longer fires stays listed.
pub(crate) const CLEARED_KEPT: i64 = 90;

/// The health of the base in the last completed session; empty before the first one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Past {
    /// The day it was as of; absent when there was no session.
    pub as_of: Option<Day>,
    /// Version of the rules it was scored by. Bands of another version are not held.
    pub version: String,
    /// Days of the scores kept, oldest first; the last one is `as_of`.
    pub days: Vec<Day>,
    /// Accounts managed then, by id.
    pub accounts: BTreeMap<String, PastAccount>,
    /// Signals that had stopped firing in the days before.
    pub cleared: Vec<Cleared>,
    /// What that and earlier sessions had on record of every account they managed, those that have left since too.
    #[serde(default, skip_serializing_if = "Records::is_empty")]
    pub records: Records,
}

/// One account then.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PastAccount {
    /// Health score; absent when unscored.
    pub score: Option<i64>,
    /// Health band.
    pub band: Option<String>,
    /// The parts of the score by signal, 0 to 100.
    pub parts: BTreeMap<String, f64>,
    /// ARR, minor units.
    pub arr_minor: Option<i64>,
    /// Value segment.
    pub segment: Option<String>,
    /// Usage archetype.
    pub archetype: Option<String>,
    /// Since when it is that.
    pub archetype_since: Option<Day>,
    /// Signals that fired, and since which session's day.
    pub fired: BTreeMap<String, Day>,
    /// Scores, one per day of [`Past::days`].
    pub scores: Vec<Option<i64>>,
    /// Whether it was on the list of accounts at risk; absent where a session did not keep it.
    #[serde(default)]
    pub at_risk: Option<bool>,
    /// Its place on that list, from 1; absent when it was not on it.
    #[serde(default)]
    pub rank: Option<i64>,
    /// Probability to leave, 0..1; absent where none was trusted.
    #[serde(default)]
    pub probability: Option<f64>,
    /// What put it at risk, the gravest first.
    #[serde(default)]
    pub reasons: Vec<PastReason>,
    /// What was to be done, the most pressing first.
    #[serde(default)]
    pub actions: Vec<PastAction>,
}

/// A reason then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastReason {
    /// The signal.
    pub signal: String,
    /// 1 to 3.
    pub severity: i64,
    /// What it said.
    pub text: String,
}

/// An action then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastAction {
    /// Its key.
    pub key: String,
    /// The playbook.
    pub play: String,
    /// Day it was first opened.
    pub opened_on: Day,
    /// Day its next step was due.
    pub due: Day,
}

/// A signal that fired once and does not any more.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Cleared {
    /// The account.
    pub account_id: String,
    /// The signal.
    pub signal: String,
    /// Day of the first session it fired in.
    pub fired_on: Day,
    /// Day of the first session it did not fire in any more.
    pub cleared_on: Day,
    /// `cleared`, `no longer measured` or `account left`: only the first is good news.
    pub how: String,
}

impl Past {
    /// The band to hold for an account, given the version of today's rules.
    pub(super) fn band(&self, account_id: &str, version: &str) -> Option<&str> {
        if self.version != version {
            return None;
        }
        self.accounts.get(account_id)?.band.as_deref()
    }
}
