//! What import did not take, as the table `rejected_rows`, and what figures say of it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Int64Array, StringArray};
use datafusion::arrow::datatypes::DataType;
use protocol::{Scope, Unit};
use serde_json::Number;

use super::error::EngineError;
use super::money;
use super::open::made;
use super::rows::cell;
use super::shown::shown;
use super::sql::{Sql, literal, quoted};
use crate::knowledge::Measure;
use crate::tables::{ColumnType, Dataset, Schema};
use crate::workspace::Config;

/// The table's name.
pub(super) const TABLE: &str = "rejected_rows";

/// Of a table, what was rejected and what was kept.
#[derive(Clone, Debug, Default)]
struct Lost {
    rows: i64,
    /// Minor units of the base currency, as far as it could be read and converted.
    amount_minor: i64,
    kept_rows: i64,
    kept_minor: i64,
}

/// What figures leave out, by table.
#[derive(Debug, Default)]
pub(super) struct Rejected {
    by_table: BTreeMap<String, Lost>,
    currency: String,
}

/// Registers `rejected_rows(table_name, account_id, rows, amount_minor, currency)`, money in the base currency where a
/// rate is known, and sums it.
pub(super) fn register(
    sql: &Sql,
    dataset: &Dataset,
    schema: &Schema,
    config: &Config,
) -> Result<Rejected, EngineError> {
    let all = &dataset.manifest.rejected;
    let text = |of: Vec<Option<&str>>| Arc::new(StringArray::from(of)) as ArrayRef;
    let whole = |of: Vec<Option<i64>>| Arc::new(Int64Array::from(of)) as ArrayRef;
    let raw = made(
        &[
            ("table_name", DataType::Utf8),
            ("account_id", DataType::Utf8),
            ("rows", DataType::Int64),
            ("amount_minor", DataType::Int64),
            ("currency", DataType::Utf8),
        ],
        vec![
            text(all.iter().map(|it| Some(it.table.as_str())).collect()),
            text(all.iter().map(|it| it.account_id.as_deref()).collect()),
            whole(all.iter().map(|it| i64::try_from(it.rows).ok()).collect()),
            whole(all.iter().map(|it| it.amount_minor).collect()),
            text(all.iter().map(|it| it.currency.as_deref()).collect()),
        ],
    )?;
    sql.register("raw_rejected_rows", raw)?;
    let amount = money::converted("amount_minor", &config.currency, &config.fx);
    let currency = money::currency(&config.currency, &config.fx);
    let rows = sql.run(&format!(
        "SELECT table_name, account_id, rows, {amount} AS amount_minor, {currency} AS currency FROM raw_rejected_rows"
    ))?;
    sql.register(TABLE, rows)?;
    sql.forget("raw_rejected_rows")?;
    let mut found = Rejected { by_table: BTreeMap::new(), currency: config.currency.clone() };
    let names: BTreeSet<&str> = all.iter().map(|it| it.table.as_str()).collect();
    for table in schema.tables().iter().filter(|it| names.contains(it.name.as_str())) {
        let sum = |query: &str| -> Result<(i64, i64), EngineError> {
            let found = sql.run(query)?;
            let Some(batch) = found.batches.iter().find(|batch| batch.num_rows() > 0) else {
                return Ok((0, 0));
            };
            let at = |column: usize| cell(batch.column(column).as_ref(), 0).as_i64().unwrap_or_default();
            Ok((at(0), at(1)))
        };
        let (rows, amount_minor) = sum(&format!(
            "SELECT CAST(sum(rows) AS BIGINT) AS rows, CAST(sum(amount_minor) AS BIGINT) AS minor FROM {TABLE} \
             WHERE table_name = {}",
            literal(&table.name)
        ))?;
        let money = table.columns.iter().find(|it| it.kind == ColumnType::Money);
        let money = money.map_or_else(|| "0".to_owned(), |it| quoted(&it.name));
        let (kept_rows, kept_minor) = sum(&format!(
            "SELECT count(*) AS rows, CAST(sum(abs({money})) AS BIGINT) AS minor FROM {}",
            table.name
        ))?;
        found.by_table.insert(table.name.clone(), Lost { rows, amount_minor, kept_rows, kept_minor });
    }
    Ok(found)
}

impl Rejected {
    /// What a figure over everything leaves out, in a sentence; nothing where no row it needs was rejected.
    pub(super) fn note(&self, measure: &Measure, scope: &Scope) -> Option<String> {
        if scope.key.is_some() {
            return None;
        }
        let lost: Vec<(&String, &Lost)> = measure
            .needs
            .iter()
            .filter_map(|need| self.by_table.get_key_value(need))
            .filter(|(_, lost)| lost.rows > 0)
            .collect();
        if lost.is_empty() {
            return None;
        }
        let parts: Vec<String> = lost
            .iter()
            .map(|(table, lost)| {
                let rows = if lost.rows == 1 { "1 row".to_owned() } else { format!("{} rows", lost.rows) };
                let money = if lost.amount_minor == 0 {
                    String::new()
                } else {
                    let each = if table.as_str() == "subscriptions" { " a month" } else { "" };
                    format!(
                        " ({}{each})",
                        shown(&Number::from(lost.amount_minor), Unit::Money, &self.currency)
                    )
                };
                format!("{rows} of `{table}`{money}")
            })
            .collect();
        let heavy = if lost.iter().any(|(_, lost)| lost.heavy()) {
            "; that could move it by more than a tenth"
        } else {
            ""
        };
        Some(format!(
            "import could not take {}, so it is not counted{heavy}: `csm import` names file and line",
            parts.join(" and ")
        ))
    }

    /// Tables of which more than a tenth is missing, by rows or by money, with a sentence for each.
    pub(super) fn heavy(&self) -> Vec<String> {
        let heavy = self.by_table.iter().filter(|(_, lost)| lost.heavy());
        heavy
            .map(|(table, lost)| {
                let all = lost.rows.saturating_add(lost.kept_rows);
                format!("{} of {all} rows of `{table}` could not be read and are not counted", lost.rows)
            })
            .collect()
    }
}

impl Lost {
    fn heavy(&self) -> bool {
        let tenth =
            |lost: i64, kept: i64| lost > 0 && i128::from(lost) * 10 > i128::from(lost) + i128::from(kept);
        tenth(self.rows, self.kept_rows) || tenth(self.amount_minor, self.kept_minor)
    }
}
