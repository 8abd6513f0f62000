//! Builds everything that was known on one day.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, OnceLock};

use chrono::NaiveDate;
use datafusion::arrow::array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema as ArrowSchema};
use datafusion::error::DataFusionError;

use super::asof;
use super::beside::Beside;
use super::blocked::Stock;
use super::checks::Checked;
use super::counted::Counted;
use super::error::EngineError;
use super::reading::{self, Reading, Unmeasured};
use super::rejected::Rejected;
use super::said;
use super::sql::{Rows, Sql, literal};
use crate::assessment::Day;
use crate::churn::{Judged, Stored};
use crate::health::{self, Dates, Freshness, Past, Rules};
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
    pub(super) rejected: Rejected,
    pub(super) tables: Vec<String>,
    pub(super) readings: Vec<Reading>,
    pub(super) unmeasured: Vec<Unmeasured>,
    /// Query of a metric to its rows.
    pub(super) counted: Mutex<BTreeMap<String, Counted>>,
    pub(super) checked: OnceLock<Checked>,
    past: Past,
    dates: Dates,
    rules: Rules,
    pub(super) churn: Judged,
}

/// How far an engine is built.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    /// Signals and health: what past snapshots are made of.
    Signals,
    /// Everything, with what a backtest left.
    Lists,
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
    /// Builds views, snapshot, derived tables, signal readings and health for the end of day `as_of`, as if there had
    /// been no session before. Says nothing of churn probabilities: see [`Engine::open_judged`].
    ///
    /// # Errors
    /// SQL of a knowledge file that does not run, derived tables that can't be ordered, a wrong setting.
    pub fn open(
        dataset: &Dataset,
        knowledge: &Knowledge,
        config: &Config,
        as_of: NaiveDate,
    ) -> Result<Self, EngineError> {
        Self::open_with(dataset, knowledge, config, as_of, &Beside::default())
    }

    /// The same, with what a session knows beside its tables.
    ///
    /// # Errors
    /// As [`Engine::open`].
    pub fn open_with(
        dataset: &Dataset,
        knowledge: &Knowledge,
        config: &Config,
        as_of: NaiveDate,
        beside: &Beside,
    ) -> Result<Self, EngineError> {
        Self::build(dataset, knowledge, config, as_of, beside, Until::Lists)
    }

    /// Builds no further than signals and health: many past days are looked at to train on them.
    pub(crate) fn open_for_signals(
        dataset: &Dataset,
        knowledge: &Knowledge,
        config: &Config,
        as_of: NaiveDate,
    ) -> Result<Self, EngineError> {
        Self::build(dataset, knowledge, config, as_of, &Beside::default(), Until::Signals)
    }

    fn build(
        dataset: &Dataset,
        knowledge: &Knowledge,
        config: &Config,
        as_of: NaiveDate,
        beside: &Beside,
        until: Until,
    ) -> Result<Self, EngineError> {
        let Beside { past, heard, churn } = beside;
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
        let texts = super::texts::register(&sql, dataset, &schema, knowledge, as_of)?;
        let mut stock = Stock::take(&sql, dataset, &schema, knowledge, config)?;
        stock.also(
            "text_scores",
            "what customers wrote: tickets, survey comments, summaries of calls",
            texts,
        );
        for (name, rows) in health::PAST_TABLES.into_iter().zip(health::past_tables(past)?) {
            sql.register(name, rows)?;
        }
        let rejected = super::rejected::register(&sql, dataset, &schema, config)?;
        stock.searched(said::register(&sql, knowledge, heard, as_of)?);
        let mut engine = Self {
            sql,
            knowledge: knowledge.clone(),
            as_of,
            currency: config.currency.clone(),
            targets: config.targets.clone(),
            stock,
            rejected,
            tables: schema.tables().iter().map(|table| table.name.clone()).collect(),
            readings: Vec::new(),
            unmeasured: Vec::new(),
            counted: Mutex::default(),
            checked: OnceLock::new(),
            past: past.clone(),
            dates: Dates::default(),
            rules,
            churn: Judged::default(),
        };
        engine.tables.extend(PARAMETERS.map(str::to_owned));
        engine.tables.extend(health::PAST_TABLES.map(str::to_owned));
        engine.tables.extend(said::TABLES.map(str::to_owned));
        engine.tables.extend(super::texts::TABLES.map(str::to_owned));
        engine.derive(dataset, until, churn)?;
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
    #[must_use]
    pub fn readings(&self) -> &[Reading] {
        &self.readings
    }

    /// The signals that this data can't measure, with the reason; sorted by name.
    #[must_use]
    pub fn unmeasured(&self) -> &[Unmeasured] {
        &self.unmeasured
    }

    /// Sentences on tables of which import could not take more than a tenth, by rows or by money.
    #[must_use]
    pub fn left_out(&self) -> Vec<String> {
        self.rejected.heavy()
    }

    /// What the last session left; empty when there was none.
    #[must_use]
    pub fn past(&self) -> &Past {
        &self.past
    }

    /// Since when each signal fires, and which have stopped.
    #[must_use]
    pub fn dates(&self) -> &Dates {
        &self.dates
    }

    /// The rules of the health score.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// What may be said of churn.
    #[must_use]
    pub fn churn(&self) -> &Judged {
        &self.churn
    }

    /// Makes derived tables as soon as what they need is there; signals, health and churn when nothing else is left
    /// to do.
    fn derive(&mut self, dataset: &Dataset, until: Until, stored: &Stored) -> Result<(), EngineError> {
        let large_sums = asof::large_sums(dataset);
        let mut there: BTreeSet<String> = self.tables.iter().cloned().collect();
        let mut waiting: Vec<Measure> = self.knowledge.derived().to_vec();
        let mut read = false;
        loop {
            let (ready, rest): (Vec<Measure>, Vec<Measure>) =
                waiting.into_iter().partition(|table| table.needs.iter().all(|need| there.contains(need)));
            waiting = rest;
            for table in &ready {
                if let Some(view) = large_sums.filter(|_| table.name == "usage_rollup") {
                    self.sql.register_view(&table.name, view)?;
                } else {
                    let rows = self.sql.sorted(&table.body).map_err(EngineError::of_file(&table.file))?;
                    self.sql.register(&table.name, rows)?;
                }
                there.insert(table.name.clone());
                self.tables.push(table.name.clone());
            }
            if !ready.is_empty() {
                continue;
            }
            if !read {
                read = true;
                self.find_shifts()?;
                self.read_signals()?;
                if until == Until::Signals {
                    return Ok(());
                }
                self.judge(dataset, stored)?;
                for name in WITH_SIGNALS {
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

    fn judge(&mut self, dataset: &Dataset, stored: &Stored) -> Result<(), EngineError> {
        self.churn = Judged::of(self, dataset, &self.knowledge, stored).map_err(EngineError::churn)?;
        self.sql.register("churn_scores", self.churn.scores_table()?)?;
        self.sql.register("churn_reasons", self.churn.reasons_table()?)?;
        Ok(())
    }

    /// Change points of the weekly use, which signals may read.
    fn find_shifts(&self) -> Result<(), EngineError> {
        let weeks = self
            .sql
            .run("SELECT account_id, week_start, uses FROM usage_weeks ORDER BY account_id, week_start")?;
        Ok(self.sql.register("usage_change_points", health::shifts_table(&health::shifts(&weeks))?)?)
    }

    fn read_signals(&mut self) -> Result<(), EngineError> {
        #[derive(serde::Deserialize)]
        struct Source {
            source: String,
            days_old: i64,
        }
        #[derive(serde::Deserialize)]
        struct Managed {
            account_id: String,
        }
        let (readings, unmeasured) = reading::read(self)?;
        self.sql.register("signal_readings", reading::table(&readings)?)?;
        let sources: Vec<Source> = self.query("SELECT source, days_old FROM data_freshness")?;
        let freshness: Freshness = sources.into_iter().map(|it| (it.source, it.days_old)).collect();
        let scored = self.rules.score(&readings, &freshness, &self.past);
        self.sql.register("health_parts", health::parts_table(&scored.parts)?)?;
        let dimensions = health::dimensions_table(&scored.dimensions, &self.dimension_weights())?;
        self.sql.register("health_dimensions", dimensions)?;
        self.sql.register("health_scores", health::scores_table(&scored.scores)?)?;
        let managed: Vec<Managed> =
            self.query("SELECT account_id FROM account_status WHERE status = 'managed'")?;
        let managed = managed.into_iter().map(|it| it.account_id).collect();
        self.dates = Dates::of(&readings, &managed, &self.past, Day(self.as_of));
        self.sql.register("signal_dates", health::dates_table(&self.dates)?)?;
        self.readings = readings;
        self.unmeasured = unmeasured;
        Ok(())
    }

    /// The weight of all components of each dimension, measured or not.
    fn dimension_weights(&self) -> BTreeMap<String, u64> {
        let mut weights = BTreeMap::new();
        for component in &self.rules.components {
            let head = self.knowledge.signal(&component.signal).and_then(|it| it.signal.as_ref());
            if let Some(head) = head {
                *weights.entry(head.dimension.clone()).or_default() += u64::from(component.weight);
            }
        }
        weights
    }
}

/// Tables that are there before any knowledge SQL runs.
const PARAMETERS: [&str; 5] = ["session_params", "tiers", "thresholds", "snapshot", "rejected_rows"];

/// Tables made in Rust when nothing else is left to derive without them.
const WITH_SIGNALS: [&str; 8] = [
    "usage_change_points",
    "signal_readings",
    "health_parts",
    "health_dimensions",
    "health_scores",
    "signal_dates",
    "churn_scores",
    "churn_reasons",
];

/// Registers `session_params`, `tiers`, `thresholds` and `snapshot`.
fn parameters(sql: &Sql, config: &Config, as_of: NaiveDate) -> Result<(), EngineError> {
    let params = format!(
        "SELECT DATE '{as_of}' AS as_of, CAST(DATE '{as_of}' - INTERVAL '12 months' AS DATE) AS t0, {} AS currency, \
         CAST({} AS BIGINT) AS fiscal_year_starts",
        literal(&config.currency),
        config.fiscal_year_starts
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
