//! Canonical tables as they were known at the end of a day.

use chrono::NaiveDate;
use datafusion::error::DataFusionError;

use super::money;
use super::sql::{Rows, Sql, quoted};
use crate::tables::{ColumnType, Dataset, Rule, Table, TableEntry};
use crate::workspace::Config;

/// Tables with more rows than this stay on disk and are read when asked.
const KEPT_IN_MEMORY: u64 = 4_000_000;

/// Usage that is summed already, as `usage_rollup` has it.
const SUMMED: &str = "SELECT account_id, user_id, feature, event_date, quantity AS uses, duration_secs AS seconds, errors \
                      FROM usage_events";

/// `usage_rollup` where its rows are all sums already, and too many to be grouped once more in memory: a view of them.
/// A key that two files share then has a row of each; what reads the table adds them up.
pub(super) fn large_sums(dataset: &Dataset) -> Option<&'static str> {
    let (mut rows, mut summed) = (0, true);
    for entry in dataset.manifest.files("usage_events") {
        rows += entry.rows;
        summed &= entry.summed;
    }
    (summed && rows > KEPT_IN_MEMORY).then_some(SUMMED)
}

/// Registers the as-of view of one canonical table; one that no source fills is empty.
pub(super) fn register(
    sql: &Sql,
    dataset: &Dataset,
    table: &Table,
    config: &Config,
    as_of: NaiveDate,
) -> Result<(), DataFusionError> {
    let exported = dataset.manifest.exported_on.as_deref();
    let mut parts = Vec::new();
    let mut rows = 0;
    for (index, entry) in dataset.manifest.files(&table.name).enumerate() {
        let raw = format!("raw_{}_{index}", table.name);
        sql.register_parquet(&raw, &dataset.path(entry))?;
        parts.push(masked(table, entry, &raw, config, as_of, exported));
        rows += entry.rows;
    }
    if parts.is_empty() {
        return sql.register(&table.name, Rows { schema: table.arrow_schema(), batches: Vec::new() });
    }
    if rows > KEPT_IN_MEMORY {
        return sql.register_view(&table.name, &parts.join("\nUNION ALL\n"));
    }
    // File after file, so that rows keep the order of their sources.
    let mut found = Rows { schema: table.arrow_schema(), batches: Vec::new() };
    for (index, part) in parts.iter().enumerate() {
        for batch in sql.run(part)?.batches {
            found.batches.push(batch.with_schema(found.schema.clone())?);
        }
        sql.forget(&format!("raw_{}_{index}", table.name))?;
    }
    sql.register(&table.name, found)
}

/// The rows of one file that were known, columns masked by their rules, money in one currency.
fn masked(
    table: &Table,
    entry: &TableEntry,
    raw: &str,
    config: &Config,
    as_of: NaiveDate,
    exported: Option<&str>,
) -> String {
    let has_currency = table.column("currency").is_some();
    let mut columns = Vec::new();
    for column in &table.columns {
        let name = quoted(&column.name);
        let value = match column.kind {
            ColumnType::Money if has_currency => money::converted(&name, &config.currency, &config.fx),
            _ if column.name == "currency" => money::currency(&config.currency, &config.fx),
            _ => name.clone(),
        };
        let value = match entry.columns.get(&column.name) {
            None | Some(Rule::Always) => value,
            Some(rule) => format!("CASE WHEN {} THEN {value} END", known(rule, as_of, exported)),
        };
        columns.push(format!("{value} AS {name}"));
    }
    columns.push("source_file".to_owned());
    columns.push("source_line".to_owned());
    format!("SELECT {} FROM {raw} WHERE {}", columns.join(", "), known(&entry.row_known_at, as_of, exported))
}

/// SQL that is true where a rule says "known by the end of `as_of`".
fn known(rule: &Rule, as_of: NaiveDate, exported: Option<&str>) -> String {
    match rule {
        Rule::Always => "true".to_owned(),
        Rule::Column(name) => {
            let name = quoted(name);
            format!("({name} IS NOT NULL AND CAST({name} AS DATE) <= DATE '{as_of}')")
        }
        // Where no row is dated there is no day before the export.
        Rule::Import => exported.is_none_or(|day| day <= as_of.to_string().as_str()).to_string(),
    }
}
