//! Why a measure can't be computed at all: rows, columns or rates that are missing.

use std::collections::{BTreeMap, BTreeSet};

use super::error::EngineError;
use super::rows::cell;
use super::sql::{Sql, quoted};
use crate::knowledge::{Knowledge, Measure};
use crate::tables::{Dataset, Schema};
use crate::workspace::Config;

/// What is there and what is not, looked at once.
#[derive(Debug, Default)]
pub(super) struct Stock {
    /// Rows of every canonical table.
    rows: BTreeMap<String, i64>,
    /// Columns that some measure needs and that hold no value.
    empty_columns: BTreeMap<(String, String), String>,
    /// Tables with a source that states today's rows only, and that source.
    today_only: BTreeMap<String, String>,
    /// Currencies without a rate, by table.
    unrated: BTreeMap<String, BTreeSet<String>>,
    /// Title of every canonical table.
    titles: BTreeMap<String, String>,
    currency: String,
    /// Whether no note, no call summary and no page was searched for changes.
    nothing_searched: bool,
}

impl Stock {
    /// Looks at the canonical tables.
    pub(super) fn take(
        sql: &Sql,
        dataset: &Dataset,
        schema: &Schema,
        knowledge: &Knowledge,
        config: &Config,
    ) -> Result<Self, EngineError> {
        let mut stock = Self { currency: config.currency.clone(), ..Self::default() };
        for entry in dataset.manifest.tables.iter().filter(|entry| !entry.history && entry.rows > 0) {
            stock.today_only.insert(entry.table.clone(), entry.system.clone());
        }
        for table in schema.tables() {
            stock.titles.insert(table.name.clone(), table.title.clone());
            stock
                .rows
                .insert(table.name.clone(), number(sql, &format!("SELECT count(*) FROM {}", table.name))?);
            if table.column("currency").is_some() {
                let query = format!(
                    "SELECT DISTINCT currency FROM {} WHERE currency <> {} ORDER BY 1",
                    table.name,
                    super::sql::literal(&config.currency)
                );
                let found = sql.run(&query)?;
                let names = found
                    .batches
                    .iter()
                    .flat_map(|batch| (0..batch.num_rows()).map(|row| cell(batch.column(0).as_ref(), row)));
                let names: BTreeSet<String> =
                    names.filter_map(|name| name.as_str().map(str::to_owned)).collect();
                stock.unrated.insert(table.name.clone(), names);
            }
        }
        for (table, column) in
            knowledge.metrics().iter().chain(knowledge.signals()).flat_map(|it| &it.needs_column)
        {
            let Some(found) = schema.table(table).and_then(|it| it.column(column)) else { continue };
            let query = format!("SELECT count({}) FROM {table}", quoted(column));
            if number(sql, &query)? == 0 {
                stock.empty_columns.insert((table.clone(), column.clone()), found.doc.clone());
            }
        }
        Ok(stock)
    }

    /// Takes in how many texts about customers' businesses were searched.
    pub(super) fn searched(&mut self, texts: usize) {
        self.nothing_searched = texts == 0;
    }

    /// Counts a table made by the engine too, so that measures can need its rows.
    pub(super) fn also(&mut self, table: &str, title: &str, rows: usize) {
        self.titles.insert(table.to_owned(), title.to_owned());
        self.rows.insert(table.to_owned(), i64::try_from(rows).unwrap_or(i64::MAX));
    }

    /// The reason and the remedy, or nothing when the measure can be computed.
    pub(super) fn reason(&self, measure: &Measure) -> Option<String> {
        if self.nothing_searched && measure.needs.iter().any(|need| need == "searched_texts") {
            return Some(
                "nothing was searched: write notes, import call summaries (interactions.summary), or list pages \
                 of accounts in csm.toml"
                    .to_owned(),
            );
        }
        for table in &measure.needs {
            if self.rows.get(table) == Some(&0) {
                let title = self.titles.get(table).map_or("", String::as_str);
                return Some(format!("no rows in `{table}`: import a file that holds them ({title})"));
            }
        }
        for (table, column) in &measure.needs_column {
            if let Some(doc) = self.empty_columns.get(&(table.clone(), column.clone())) {
                return Some(format!("no value in `{table}.{column}`: map a column onto it ({doc})"));
            }
        }
        for table in &measure.needs_history {
            if let Some(system) = self.today_only.get(table) {
                return Some(format!(
                    "the {system} export states today's `{table}` only, not what they were before: import one row per price and term"
                ));
            }
        }
        let unrated: BTreeSet<&str> = measure
            .money
            .iter()
            .filter_map(|table| self.unrated.get(table))
            .flat_map(|names| names.iter().map(String::as_str))
            .collect();
        let first = unrated.first()?;
        let names: Vec<&str> = unrated.iter().copied().collect();
        Some(format!(
            "money in {} has no rate to {}: add `{first} = …` under [fx] in csm.toml",
            names.join(", "),
            self.currency
        ))
    }
}

fn number(sql: &Sql, query: &str) -> Result<i64, EngineError> {
    let rows = sql.run(query)?;
    let first = rows.batches.iter().find(|batch| batch.num_rows() > 0);
    Ok(first.and_then(|batch| cell(batch.column(0).as_ref(), 0).as_i64()).unwrap_or_default())
}
