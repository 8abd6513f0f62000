//! What import wrote: the files, what each column's values are known from, and what they came from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Name of the manifest inside the tables folder.
pub const MANIFEST_FILE: &str = "manifest.json";
/// Version of the manifest this build writes and reads.
pub const MANIFEST_VERSION: u32 = 1;

/// When a value became known. Closed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// On every date.
    Always,
    /// On the day a date or timestamp column of the same row names; never where that column is NULL.
    Column(String),
    /// On [`Manifest::exported_on`] and later only: hindsight of whoever made the export.
    Import,
}

/// One source file, as import found it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceEntry {
    /// System the file comes from: the mapping's name.
    pub system: String,
    /// Path relative to the workspace.
    pub file: String,
    /// SHA-256 of the file, in hex.
    pub sha256: String,
    /// Records in the file, the header not counted.
    pub rows_read: u64,
    /// Canonical rows that came from it.
    pub rows_kept: u64,
    /// Newest day on which something in the file happened; absent where nothing is dated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest_date: Option<String>,
}

/// One Parquet file of one canonical table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableEntry {
    /// Canonical table.
    pub table: String,
    /// Path relative to the tables folder, with `/`.
    pub file: String,
    /// System its rows come from.
    pub system: String,
    /// Rows in the file.
    pub rows: u64,
    /// Whether the source holds every version of a row, not only today's.
    #[serde(default = "yes")]
    pub history: bool,
    /// When a row became known.
    pub row_known_at: Rule,
    /// Columns that became known otherwise than their row; the others follow the row.
    #[serde(default)]
    pub columns: BTreeMap<String, Rule>,
    /// Its rows are sums already, one per account, person, feature and day, with neither event nor line.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub summed: bool,
}

/// Rows of one table and account that import did not take: what figures leave out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectedRows {
    /// Canonical table they were meant for.
    pub table: String,
    /// Their account, as far as it could be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_id: Option<String>,
    /// How many.
    pub rows: u64,
    /// What they state, minor units of `currency`, as far as it could be read; never negative.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount_minor: Option<i64>,
    /// ISO 4217.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
}

fn yes() -> bool {
    true
}

/// Everything import says about the tables it wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`MANIFEST_VERSION`].
    pub version: u32,
    /// The source files, sorted by path.
    pub sources: Vec<SourceEntry>,
    /// The Parquet files, sorted by path.
    pub tables: Vec<TableEntry>,
    /// Newest dated row of all sources, ISO 8601; absent where no row is dated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exported_on: Option<String>,
    /// Rows that were not taken, summed by table and account.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rejected: Vec<RejectedRows>,
    /// Hash over the sources, the mappings, the schema and the settings that import reads.
    pub data_hash: String,
}

impl Manifest {
    /// The Parquet files of one table.
    pub fn files<'a>(&'a self, table: &'a str) -> impl Iterator<Item = &'a TableEntry> {
        self.tables.iter().filter(move |it| it.table == table)
    }
}
