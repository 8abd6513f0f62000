use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::error::{LearnError, same_length};

/// Rows of named columns. A number that is not known is NaN.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    rows: usize,
    columns: Vec<Column>,
}

/// One column of a [`Table`].
#[derive(Debug, Clone, PartialEq)]
pub struct Column {
    /// The name a model finds it by.
    pub name: String,
    /// Number or category.
    pub kind: Kind,
    /// What is known beforehand of its effect.
    pub trend: Option<Trend>,
    /// A value per row: the number, or the position of its level; NaN where missing.
    pub values: Vec<f64>,
}

/// What the values of a column are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A quantity: order and distance mean something.
    Number,
    /// One of some names: neither order nor distance mean anything.
    Category {
        /// The names, sorted.
        levels: Vec<String>,
    },
}

/// The direction in which a number may move the log-odds, other columns unchanged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trend {
    /// More of it never lowers the probability.
    Rising,
    /// More of it never raises the probability.
    Falling,
}

impl Table {
    /// A table of `rows` rows and no column yet.
    pub fn new(rows: usize) -> Self {
        Table { rows, columns: Vec::new() }
    }

    /// Adds a column of numbers.
    ///
    /// # Errors
    ///
    /// A name that is taken, another number of rows, an infinite value.
    pub fn with_number(self, name: impl Into<String>, values: Vec<f64>) -> Result<Self, LearnError> {
        let name = name.into();
        if let Some(row) = values.iter().position(|value| value.is_infinite()) {
            return Err(LearnError::Infinite { column: name, row });
        }
        self.with_column(Column { name, kind: Kind::Number, trend: None, values })
    }

    /// Adds a column of names, `None` where the name is missing.
    ///
    /// # Errors
    ///
    /// A name that is taken, another number of rows.
    pub fn with_category(self, name: impl Into<String>, values: &[Option<&str>]) -> Result<Self, LearnError> {
        let levels: BTreeSet<&str> = values.iter().flatten().copied().collect();
        let positions: BTreeMap<&str, usize> =
            levels.iter().enumerate().map(|(position, level)| (*level, position)).collect();
        let codes = values
            .iter()
            .map(|value| {
                value.and_then(|level| positions.get(level)).map_or(f64::NAN, |position| *position as f64)
            })
            .collect();
        let levels = levels.into_iter().map(str::to_owned).collect();
        self.with_column(Column {
            name: name.into(),
            kind: Kind::Category { levels },
            trend: None,
            values: codes,
        })
    }

    /// States that the column's effect has one direction.
    ///
    /// # Errors
    ///
    /// No such column, or a category.
    pub fn with_trend(mut self, name: &str, trend: Trend) -> Result<Self, LearnError> {
        let column = self
            .columns
            .iter_mut()
            .find(|column| column.name == name)
            .ok_or_else(|| LearnError::NoColumn(name.to_owned()))?;
        if column.kind != Kind::Number {
            return Err(LearnError::Invalid(format!("column {name} is a category: it has no direction")));
        }
        column.trend = Some(trend);
        Ok(self)
    }

    /// A table from text, as a CSV reader gives it: a blank cell is missing, a column whose other cells all
    /// read as numbers is a number, any other a category.
    ///
    /// # Errors
    ///
    /// A row of another length than the header, and as [`Table::with_number`].
    pub fn from_text(header: &[String], rows: &[Vec<String>]) -> Result<Self, LearnError> {
        for (at, row) in rows.iter().enumerate() {
            same_length(&format!("cells of row {at}"), header.len(), row.len())?;
        }
        let mut table = Table::new(rows.len());
        for (position, name) in header.iter().enumerate() {
            let cells: Vec<&str> = rows.iter().map(|row| row[position].trim()).collect();
            let numbers: Vec<Option<f64>> = cells
                .iter()
                .map(|cell| if cell.is_empty() { Some(f64::NAN) } else { cell.parse().ok() })
                .collect();
            table = match numbers.iter().copied().collect::<Option<Vec<f64>>>() {
                Some(values) => table.with_number(name, values)?,
                None => {
                    let levels: Vec<Option<&str>> =
                        cells.iter().map(|cell| Some(*cell).filter(|cell| !cell.is_empty())).collect();
                    table.with_category(name, &levels)?
                }
            };
        }
        Ok(table)
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The columns in the order they were added.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The rows at these positions, in this order; a row may be taken more than once.
    pub fn select(&self, rows: &[usize]) -> Table {
        let columns = self
            .columns
            .iter()
            .map(|column| Column {
                name: column.name.clone(),
                kind: column.kind.clone(),
                trend: column.trend,
                values: rows.iter().map(|&row| column.values[row]).collect(),
            })
            .collect();
        Table { rows: rows.len(), columns }
    }

    fn with_column(mut self, column: Column) -> Result<Self, LearnError> {
        same_length(&format!("values of column {}", column.name), self.rows, column.values.len())?;
        if self.column(&column.name).is_some() {
            return Err(LearnError::Twice(column.name));
        }
        self.columns.push(column);
        Ok(self)
    }
}

/// The columns a model was trained on: what it asks of a table to be applied to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Schema(Vec<Field>);

/// One column of a [`Schema`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) trend: Option<Trend>,
}

impl Schema {
    pub(crate) fn of(table: &Table) -> Self {
        let field = |column: &Column| Field {
            name: column.name.clone(),
            kind: column.kind.clone(),
            trend: column.trend,
        };
        Schema(table.columns.iter().map(field).collect())
    }

    pub(crate) fn fields(&self) -> &[Field] {
        &self.0
    }

    /// The table's columns in the order and with the level positions of training. A level that training did
    /// not see is missing.
    pub(crate) fn apply(&self, table: &Table) -> Result<Table, LearnError> {
        let mut applied = Table::new(table.rows);
        for field in &self.0 {
            let column = table.column(&field.name).ok_or_else(|| LearnError::NoColumn(field.name.clone()))?;
            let values = match (&field.kind, &column.kind) {
                (Kind::Number, Kind::Number) => column.values.clone(),
                (Kind::Category { levels: known }, Kind::Category { levels: given }) => {
                    relabel(known, given, &column.values)
                }
                // A column without a single value has no kind of its own.
                _ if column.values.iter().all(|value| value.is_nan()) => column.values.clone(),
                _ => return Err(LearnError::KindChanged(field.name.clone())),
            };
            applied.columns.push(Column {
                name: field.name.clone(),
                kind: field.kind.clone(),
                trend: field.trend,
                values,
            });
        }
        Ok(applied)
    }
}

fn relabel(known: &[String], given: &[String], values: &[f64]) -> Vec<f64> {
    let positions: Vec<f64> = given
        .iter()
        .map(|level| known.iter().position(|name| name == level).map_or(f64::NAN, |at| at as f64))
        .collect();
    values.iter().map(|value| if value.is_nan() { f64::NAN } else { positions[*value as usize] }).collect()
}
