//! Tables for spreadsheets, in which no text can become a formula.

use crate::assessment::{Day, Number, minor_digits};

use agent_core::terminal::turns_text;

/// A cell: text is made harmless, numbers are written as they are.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Text from data or from us.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// A number with decimals.
    Decimal(f64),
    /// Money: written in the currency's own units, exact. Its currency stands in a cell beside it.
    Money {
        /// The amount in minor units.
        minor: i64,
        /// How many of its digits stand behind the point.
        digits: u32,
    },
}

impl Cell {
    /// Text, or nothing.
    pub(crate) fn maybe(text: Option<impl Into<String>>) -> Self {
        text.map_or(Self::Empty, |text| Self::Text(text.into()))
    }

    /// A day, or nothing.
    pub(crate) fn day(day: Option<Day>) -> Self {
        Self::maybe(day.map(|day| day.to_string()))
    }

    /// A figure's value; empty when unknown, never zero.
    pub(crate) fn value(number: &Number) -> Self {
        match number.value {
            Some(value) if value.fract() == 0.0 => number.whole().map_or(Self::Empty, Self::Whole),
            Some(value) => Self::Decimal(value),
            None => Self::Empty,
        }
    }

    /// An amount of minor units, or nothing.
    pub(crate) fn money(minor: Option<i64>, currency: &str) -> Self {
        minor.map_or(Self::Empty, |minor| Self::Money { minor, digits: minor_digits(currency) })
    }

    /// Yes, no or nothing.
    pub(crate) fn yes(value: Option<bool>) -> Self {
        Self::maybe(value.map(|value| if value { "yes" } else { "no" }))
    }

    fn written(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => harmless(text),
            Self::Whole(value) => value.to_string(),
            Self::Decimal(value) => value.to_string(),
            Self::Money { minor, digits } => major(*minor, *digits),
        }
    }
}

impl<T: Into<String>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::Text(text.into())
    }
}

/// Minor units as a spreadsheet reads a number: a point, no grouping, no sign of a currency.
fn major(minor: i64, digits: u32) -> String {
    let scale = 10_u64.pow(digits);
    let (whole, part) = (minor.unsigned_abs() / scale, minor.unsigned_abs() % scale);
    let sign = if minor < 0 { "-" } else { "" };
    match digits {
        0 => format!("{sign}{whole}"),
        digits => format!("{sign}{whole}.{part:0width$}", width = digits as usize),
    }
}

/// One line, no marks of direction, and no formula: a spreadsheet takes a cell that begins with `=`, `+`, `-` or
/// `@` for one, also behind blanks, so an apostrophe goes before it.
fn harmless(text: &str) -> String {
    let line: String =
        text.chars().filter(|c| !turns_text(*c)).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if line.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
        || text.starts_with(['\t', '\r', '\n'])
    {
        return format!("'{line}");
    }
    line
}

/// A table: a head and rows of as many cells.
#[derive(Clone, Debug)]
pub struct Sheet {
    text: String,
    columns: usize,
}

impl Sheet {
    /// A table with these columns.
    #[must_use]
    pub fn new(columns: &[&str]) -> Self {
        let mut sheet = Self { text: String::new(), columns: columns.len() };
        sheet.push(columns.iter().map(|column| Cell::from(*column)).collect());
        sheet
    }

    /// Adds a row; a short one is filled with empty cells, so that columns never shift.
    pub fn push(&mut self, mut cells: Vec<Cell>) {
        debug_assert!(cells.len() <= self.columns, "a row has more cells than the head");
        cells.resize(self.columns, Cell::Empty);
        let line: Vec<String> = cells.iter().map(|cell| quoted(&cell.written())).collect();
        self.text.push_str(&line.join(","));
        self.text.push_str("\r\n");
    }

    /// The file: UTF-8, lines ended as RFC 4180 says.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.text.into_bytes()
    }
}

fn quoted(text: &str) -> String {
    if text.contains([',', '"', ';', '\'']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
