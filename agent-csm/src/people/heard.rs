//! What one session took in of what people and pages said.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Note, SnoozeWord};
use crate::assessment::Day;

/// Notes, snoozes, and what was found on the pages that the workspace lists. The default heard nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    /// Dated notes, by account and place.
    pub notes: Vec<Note>,
    /// Words of `notes/snoozes.toml`, in their order, each by account id.
    pub snoozes: Vec<SnoozeWord>,
    /// Where call summaries tell of a change; absent: they were not looked through beforehand.
    pub hits: Option<Hits>,
    /// Pages read and searches made.
    pub looks: Vec<Look>,
    /// What could not be placed, in words, with file, line and remedy.
    pub problems: Vec<String>,
}

/// Lines of source files on which a phrase of the taxonomy stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hits {
    /// Files that were searched whole, as rows name their source.
    pub files: BTreeSet<String>,
    /// File and line, from 1.
    pub lines: BTreeSet<(String, i64)>,
}

/// A page that was read for an account, or a search that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Look {
    /// The account.
    pub account_id: String,
    /// `page` or `search`.
    pub kind: String,
    /// The URL, or the query.
    pub source: String,
    /// When it was read, RFC 3339, by the session's clock; it stays in the journal and reaches no page.
    pub read_at: String,
    /// SHA-256 of what was read.
    pub sha256: Option<String>,
    /// Why nothing could be read.
    pub failed: Option<String>,
    /// What was found.
    pub found: Vec<Found>,
}

/// A change that a page tells of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Kind of change.
    pub kind: String,
    /// The words it was found in.
    pub quote: String,
    /// The page.
    pub source: String,
    /// The day it was published, else the day the session that first found it is as of.
    pub found_on: Day,
}
