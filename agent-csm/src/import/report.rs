//! What import says about the data: what was kept, what was not and why, and where sources disagree.

use serde::{Deserialize, Serialize};

use super::stake::Stake;

/// At most this many rejects are listed one by one; the totals always count all of them.
pub const LISTED_REJECTS: usize = 200;

/// The quality report of one import. Paths are relative to the workspace.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ImportReport {
    /// True where nothing had changed since the last import, and its tables and report were kept.
    #[serde(skip)]
    pub unchanged: bool,
    /// Hash of sources, mappings, schema and the settings import reads.
    pub data_hash: String,
    /// Newest dated row of all sources, ISO 8601.
    pub exported_on: Option<String>,
    /// Every file found in `data/`.
    pub files: Vec<FileReport>,
    /// Rows kept per canonical table, in the order of the table definitions.
    pub tables: Vec<TableReport>,
    /// Rows and files that were not taken, up to [`LISTED_REJECTS`] rows per file.
    pub rejects: Vec<Reject>,
    /// All of them.
    pub rejects_total: u64,
    /// How many rows of each table found their account.
    pub joins: Vec<JoinRate>,
    /// How often the columns that figures need are empty.
    pub nulls: Vec<NullShare>,
    /// Rows that came more than once.
    pub duplicates: Vec<Duplicates>,
    /// Accounts by system, and which of them are the same company.
    pub identities: Vec<Identity>,
    /// Where the sources contradict each other or themselves.
    pub contradictions: Vec<Contradiction>,
    /// Things to know that are no mistake.
    pub notes: Vec<String>,
}

/// One source file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileReport {
    /// Path relative to the workspace.
    pub file: String,
    /// SHA-256 in hex.
    pub sha256: String,
    /// Mapping and role that read it: `stripe/invoices`; absent: no mapping fits.
    pub mapping: Option<String>,
    /// Why its mapping leaves it out; absent for files that are imported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed_over: Option<String>,
    /// Records in it.
    pub rows_read: u64,
    /// Canonical rows that came from it; one record may give several.
    pub rows_kept: u64,
    /// Records that could not be taken, or gave a row that could not.
    pub rows_rejected: u64,
}

/// Rows of one canonical table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableReport {
    /// The table.
    pub table: String,
    /// Rows in it.
    pub rows: u64,
}

/// A row, or a whole file, that was not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reject {
    /// Path relative to the workspace.
    pub file: String,
    /// Line, from 1.
    pub line: u64,
    /// Canonical table the row was meant for; absent where the record itself is broken.
    pub table: Option<String>,
    /// What is wrong.
    pub problem: String,
    /// What to do about it.
    pub remedy: String,
    /// What it takes away from figures.
    #[serde(skip)]
    pub(super) stake: Stake,
}

impl std::fmt::Display for Reject {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {} (remedy: {})", self.file, self.line, self.problem, self.remedy)
    }
}

/// How many rows of a table found their account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JoinRate {
    /// The table.
    pub table: String,
    /// The system the rows come from.
    pub system: String,
    /// Rows that had to be joined.
    pub rows: u64,
    /// Rows whose account is known.
    pub joined: u64,
    /// Rows that name no account; kept where the table allows it.
    pub without_account: u64,
}

/// How often a column is empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NullShare {
    /// `table.column`, or a header of a source file.
    pub column: String,
    /// Rows without a value.
    pub missing: u64,
    /// Rows.
    pub rows: u64,
}

/// Rows that came more than once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duplicates {
    /// The table.
    pub table: String,
    /// Rows equal to an earlier one, dropped.
    pub exact: u64,
    /// Rows with the key of an earlier one and another content.
    pub same_key: u64,
    /// Whether those were kept (`usage_events`) or rejected.
    pub same_key_kept: bool,
}

/// One account of one system, and the account it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Account id in the tables.
    pub account_id: String,
    /// The system.
    pub system: String,
    /// The account's id there.
    pub ext_id: String,
    /// How it was found to be this account: `own id`, `same domain`, `same name`.
    pub rule: String,
}

/// A place where the data can't be true as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contradiction {
    /// Name of the check.
    pub check: String,
    /// What it found, in words with its numbers.
    pub finding: String,
    /// Rows or accounts concerned.
    pub count: u64,
    /// Rows or accounts looked at.
    pub total: u64,
    /// Some of them, as `file:line`.
    pub samples: Vec<String>,
}
