//! Builds everything that was known on one day.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use datafusion::arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema as ArrowSchema};
use datafusion::error::DataFusionError;

use super::asof;
use super::blocked::Stock;
use super::error::EngineError;
use super::reading::{self, Reading, Unmeasured};
use super::sql::{Rows, Sql, literal};
use crate::health::Rules;
use crate::knowledge::{Knowledge, Measure};
use crate::tables::{Dataset, Schema};
use crate::workspace::Config;

/// Answers questions about one dataset as it was known at the end of one day.
pub struct Engine {
    pub(super) sql: Sql,
    pub(super) knowledge: Knowledge,
    pub(super) as_of: NaiveDate,
    pub(super) currency: String,
    pub(super) targets: BTreeMap<String, String>,
    pub(super) stock: Stock,
    pub(super) tables: Vec<String>,
    pub(super) readings: Vec<Reading>,
    pub(super) unmeasured: Vec<Unmeasured>,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine")
            .field("as_of", &self.as_of)
            .field("tables", &self.tables)
            .finish_non_exhaustive()
    }
}

impl Engine {
    /// Builds views, snapshot, derived tables, signal readings and health for the end of day `as_of`.
    ///
    /// # Errors
    /// SQL of a knowledge file that does not run, derived tables that can't be ordered, a wrong setting.
    pub fn open(
        dataset: &Dataset,
        knowledge: &Knowledge,
        config: &Config,
        as_of: NaiveDate,
    ) -> Result<Self, EngineError> {
        let definitions = knowledge.file("tables.toml").unwrap_or_default();
        let schema = Schema::parse(definitions).map_err(|error| EngineError::Settings {
            file: "tables.toml".to_owned(),
            problem: error.to_string(),
        })?;
        let rules = Rules::parse(knowledge.file("health.toml").unwrap_or_default())
            .map_err(|problem| EngineError::Settings { file: "health.toml".to_owned(), problem })?;
        let sql = Sql::new()?;
        for table in schema.tables() {
            asof::register(&sql, dataset, table, config, as_of)?;
        }
        parameters(&sql, config, as_of)?;
        let stock = Stock::take(&sql, dataset, &schema, knowledge, config)?;
        let mut engine = Self {
            sql,
            knowledge: knowledge.clone(),
            as_of,
            currency: config.currency.clone(),
            targets: config.targets.clone(),
            stock,
            tables: schema.tables().iter().map(|table| table.name.clone()).collect(),
            readings: Vec::new(),
            unmeasured: Vec::new(),
        };
        engine.tables.extend(["session_params", "tiers", "thresholds", "snapshot"].map(str::to_owned));
        engine.derive(&rules)?;
        engine.tables.sort();
        Ok(engine)
    }

    /// The day everything is as of.
    #[must_use]
    pub fn as_of(&self) -> NaiveDate {
        self.as_of
    }

    /// The currency all money is in.
    #[must_use]
    pub fn currency(&self) -> &str {
        &self.currency
    }

    /// The readings of all signals, sorted by account and signal.
    ///
    /// # Errors
    /// None today; kept for readings that are computed when asked.
    pub fn readings(&self) -> Result<Vec<Reading>, EngineError> {
        Ok(self.readings.clone())
    }

    /// The signals that this data can't measure, with the reason; sorted by name.
    #[must_use]
    pub fn unmeasured(&self) -> &[Unmeasured] {
        &self.unmeasured
    }

    /// Makes derived tables as soon as what they need is there; signals and health when nothing else is left to do.
    fn derive(&mut self, rules: &Rules) -> Result<(), EngineError> {
        let mut there: BTreeSet<String> = self.tables.iter().cloned().collect();
        let mut waiting: Vec<Measure> = self.knowledge.derived().to_vec();
        let mut read = false;
        loop {
            let (ready, rest): (Vec<Measure>, Vec<Measure>) =
                waiting.into_iter().partition(|table| table.needs.iter().all(|need| there.contains(need)));
            waiting = rest;
            for table in &ready {
                let rows = self.sql.sorted(&table.body).map_err(EngineError::of_file(&table.file))?;
                self.sql.register(&table.name, rows)?;
                there.insert(table.name.clone());
                self.tables.push(table.name.clone());
            }
            if !ready.is_empty() {
                continue;
            }
            if !read {
                read = true;
                self.read_signals(rules)?;
                for name in ["signal_readings", "health_parts", "health_scores"] {
                    there.insert(name.to_owned());
                    self.tables.push(name.to_owned());
                }
                continue;
            }
            if waiting.is_empty() {
                return Ok(());
            }
            let waits = |table: &Measure| {
                let missing =
                    table.needs.iter().filter(|need| !there.contains(*need)).map(|need| format!("`{need}`"));
                format!("`{}` waits for {}", table.name, missing.collect::<Vec<_>>().join(", "))
            };
            return Err(EngineError::Order { waiting: waiting.iter().map(waits).collect() });
        }
    }

    fn read_signals(&mut self, rules: &Rules) -> Result<(), EngineError> {
        let (readings, unmeasured) = reading::read(self)?;
        self.sql.register("signal_readings", reading::table(&readings)?)?;
        let (parts, scores) = rules.score(&readings);
        self.sql.register("health_parts", crate::health::parts_table(&parts)?)?;
        self.sql.register("health_scores", crate::health::scores_table(&scores)?)?;
        self.readings = readings;
        self.unmeasured = unmeasured;
        Ok(())
    }
}

/// Registers `session_params`, `tiers`, `thresholds` and `snapshot`.
fn parameters(sql: &Sql, config: &Config, as_of: NaiveDate) -> Result<(), EngineError> {
    let params = format!(
        "SELECT DATE '{as_of}' AS as_of, CAST(DATE '{as_of}' - INTERVAL '12 months' AS DATE) AS t0, {} AS currency",
        literal(&config.currency)
    );
    sql.register("session_params", sql.run(&params)?)?;
    let unit = 10f64.powf(f64::from(super::money::digits(&config.currency)));
    #[expect(clippy::cast_possible_truncation, reason = "saturates; no threshold is that large")]
    let least = config.tiers.iter().map(|tier| (tier.min_arr * unit).round() as i64);
    register(
        sql,
        "tiers",
        &[("name", DataType::Utf8), ("min_arr_minor", DataType::Int64)],
        vec![
            Arc::new(StringArray::from_iter_values(config.tiers.iter().map(|tier| tier.name.as_str()))),
            Arc::new(Int64Array::from_iter_values(least)),
        ],
    )?;
    register(
        sql,
        "thresholds",
        &[("name", DataType::Utf8), ("value", DataType::Float64)],
        vec![
            Arc::new(StringArray::from_iter_values(config.thresholds.keys())),
            Arc::new(Float64Array::from_iter_values(config.thresholds.values().copied())),
        ],
    )?;
    // A paying account is known even where the source's own account row came later.
    let snapshot = "SELECT known.account_id, p.as_of FROM (SELECT account_id FROM accounts \
                    UNION SELECT account_id FROM subscriptions) AS known CROSS JOIN session_params AS p";
    sql.register("snapshot", sql.sorted(snapshot)?)?;
    Ok(())
}

/// Registers a small table made in Rust; all columns nullable, as those of queries are.
pub(super) fn register(
    sql: &Sql,
    name: &str,
    columns: &[(&str, DataType)],
    arrays: Vec<ArrayRef>,
) -> Result<(), DataFusionError> {
    sql.register(name, made(columns, arrays)?)
}

/// Rows made in Rust.
pub(crate) fn made(columns: &[(&str, DataType)], arrays: Vec<ArrayRef>) -> Result<Rows, DataFusionError> {
    let fields: Vec<Field> =
        columns.iter().map(|(name, kind)| Field::new(*name, kind.clone(), true)).collect();
    let schema = Arc::new(ArrowSchema::new(fields));
    let batch = RecordBatch::try_new(schema.clone(), arrays)?;
    Ok(Rows { schema, batches: vec![batch] })
}
