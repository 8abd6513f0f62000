//! What a rollup consists of, and what it came from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::columns::Columns;
use crate::mark::{GroupMark, Looks};

/// Name of the manifest in the rollup's folder.
pub const MANIFEST_FILE: &str = "manifest.json";
/// Raised whenever the same events would give other files.
pub(crate) const VERSION: u32 = 1;

/// A file of the rollup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct FileMark {
    pub(crate) file: String,
    pub(crate) bytes: u64,
    pub(crate) checksum: u64,
    pub(crate) rows: u64,
}

/// What is known of one source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SourceMark {
    pub(crate) columns: Columns,
    pub(crate) looks: Looks,
    pub(crate) groups: Vec<GroupMark>,
    /// Events without account or day.
    pub(crate) left_out: u64,
}

/// Some rows of one source, sorted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RunMark {
    pub(crate) number: u64,
    pub(crate) source: String,
    /// Days since 1970-01-01.
    pub(crate) first_day: i32,
    pub(crate) last_day: i32,
    pub(crate) rows: FileMark,
    pub(crate) seen: FileMark,
    pub(crate) used: FileMark,
    pub(crate) days: FileMark,
}

/// Everything about a rollup.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    pub(crate) version: u32,
    pub(crate) sources: BTreeMap<String, SourceMark>,
    pub(crate) runs: Vec<RunMark>,
    /// Names of each kind, in order; each file goes on where the one before ends.
    pub(crate) names: BTreeMap<String, Vec<FileMark>>,
    /// The number the next file gets.
    pub(crate) next: u64,
}

impl Manifest {
    /// Every file of the rollup.
    pub(crate) fn files(&self) -> impl Iterator<Item = &FileMark> {
        let runs = self.runs.iter().flat_map(|it| [&it.rows, &it.seen, &it.used, &it.days]);
        runs.chain(self.names.values().flatten())
    }
}
