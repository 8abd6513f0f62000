//! Since when each signal fires, and which have stopped.

use std::collections::{BTreeMap, BTreeSet};

use super::past::{CLEARED_KEPT, Cleared, Past};
use crate::assessment::Day;
use crate::engine::Reading;

/// Firing and cleared signals with their days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dates {
    /// Day of the first session a signal fires in without a break, by account and signal.
    pub since: BTreeMap<(String, String), Day>,
    /// What stopped firing today or in the 90 days before, by account and signal.
    pub cleared: Vec<Cleared>,
}

impl Dates {
    /// Compares today's readings with the last session. `managed` are the customers of today.
    #[must_use]
    pub fn of(readings: &[Reading], managed: &BTreeSet<String>, past: &Past, as_of: Day) -> Self {
        let since: BTreeMap<(String, String), Day> = readings
            .iter()
            .filter(|reading| reading.fired)
            .map(|reading| {
                let then = past.accounts.get(&reading.account_id);
                let first = then.and_then(|it| it.fired.get(&reading.signal)).copied().unwrap_or(as_of);
                ((reading.account_id.clone(), reading.signal.clone()), first)
            })
            .collect();
        let measured: BTreeSet<(&str, &str)> =
            readings.iter().map(|it| (it.account_id.as_str(), it.signal.as_str())).collect();
        let mut cleared: Vec<Cleared> = past
            .cleared
            .iter()
            .filter(|it| it.cleared_on.days_to(as_of) < CLEARED_KEPT)
            .filter(|it| !since.contains_key(&(it.account_id.clone(), it.signal.clone())))
            .cloned()
            .collect();
        for (account_id, then) in &past.accounts {
            for (signal, fired_on) in &then.fired {
                if since.contains_key(&(account_id.clone(), signal.clone())) {
                    continue;
                }
                let how = if !managed.contains(account_id) {
                    "account left"
                } else if measured.contains(&(account_id.as_str(), signal.as_str())) {
                    "cleared"
                } else {
                    "no longer measured"
                };
                cleared.push(Cleared {
                    account_id: account_id.clone(),
                    signal: signal.clone(),
                    fired_on: *fired_on,
                    cleared_on: as_of,
                    how: how.to_owned(),
                });
            }
        }
        cleared.sort();
        Self { since, cleared }
    }
}
