//! Invariants: what must hold of tables and figures, and what is stopped where it does not.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use datafusion::arrow::array::{Array as _, BooleanArray, Float64Array, Int64Array, StringArray};
use datafusion::arrow::datatypes::DataType;
use protocol::{Figure, Scope};
use serde_json::{Map, Value};

use super::counted::DIMS;
use super::error::EngineError;
use super::open::{Engine, register};
use super::rows::{cell, objects};
use crate::knowledge::Measure;

/// The word under `guards` that stands for every metric.
const ALL: &str = "all";
/// Rows of a breach that are kept to be shown.
pub(super) const SHOWN: usize = 5;

/// What came of one check.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckResult {
    /// The check; the stem of its file.
    pub name: String,
    /// Name people use.
    pub title: String,
    /// What must hold, in plain words.
    pub says: String,
    /// Metrics that are unknown while it does not hold.
    pub guards: Vec<String>,
    /// Rows that break it.
    pub breaches: u64,
    /// The first of them.
    pub rows: Vec<Map<String, Value>>,
    /// Why it was not checked: rows, columns or rates that are missing.
    pub skipped: Option<String>,
    /// Path relative to `knowledge/`.
    pub file: String,
}

/// Every metric over all, and what the invariants say of them.
#[derive(Debug)]
pub(super) struct Checked {
    /// Metrics over all, as computed: not stopped by any check.
    pub(super) figures: BTreeMap<String, Figure>,
    /// Metric to the reason it is stopped for.
    pub(super) stopped: BTreeMap<String, String>,
    /// Every check, sorted by name.
    results: Vec<CheckResult>,
}

/// One row of `figure_values`.
struct Part<'a> {
    measure: &'a Measure,
    dimension: String,
    value: Option<f64>,
    n: Option<i64>,
}

impl Engine {
    /// What the invariants say, sorted by name. They run when a figure is first asked for.
    ///
    /// # Errors
    /// SQL that does not run. A check that does not hold is no error: it stops the figures it guards.
    pub fn checks(&self) -> Result<&[CheckResult], EngineError> {
        Ok(&self.checked()?.results)
    }

    /// All metrics over all, computed and checked once.
    pub(super) fn checked(&self) -> Result<&Checked, EngineError> {
        if let Some(checked) = self.checked.get() {
            return Ok(checked);
        }
        let checked = self.check()?;
        Ok(self.checked.get_or_init(|| checked))
    }

    fn check(&self) -> Result<Checked, EngineError> {
        let mut figures = BTreeMap::new();
        let mut parts = Vec::new();
        for measure in self.knowledge.metrics() {
            let figure = self.computed(measure, &Scope::all())?;
            parts.push(Part {
                measure,
                dimension: "all".to_owned(),
                value: figure.as_f64(),
                n: i64::try_from(figure.n).ok(),
            });
            if measure.additive && figure.value.is_some() {
                parts.extend(self.sums(&measure.name)?);
            }
            figures.insert(measure.name.clone(), figure);
        }
        self.register_values(&parts)?;
        let mut stopped = BTreeMap::new();
        let mut results = Vec::new();
        for check in self.knowledge.checks() {
            results.push(self.run_check(check)?);
        }
        results.push(self.check_populations()?);
        results.sort_by(|a, b| a.name.cmp(&b.name));
        for result in &results {
            if result.breaches > 0 {
                let reason = format!(
                    "check `{}` does not hold ({} rows): {}",
                    result.name, result.breaches, result.title
                );
                let guards: Vec<&String> = if result.guards.iter().any(|name| name == ALL) {
                    self.knowledge.metrics().iter().map(|metric| &metric.name).collect()
                } else {
                    result.guards.iter().collect()
                };
                for metric in guards {
                    stopped.entry(metric.clone()).or_insert_with(|| reason.clone());
                }
            }
        }
        Ok(Checked { figures, stopped, results })
    }

    /// The sum of a metric's parts by every dimension.
    fn sums(&self, name: &str) -> Result<Vec<Part<'_>>, EngineError> {
        let measure = self.measure(name)?;
        // One of the four columns is set in every row: the key of that part.
        let columns = format!("account_id, {}", DIMS.join(", "));
        let sets: Vec<String> = columns.split(", ").map(|column| format!("({column})")).collect();
        let query = format!(
            "SELECT {columns}, {} AS part FROM {} AS counted WHERE dim_owner IS NOT NULL GROUP BY GROUPING SETS ({})",
            measure.value,
            self.counted(measure)?.table,
            sets.join(", ")
        );
        let rows = self.sql.run(&query).map_err(EngineError::of_file(&measure.file))?;
        let mut sums = [0.0; 4];
        for batch in &rows.batches {
            for row in 0..batch.num_rows() {
                let of = (0..4).find(|at| !batch.column(*at).is_null(row));
                let part = cell(batch.column(4).as_ref(), row).as_f64();
                if let (Some(at), Some(part)) = (of, part) {
                    sums[at] += part;
                }
            }
        }
        let part = |(dimension, sum): (&str, f64)| Part {
            measure,
            dimension: dimension.to_owned(),
            value: Some(sum),
            n: None,
        };
        Ok(["account", "owner", "segment", "tier"].into_iter().zip(sums).map(part).collect())
    }

    /// `figure_values(metric, dimension, value, n, unit, additive)`: every metric over `all`, and of additive ones the
    /// sum of their parts by account, owner, segment and tier.
    fn register_values(&self, parts: &[Part<'_>]) -> Result<(), EngineError> {
        let unit = |part: &Part<'_>| match serde_json::to_value(part.measure.unit) {
            Ok(Value::String(unit)) => Some(unit),
            _ => None,
        };
        register(
            &self.sql,
            "figure_values",
            &[
                ("metric", DataType::Utf8),
                ("dimension", DataType::Utf8),
                ("value", DataType::Float64),
                ("n", DataType::Int64),
                ("unit", DataType::Utf8),
                ("additive", DataType::Boolean),
            ],
            vec![
                Arc::new(StringArray::from_iter_values(parts.iter().map(|it| &it.measure.name))),
                Arc::new(StringArray::from_iter_values(parts.iter().map(|it| &it.dimension))),
                Arc::new(Float64Array::from_iter(parts.iter().map(|it| it.value))),
                Arc::new(Int64Array::from_iter(parts.iter().map(|it| it.n))),
                Arc::new(StringArray::from_iter(parts.iter().map(unit))),
                Arc::new(BooleanArray::from_iter(parts.iter().map(|it| Some(it.measure.additive)))),
            ],
        )?;
        Ok(())
    }

    fn run_check(&self, check: &Measure) -> Result<CheckResult, EngineError> {
        let mut result = CheckResult {
            name: check.name.clone(),
            title: check.title.clone(),
            says: check.says.clone(),
            guards: check.guards.iter().filter(|name| *name != "*").cloned().collect(),
            breaches: 0,
            rows: Vec::new(),
            skipped: self.stock.reason(check),
            file: check.file.clone(),
        };
        if result.skipped.is_some() {
            return Ok(result);
        }
        let rows = self.sql.sorted(&check.body).map_err(EngineError::of_file(&check.file))?;
        let mut rows = objects(&rows);
        if check.guards.iter().any(|name| name == "*") {
            let named: BTreeSet<String> =
                rows.iter().filter_map(|row| row.get("metric")?.as_str().map(str::to_owned)).collect();
            result.guards.extend(named);
        }
        result.breaches = rows.len() as u64;
        rows.truncate(SHOWN);
        result.rows = rows;
        Ok(result)
    }
}
