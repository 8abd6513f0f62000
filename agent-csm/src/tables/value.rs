//! One cell and one row of a canonical table, before they become columns.

use std::sync::Arc;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime};

/// One cell. `Null` means "not known", never zero.
#[derive(Clone, Debug, PartialEq, PartialOrd)]
pub enum Value {
    /// Not known.
    Null,
    /// Text.
    Text(String),
    /// Whole number; also money, in minor units.
    Int(i64),
    /// Number.
    Float(f64),
    /// Yes or no.
    Bool(bool),
    /// Day.
    Date(NaiveDate),
    /// Instant, UTC, without zone.
    Timestamp(NaiveDateTime),
}

impl Value {
    /// True where nothing is known.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The text, if it is text.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The whole number, if it is one.
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            _ => None,
        }
    }

    /// The day of a date or timestamp.
    #[must_use]
    pub fn as_day(&self) -> Option<NaiveDate> {
        match self {
            Self::Date(day) => Some(*day),
            Self::Timestamp(at) => Some(at.date()),
            _ => None,
        }
    }

    /// The value as keys and messages show it; empty for `Null`.
    #[must_use]
    pub fn show(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Text(text) => text.clone(),
            Self::Int(number) => number.to_string(),
            Self::Float(number) => number.to_string(),
            Self::Bool(flag) => flag.to_string(),
            Self::Date(day) => day.to_string(),
            Self::Timestamp(at) => at.to_string(),
        }
    }
}

/// One row of a canonical table: values in the order of the table's columns, and where it came from.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// One value per column.
    pub values: Vec<Value>,
    /// Source file, relative to the workspace.
    pub file: Arc<str>,
    /// First line of the record in that file, counted from 1.
    pub line: u64,
}

impl Row {
    /// `file:line`, as messages name a row.
    #[must_use]
    pub fn place(&self) -> String {
        format!("{}:{}", self.file, self.line)
    }
}

/// Days since 1970-01-01, as Arrow's Date32 counts them.
#[must_use]
pub fn days_from_date(day: NaiveDate) -> i32 {
    day.num_days_from_ce() - DateTime::UNIX_EPOCH.date_naive().num_days_from_ce()
}

/// The day `days` after 1970-01-01, if the calendar reaches that far.
#[must_use]
pub fn date_from_days(days: i32) -> Option<NaiveDate> {
    NaiveDate::from_num_days_from_ce_opt(
        days.checked_add(DateTime::UNIX_EPOCH.date_naive().num_days_from_ce())?,
    )
}
