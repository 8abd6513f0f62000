//! Which column of a source says what.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Names of the columns of a raw event file.
///
/// `account`, `user` and `feature` hold text, or whole numbers, which are taken as text; `when` a date or a
/// timestamp in UTC; the others whole numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Columns {
    /// Account that used the product; a row without is left out and counted.
    pub account: String,
    /// Person who used it.
    pub user: Option<String>,
    /// What was used.
    pub feature: Option<String>,
    /// Day or instant; a row without, before 1970 or after 2149 is left out and counted.
    pub when: String,
    /// How many times; one where there is no column or no value.
    pub uses: Option<String>,
    /// Time spent, in seconds.
    pub seconds: Option<String>,
    /// Errors met.
    pub errors: Option<String>,
}

/// A raw event file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// What the source is known as from one update to the next.
    pub name: String,
    /// Where the Parquet file lies.
    pub file: PathBuf,
    /// What its columns say.
    pub columns: Columns,
}
