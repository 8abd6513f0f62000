//! Decisions to leave as known on one day.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;

use crate::assessment::Day;
use crate::engine::{Engine, EngineError};

/// Decisions to leave, by account, each account's in order of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Decisions(BTreeMap<String, Vec<NaiveDate>>);

impl Decisions {
    /// What the engine's day knows of them.
    pub(super) fn read(engine: &Engine) -> Result<Self, EngineError> {
        #[derive(Deserialize)]
        struct Row {
            account_id: String,
            decided_on: Day,
        }
        let rows: Vec<Row> = engine
            .query("SELECT account_id, decided_on FROM churn_decisions ORDER BY account_id, decided_on")?;
        let mut by_account: BTreeMap<String, Vec<NaiveDate>> = BTreeMap::new();
        for row in rows {
            by_account.entry(row.account_id).or_default().push(row.decided_on.0);
        }
        Ok(Self(by_account))
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.0.values().map(Vec::len).sum()
    }

    /// Days from `from` to the account's first decision after it.
    pub(super) fn days_to_next(&self, account_id: &str, from: NaiveDate) -> Option<i64> {
        let all = self.0.get(account_id)?;
        all.iter().find(|on| **on > from).map(|on| on.signed_duration_since(from).num_days())
    }
}

#[cfg(test)]
impl Decisions {
    /// Decisions by hand: account and day.
    pub(super) fn of<const N: usize>(known: [(&str, &str); N]) -> Self {
        let mut by_account: BTreeMap<String, Vec<NaiveDate>> = BTreeMap::new();
        for (account, on) in known {
            by_account.entry(account.to_owned()).or_default().extend(on.parse::<NaiveDate>());
        }
        Self(by_account)
    }
}
