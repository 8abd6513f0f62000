//! What changed since the last session.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::assessment::{Analysis, Day};

use super::Snapshot;

/// What changed, or that there is nothing to compare with.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Changes {
    /// The as-of date of the session compared with; absent in a first session.
    pub since: Option<Day>,
    /// One entry per account and kind of change, by kind and then by account.
    pub entries: Vec<Change>,
}

/// One change of one account.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// `newly at risk`, `recovered`, `new account`, `lost account`, `health` or `ARR`.
    pub kind: &'static str,
    /// The account.
    pub account_id: String,
    /// Its name.
    pub account: String,
    /// Whose it is, now or, for a lost one, before.
    pub owner: String,
    /// Before, as shown.
    pub before: Option<String>,
    /// Now, as shown.
    pub now: Option<String>,
    /// The figure that opens both, each in its own session.
    pub figure: String,
}

/// Order in which kinds are listed: what hurts first.
const KINDS: [&str; 6] = ["lost account", "newly at risk", "health", "ARR", "recovered", "new account"];

/// Compares managed accounts with `baseline` (see [`Snapshot::baseline`]).
#[must_use]
pub fn changes(analysis: &Analysis, baseline: Option<&Snapshot>) -> Changes {
    let Some(baseline) = baseline else {
        return Changes { since: None, entries: Vec::new() };
    };
    let mut entries = Vec::new();
    let now: BTreeSet<&str> = analysis.managed().map(|account| account.account_id.as_str()).collect();
    for account in analysis.managed() {
        let id = account.account_id.as_str();
        let mut add = |kind, before: Option<String>, now: Option<String>, metric: &str| {
            entries.push(Change {
                kind,
                account_id: id.to_owned(),
                account: account.name.clone(),
                owner: account.owner.clone(),
                before,
                now,
                figure: format!("figure:{metric}@account={id}"),
            });
        };
        let arr = || Some(account.arr.shown.clone());
        let Some(before) = baseline.accounts.get(id) else {
            add("new account", None, arr(), "arr");
            continue;
        };
        match (before.at_risk, account.is_at_risk()) {
            (false, true) => add("newly at risk", None, arr(), "arr"),
            (true, false) => add("recovered", None, arr(), "arr"),
            _ => {}
        }
        if before.band != account.band {
            let word = |band: &Option<String>, score: Option<i64>| match (band, score) {
                (Some(band), Some(score)) => format!("{band} ({score})"),
                (Some(band), None) => band.clone(),
                (None, _) => "not scored".to_owned(),
            };
            let (then, today) =
                (word(&before.band, before.score), word(&account.band, account.health.whole()));
            add("health", Some(then), Some(today), "health_score");
        }
        if before.arr_minor != account.arr.whole() {
            add("ARR", Some(before.arr_shown.clone()), arr(), "arr");
        }
    }
    for (id, before) in baseline.accounts.iter().filter(|(id, _)| !now.contains(id.as_str())) {
        entries.push(Change {
            kind: "lost account",
            account_id: id.clone(),
            account: before.name.clone(),
            owner: before.owner.clone(),
            before: Some(before.arr_shown.clone()),
            now: None,
            figure: format!("figure:arr@account={id}"),
        });
    }
    let place = |kind: &str| KINDS.iter().position(|known| *known == kind);
    entries.sort_by(|a, b| place(a.kind).cmp(&place(b.kind)).then_with(|| a.account_id.cmp(&b.account_id)));
    Changes { since: Some(baseline.as_of), entries }
}
