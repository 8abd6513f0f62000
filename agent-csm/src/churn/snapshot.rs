//! What was known of every account on one earlier day: the values that rows are made of.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::settings::Settings;
use crate::engine::{Engine, EngineError};
use crate::knowledge::Knowledge;
use crate::tables::Dataset;

/// Columns of signals begin with this.
pub(super) const SIGNAL: &str = "signal.";
/// Columns of product features begin with this.
pub(super) const PRODUCT: &str = "product.";

/// The accounts that could still decide to leave, with what was known of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Snapshot {
    /// End of this day.
    pub(super) as_of: NaiveDate,
    /// Managed accounts whose decision was still open, sorted.
    pub(super) accounts: Vec<String>,
    /// Values by column and place in `accounts`; NaN is unknown.
    pub(super) values: BTreeMap<String, Vec<f64>>,
    /// What each account's derived rows hold, by `column`; for sentences.
    pub(super) facts: Vec<Map<String, Value>>,
    /// What each signal says, by account place and signal.
    pub(super) texts: Vec<BTreeMap<String, String>>,
    /// Use of product features in 28 days for each 100 of MRR, by account place.
    pub(super) product: Vec<BTreeMap<String, f64>>,
    /// Health scores, where there is one.
    pub(super) health: Vec<Option<f64>>,
}

#[derive(Deserialize)]
struct Account {
    account_id: String,
    score: Option<f64>,
}

#[derive(Deserialize)]
struct Use {
    account_id: String,
    feature: String,
    uses_per_100_mrr: Option<f64>,
}

const ACCOUNTS: &str = "\
SELECT a.account_id, CAST(h.score AS DOUBLE) AS score
FROM account_status AS a
LEFT JOIN health_scores AS h ON h.account_id = a.account_id
LEFT JOIN churn_decisions AS d ON d.account_id = a.account_id AND d.effective_on IS NULL
WHERE a.status = 'managed' AND d.account_id IS NULL
ORDER BY a.account_id";

impl Snapshot {
    /// Reads what `engine` knows at its day.
    pub(super) fn read(
        engine: &Engine,
        settings: &Settings,
        signals: &BTreeSet<String>,
    ) -> Result<Self, EngineError> {
        let found: Vec<Account> = engine.query(ACCOUNTS)?;
        let mut snapshot = Self { as_of: engine.as_of(), ..Self::default() };
        for account in found {
            snapshot.accounts.push(account.account_id);
            snapshot.health.push(account.score);
        }
        let n = snapshot.accounts.len();
        snapshot.facts = vec![Map::new(); n];
        snapshot.texts = vec![BTreeMap::new(); n];
        snapshot.product = vec![BTreeMap::new(); n];
        let place: BTreeMap<String, usize> =
            snapshot.accounts.iter().enumerate().map(|(at, id)| (id.clone(), at)).collect();
        for table in settings.tables() {
            let rows: Vec<Map<String, Value>> =
                engine.query(&format!("SELECT * FROM {table} ORDER BY account_id"))?;
            for row in rows {
                let id = row.get("account_id").and_then(Value::as_str).unwrap_or_default();
                let Some(at) = place.get(id).copied() else { continue };
                for (column, value) in row {
                    if let Some(number) = value.as_f64() {
                        let known = snapshot.values.entry(format!("{table}.{column}"));
                        known.or_insert_with(|| vec![f64::NAN; n])[at] = number;
                    }
                    snapshot.facts[at].insert(column, value);
                }
            }
        }
        for reading in engine.readings() {
            let (Some(at), true) =
                (place.get(&reading.account_id).copied(), signals.contains(&reading.signal))
            else {
                continue;
            };
            let column = snapshot.values.entry(format!("{SIGNAL}{}", reading.signal));
            column.or_insert_with(|| vec![f64::NAN; n])[at] = reading.value.unwrap_or(f64::NAN);
            snapshot.texts[at].insert(reading.signal.clone(), reading.text.clone());
        }
        let uses: Vec<Use> = engine.query(
            "SELECT account_id, feature, uses_per_100_mrr FROM account_feature_usage ORDER BY account_id, feature",
        )?;
        for row in uses {
            if let (Some(at), Some(value)) = (place.get(&row.account_id).copied(), row.uses_per_100_mrr) {
                snapshot.product[at].insert(row.feature, value);
            }
        }
        Ok(snapshot)
    }

    /// Lets go of what only sentences need: a past day is never told.
    pub(super) fn without_words(mut self) -> Self {
        self.facts = Vec::new();
        self.texts = Vec::new();
        self
    }

    /// The value of a column for the account at `at`; NaN is unknown.
    pub(super) fn value(&self, column: &str, at: usize) -> f64 {
        if let Some(feature) = column.strip_prefix(PRODUCT) {
            // Not used is zero only where the account's use is known at all.
            let known = self.values.get("account_usage.uses_90").and_then(|it| it.get(at));
            return match self.product[at].get(feature) {
                Some(uses) => *uses,
                None if known.is_some_and(|it| !it.is_nan()) => 0.0,
                None => f64::NAN,
            };
        }
        self.values.get(column).and_then(|it| it.get(at)).copied().unwrap_or(f64::NAN)
    }
}

/// The signals whose past readings are honest: none that reads a table of which a source keeps today's state only.
pub(super) fn honest_signals(
    knowledge: &Knowledge,
    dataset: &Dataset,
    settings: &Settings,
) -> BTreeSet<String> {
    let today_only: BTreeSet<&str> =
        dataset.manifest.tables.iter().filter(|it| !it.history).map(|it| it.table.as_str()).collect();
    knowledge
        .signals()
        .iter()
        .filter(|it| !settings.leave_out.contains(&it.name))
        .filter(|it| !it.needs.iter().any(|need| today_only.contains(need.as_str())))
        .map(|it| it.name.clone())
        .collect()
}
