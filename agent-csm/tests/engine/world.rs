//! Small datasets written as CSV, one text per table.

use std::collections::BTreeMap;
use std::path::PathBuf;

use agent_csm::assessment::{Analysis, assess, gather};
use agent_csm::engine::{Beside, Engine};
use agent_csm::health::Past;
use agent_csm::knowledge::Knowledge;
use agent_csm::people::Heard;
use agent_csm::tables::{
    ColumnType, Dataset, MANIFEST_VERSION, Manifest, RejectedRows, Row, Rule, Schema, TableEntry, Value,
    write_table,
};
use agent_csm::workspace::Config;
use chrono::{NaiveDate, NaiveDateTime};
use protocol::{Figure, Scope};

pub(crate) struct World {
    folder: tempfile::TempDir,
    schema: Schema,
    tables: Vec<TableEntry>,
    rejected: Vec<RejectedRows>,
    pub(crate) config: Config,
    exported_on: String,
}

impl World {
    pub(crate) fn new(exported_on: &str) -> Self {
        let knowledge = Knowledge::load(None).unwrap();
        Self {
            folder: tempfile::tempdir().unwrap(),
            schema: Schema::parse(knowledge.file("tables.toml").unwrap()).unwrap(),
            tables: Vec::new(),
            rejected: Vec::new(),
            config: Config { targets: BTreeMap::new(), ..Config::default() },
            exported_on: exported_on.to_owned(),
        }
    }

    /// Adds a table: the first line names columns, an empty cell is NULL.
    pub(crate) fn table(self, name: &str, csv: &str) -> Self {
        self.known(name, csv, Rule::Always, &[])
    }

    /// Adds a table with its rules of when rows and columns became known.
    pub(crate) fn known(mut self, name: &str, csv: &str, row: Rule, columns: &[(&str, Rule)]) -> Self {
        let table = self.schema.table(name).unwrap();
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(csv.trim().as_bytes());
        let header: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let mut rows = Vec::new();
        for (index, record) in reader.records().enumerate() {
            let record = record.unwrap();
            let values = table
                .columns
                .iter()
                .map(|column| {
                    let text = header.iter().position(|it| *it == column.name).and_then(|at| record.get(at));
                    value(column.kind, text.unwrap_or_default())
                })
                .collect();
            rows.push(Row { values, file: format!("{name}.csv").into(), line: index as u64 + 2 });
        }
        let file = format!("{name}/test{}.parquet", self.tables.len());
        let path = self.folder.path().join(&file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        write_table(&path, table, &rows).unwrap();
        self.tables.push(TableEntry {
            table: name.to_owned(),
            file,
            system: "test".to_owned(),
            rows: rows.len() as u64,
            history: true,
            row_known_at: row,
            columns: columns.iter().map(|(name, rule)| ((*name).to_owned(), rule.clone())).collect(),
            summed: false,
        });
        self
    }

    /// The same, where the source of `table` states today's rows only.
    pub(crate) fn today_only(mut self, table: &str) -> Self {
        self.tables.iter_mut().filter(|it| it.table == table).for_each(|it| it.history = false);
        self
    }

    /// Says that a row of `table` was not taken by import, and how much money it stated.
    pub(crate) fn rejected(mut self, table: &str, account: &str, amount_minor: i64) -> Self {
        self.rejected.push(RejectedRows {
            table: table.to_owned(),
            account_id: Some(account.to_owned()),
            rows: 1,
            amount_minor: Some(amount_minor),
            currency: Some("USD".to_owned()),
        });
        self
    }

    pub(crate) fn dataset(&self) -> Dataset {
        Dataset {
            dir: PathBuf::from(self.folder.path()),
            manifest: Manifest {
                version: MANIFEST_VERSION,
                sources: Vec::new(),
                tables: self.tables.clone(),
                exported_on: Some(self.exported_on.clone()),
                rejected: self.rejected.clone(),
                data_hash: String::new(),
            },
        }
    }

    pub(crate) fn open(&self, as_of: &str) -> Engine {
        self.opened(&Knowledge::load(None).unwrap(), as_of, &Beside::default())
    }

    /// The same, with the knowledge of a workspace that overrides files.
    pub(crate) fn open_with(&self, knowledge: &Knowledge, as_of: &str) -> Engine {
        self.opened(knowledge, as_of, &Beside::default())
    }

    pub(crate) fn open_after(&self, as_of: &str, past: &Past) -> Engine {
        let beside = Beside { past: past.clone(), ..Beside::default() };
        self.opened(&Knowledge::load(None).unwrap(), as_of, &beside)
    }

    /// With what people and pages said.
    pub(crate) fn open_told(&self, as_of: &str, heard: &Heard) -> Engine {
        let beside = Beside { heard: heard.clone(), ..Beside::default() };
        self.opened(&Knowledge::load(None).unwrap(), as_of, &beside)
    }

    fn opened(&self, knowledge: &Knowledge, as_of: &str, beside: &Beside) -> Engine {
        match Engine::open_with(&self.dataset(), knowledge, &self.config, as_of.parse().unwrap(), beside) {
            Ok(engine) => engine,
            Err(error) => panic!("{}", chain(&error)),
        }
    }

    /// A session's assessment of the day, after what the last one left.
    pub(crate) fn assess(&self, as_of: &str, past: &Past) -> Analysis {
        let knowledge = Knowledge::load(None).unwrap();
        let engine = self.open_after(as_of, past);
        assess(&gather(&engine, &knowledge, &self.config, "", Vec::new()).unwrap())
    }
}

/// The value of a metric over all as a float; panics with the reason when unknown.
pub(crate) fn value_of(engine: &Engine, metric: &str) -> f64 {
    let figure = figure(engine, metric);
    figure.as_f64().unwrap_or_else(|| panic!("{metric} is unknown: {:?}", figure.reason))
}

pub(crate) fn figure(engine: &Engine, metric: &str) -> Figure {
    engine.figure(metric, &Scope::all()).unwrap_or_else(|error| panic!("{metric}: {}", chain(&error)))
}

pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}

fn value(kind: ColumnType, text: &str) -> Value {
    if text.is_empty() {
        return Value::Null;
    }
    match kind {
        ColumnType::Text => Value::Text(text.to_owned()),
        ColumnType::Int | ColumnType::Money => Value::Int(text.parse().unwrap()),
        ColumnType::Float => Value::Float(text.parse().unwrap()),
        ColumnType::Bool => Value::Bool(matches!(text, "true" | "True")),
        ColumnType::Date => Value::Date(text.parse::<NaiveDate>().unwrap()),
        ColumnType::Timestamp => Value::Timestamp(
            NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S")
                .unwrap_or_else(|_| text.parse::<NaiveDate>().unwrap().and_hms_opt(0, 0, 0).unwrap()),
        ),
    }
}
