//! Whether figures count only those they say they count.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use datafusion::arrow::array::{Array, StringArray};
use serde_json::{Map, Value, json};

use super::checks::{CheckResult, SHOWN};
use super::error::EngineError;
use super::open::Engine;
use super::rows::cell;
use super::sql::Rows;
use crate::knowledge::{Measure, Population};

/// The name of the check, beside those of `checks/`.
const NAME: &str = "rows_in_population";
/// The derived table that defines every population.
const TABLE: &str = "populations";

impl Engine {
    /// The invariant that every metric's head states with `population`: none of its rows belongs to another account.
    /// It stops the metrics of which that is not so. Metrics that can't be computed have no rows to look at.
    pub(super) fn check_populations(&self) -> Result<CheckResult, EngineError> {
        let members = self.members()?;
        let nobody = HashSet::new();
        let mut result = CheckResult {
            name: NAME.to_owned(),
            title: "Every row of a figure belongs to its population".to_owned(),
            says: "No row of a metric belongs to an account outside the population its head names; a row without an \
                   account belongs to none, except where populations.toml says so. One row per metric and account \
                   that breaks it."
                .to_owned(),
            guards: Vec::new(),
            breaches: 0,
            rows: Vec::new(),
            skipped: None,
            file: "populations.toml".to_owned(),
        };
        for measure in self.knowledge.metrics() {
            let (Some(population), Some(column)) = (&measure.population, &measure.account) else { continue };
            if self.stock.reason(measure).is_some() {
                continue;
            }
            let rows = self.counted(measure)?.rows;
            let accounts = members.get(&population.name).unwrap_or(&nobody);
            let outside = outside(&rows, measure, column, population, accounts)?;
            if !outside.is_empty() {
                result.guards.push(measure.name.clone());
            }
            result.breaches += outside.len() as u64;
            let left = SHOWN.saturating_sub(result.rows.len());
            result
                .rows
                .extend(outside.into_iter().take(left).map(|account| told(measure, population, account)));
        }
        Ok(result)
    }

    /// Population to its accounts.
    fn members(&self) -> Result<BTreeMap<String, HashSet<String>>, EngineError> {
        #[derive(serde::Deserialize)]
        struct Member {
            population: String,
            account_id: String,
        }
        let mut members: BTreeMap<String, HashSet<String>> = BTreeMap::new();
        for member in self.query::<Member>(&format!("SELECT population, account_id FROM {TABLE}"))? {
            members.entry(member.population).or_default().insert(member.account_id);
        }
        Ok(members)
    }
}

/// The accounts of `rows` that are not in the population, in order; none stands for rows without an account.
fn outside(
    rows: &Rows,
    measure: &Measure,
    column: &str,
    population: &Population,
    accounts: &HashSet<String>,
) -> Result<BTreeSet<Option<String>>, EngineError> {
    let at = rows.schema.index_of(column).map_err(|_| EngineError::Settings {
        file: measure.file.clone(),
        problem: format!(
            "the query has no column `{column}` to tell whose its rows are: see `account` in the head"
        ),
    })?;
    let mut found = BTreeSet::new();
    for batch in &rows.batches {
        let column = batch.column(at);
        let texts = column.as_any().downcast_ref::<StringArray>();
        for row in 0..batch.num_rows() {
            if column.is_null(row) {
                if !population.without_account {
                    found.insert(None);
                }
                continue;
            }
            let other = match texts {
                Some(texts) => {
                    let account = texts.value(row);
                    (!accounts.contains(account)).then(|| account.to_owned())
                }
                None => Some(cell(column.as_ref(), row).to_string()),
            };
            found.extend(other.map(Some));
        }
    }
    Ok(found)
}

fn told(measure: &Measure, population: &Population, account: Option<String>) -> Map<String, Value> {
    Map::from_iter([
        ("metric".to_owned(), json!(measure.name)),
        ("population".to_owned(), json!(population.name)),
        ("account_id".to_owned(), json!(account)),
    ])
}
