//! Figures, their rows, and any query.

use std::collections::BTreeMap;

use protocol::{Figure, Scope, Target};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::counted::DIMS;
use super::error::EngineError;
use super::figure::{Found, Frame};
use super::open::Engine;
use super::rows::{cell, objects};
use super::sql::{Rows, literal};
use crate::knowledge::{Each, Measure, bound};

impl Engine {
    /// One figure: a metric, or a signal, over all or over a part.
    ///
    /// # Errors
    /// An unknown name or dimension, SQL that does not run. What can't be computed is a figure that says why.
    pub fn figure(&self, metric: &str, scope: &Scope) -> Result<Figure, EngineError> {
        let measure = self.measure(metric)?;
        let checked = self.checked()?;
        if let Some(reason) = checked.stopped.get(metric) {
            let target = self.target(measure, &scope.dimension)?;
            return Ok(self.frame().unknown(measure, target.as_ref(), scope, 0, reason.clone()));
        }
        match checked.figures.get(metric) {
            Some(figure) if figure.scope == *scope => Ok(figure.clone()),
            _ => self.computed(measure, scope),
        }
    }

    /// One figure, whatever the invariants say.
    pub(super) fn computed(&self, measure: &Measure, scope: &Scope) -> Result<Figure, EngineError> {
        let target = self.target(measure, &scope.dimension)?;
        let narrowed = narrowed(scope)?;
        let frame = self.frame();
        if let Some(reason) = self.stock.reason(measure) {
            return Ok(frame.unknown(measure, target.as_ref(), scope, 0, reason));
        }
        let (value, n, counted) = (&measure.value, &measure.n, self.counted(measure)?.table);
        let query = format!("SELECT {value} AS value, {n} AS n FROM {counted} AS counted {narrowed}");
        let rows = self.sql.run(&query).map_err(EngineError::of_file(&measure.file))?;
        let mut found = found(&rows, 0).into_iter().next().map(|(_, found)| found).unwrap_or_default();
        if let (Some(each), Some(target)) = (&measure.each, &target) {
            let column = &each.column;
            let query = format!(
                "SELECT {value} AS value, {n} AS n FROM {counted} AS counted {narrowed} GROUP BY {column}"
            );
            let rows = self.sql.run(&query).map_err(EngineError::of_file(&measure.file))?;
            found.missed_in_a_group = missed(&rows, 0, target).contains_key("");
        }
        let mut figure = frame.figure(measure, target.as_ref(), scope, found);
        if let Some(note) = self.rejected.note(measure, scope) {
            figure.reason =
                Some(figure.reason.map_or_else(|| note.clone(), |reason| format!("{reason}; {note}")));
        }
        Ok(figure)
    }

    /// A metric for every key of a dimension (`account`, `owner`, `segment` or `tier`), in one query.
    ///
    /// A key of which no row counts has the figure of no rows: zero for a sum that says so, else unknown.
    ///
    /// # Errors
    /// As [`Engine::figure`].
    pub fn figures_by(&self, metric: &str, dimension: &str) -> Result<BTreeMap<String, Figure>, EngineError> {
        let measure = self.measure(metric)?;
        let target = self.target(measure, dimension)?;
        let column = column(dimension)?;
        let word = if column == "account_id" { "account" } else { column };
        let frame = self.frame();
        let keys = self.sql.run(&format!("SELECT DISTINCT {column} FROM account_dims ORDER BY 1"))?;
        let keys: Vec<String> = strings(&keys, 0);
        let blocked = self.checked()?.stopped.get(metric).cloned().or_else(|| self.stock.reason(measure));
        let mut by_key = BTreeMap::new();
        let mut none = Found::default();
        if blocked.is_none() {
            let failed = || EngineError::of_file(&measure.file);
            let (value, n, counted) = (&measure.value, &measure.n, self.counted(measure)?.table);
            let by = counted_column(dimension)?;
            let keyed = format!("{counted} AS counted WHERE {by} IS NOT NULL GROUP BY {by}");
            let query = format!("SELECT {by} AS figure_key, {value} AS value, {n} AS n FROM {keyed}");
            by_key = found(&self.sql.run(&query).map_err(failed())?, 1);
            let query = format!("SELECT {value} AS value, {n} AS n FROM {counted} AS counted WHERE false");
            none = found(&self.sql.run(&query).map_err(failed())?, 0).remove("").unwrap_or_default();
            if let (Some(Each { column: each }), Some(target)) = (&measure.each, &target) {
                let query =
                    format!("SELECT {by} AS figure_key, {value} AS value, {n} AS n FROM {keyed}, {each}");
                for key in missed(&self.sql.run(&query).map_err(failed())?, 1, target).into_keys() {
                    if let Some(found) = by_key.get_mut(&key) {
                        found.missed_in_a_group = true;
                    }
                }
            }
        }
        Ok(keys
            .into_iter()
            .map(|key| {
                let scope = Scope::one(word, &key);
                let figure = match &blocked {
                    Some(reason) => frame.unknown(measure, target.as_ref(), &scope, 0, reason.clone()),
                    None => {
                        let found = by_key.remove(&key).unwrap_or_else(|| none.clone());
                        frame.figure(measure, target.as_ref(), &scope, found)
                    }
                };
                (key, figure)
            })
            .collect())
    }

    /// The rows of any query over the engine's tables, through their JSON form; dates are ISO strings.
    ///
    /// # Errors
    /// SQL that does not run, rows that are not a `T`.
    pub fn query<T: DeserializeOwned>(&self, sql: &str) -> Result<Vec<T>, EngineError> {
        objects(&self.sql.run(sql)?)
            .into_iter()
            .map(|row| {
                serde_json::from_value(Value::Object(row)).map_err(|source| EngineError::Shape { source })
            })
            .collect()
    }

    /// The rows that a figure or reading counts, sorted by all their columns.
    ///
    /// # Errors
    /// As [`Engine::figure`].
    pub fn rows(&self, name: &str, scope: &Scope) -> Result<Vec<Map<String, Value>>, EngineError> {
        let measure = self.measure(name)?;
        let query = format!("SELECT * FROM {} AS counted {}", self.counted(measure)?.table, narrowed(scope)?);
        let mut rows = objects(&self.sql.run(&query).map_err(EngineError::of_file(&measure.file))?);
        rows.iter_mut().for_each(|row| row.retain(|name, _| !DIMS.contains(&name.as_str())));
        Ok(rows)
    }

    pub(super) fn measure(&self, name: &str) -> Result<&Measure, EngineError> {
        self.knowledge.measure(name).ok_or_else(|| {
            let near = |other: &&str| other.contains(name) || name.contains(*other);
            let names = self.knowledge.metrics().iter().chain(self.knowledge.signals());
            let near = names.map(|it| it.name.as_str()).filter(near).map(|it| format!("`{it}`")).collect();
            EngineError::UnknownMetric { name: name.to_owned(), near }
        })
    }

    pub(super) fn frame(&self) -> Frame<'_> {
        Frame { as_of: self.as_of, currency: &self.currency }
    }

    /// The target of a measure: `csm.toml` first, then its head.
    /// Targets are for a book, or a part of it; a single account has none to meet.
    pub(super) fn target(&self, measure: &Measure, dimension: &str) -> Result<Option<Target>, EngineError> {
        if column(dimension).is_ok_and(|column| column == "account_id") {
            return Ok(None);
        }
        match self.targets.get(&measure.name) {
            None => Ok(measure.target.clone()),
            Some(text) => bound(text)
                .map(Some)
                .ok_or_else(|| EngineError::Target { metric: measure.name.clone(), target: text.clone() }),
        }
    }
}

/// The column of `account_dims` behind a dimension.
pub(super) fn column(dimension: &str) -> Result<&'static str, EngineError> {
    match dimension {
        "account" | "account_id" => Ok("account_id"),
        "owner" => Ok("owner"),
        "segment" => Ok("segment"),
        "tier" => Ok("tier"),
        other => Err(EngineError::UnknownDimension { dimension: other.to_owned() }),
    }
}

/// The column of counted rows behind a dimension.
fn counted_column(dimension: &str) -> Result<String, EngineError> {
    Ok(match column(dimension)? {
        "account_id" => "account_id".to_owned(),
        other => format!("dim_{other}"),
    })
}

/// The WHERE that narrows counted rows to a scope; empty for all.
fn narrowed(scope: &Scope) -> Result<String, EngineError> {
    match &scope.key {
        None => Ok(String::new()),
        Some(key) => Ok(format!("WHERE {} = {}", counted_column(&scope.dimension)?, literal(key))),
    }
}

/// Values by key, where the first `keys` columns (none or one) hold the key.
fn found(rows: &Rows, keys: usize) -> BTreeMap<String, Found> {
    let mut by_key = BTreeMap::new();
    for batch in &rows.batches {
        for row in 0..batch.num_rows() {
            let Some(key) = key(batch, keys, row) else { continue };
            let value = match cell(batch.column(keys).as_ref(), row) {
                Value::Number(number) => Some(number),
                _ => None,
            };
            let n = cell(batch.column(keys + 1).as_ref(), row).as_u64().unwrap_or_default();
            by_key.insert(key, Found { value, n, missed_in_a_group: false });
        }
    }
    by_key
}

/// The keys of which some group misses the target.
fn missed(rows: &Rows, keys: usize, target: &Target) -> BTreeMap<String, ()> {
    let mut missed = BTreeMap::new();
    for batch in &rows.batches {
        for row in 0..batch.num_rows() {
            let value = cell(batch.column(keys).as_ref(), row).as_f64();
            if let (Some(key), Some(value)) = (key(batch, keys, row), value)
                && !target.met_by(value)
            {
                missed.insert(key, ());
            }
        }
    }
    missed
}

fn key(batch: &datafusion::arrow::array::RecordBatch, keys: usize, row: usize) -> Option<String> {
    if keys == 0 {
        return Some(String::new());
    }
    cell(batch.column(0).as_ref(), row).as_str().map(str::to_owned)
}

fn strings(rows: &Rows, column: usize) -> Vec<String> {
    rows.batches
        .iter()
        .flat_map(|batch| (0..batch.num_rows()).map(move |row| cell(batch.column(column).as_ref(), row)))
        .filter_map(|value| value.as_str().map(str::to_owned))
        .collect()
}
