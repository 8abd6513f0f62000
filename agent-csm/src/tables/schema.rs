//! What the canonical tables look like: `tables.toml`, parsed.

use std::sync::Arc;

use datafusion::arrow::datatypes::{DataType, Field, Schema as ArrowSchema, SchemaRef, TimeUnit};
use serde::Deserialize;

use super::file::sha256_hex;

/// Column every table ends in: the file a row came from.
pub const SOURCE_FILE: &str = "source_file";
/// Column every table ends in: the line a row came from.
pub const SOURCE_LINE: &str = "source_line";

/// What a column holds. Closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnType {
    /// Text.
    Text,
    /// 64-bit whole number.
    Int,
    /// 64-bit number.
    Float,
    /// Yes or no.
    Bool,
    /// Day.
    Date,
    /// Instant, UTC, microseconds, without zone.
    Timestamp,
    /// Integer minor units of the row's `currency`.
    Money,
}

impl ColumnType {
    /// The Arrow type the column is stored as.
    #[must_use]
    pub fn arrow(self) -> DataType {
        match self {
            Self::Text => DataType::Utf8,
            Self::Int | Self::Money => DataType::Int64,
            Self::Float => DataType::Float64,
            Self::Bool => DataType::Boolean,
            Self::Date => DataType::Date32,
            Self::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, None),
        }
    }
}

/// One column of a canonical table.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Name in SQL.
    pub name: String,
    /// What it holds.
    #[serde(rename = "type")]
    pub kind: ColumnType,
    /// A row without it is rejected.
    #[serde(default)]
    pub required: bool,
    /// What it means.
    pub doc: String,
}

/// One canonical table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Name in SQL.
    pub name: String,
    /// What its rows are.
    pub title: String,
    /// Columns that identify a row.
    pub key: Vec<String>,
    /// Columns in the order they are written, without the two that say where a row came from.
    pub columns: Vec<Column>,
}

impl Table {
    /// Position of a column, if the table has it.
    #[must_use]
    pub fn position(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|it| it.name == column)
    }

    /// A column by name.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|it| it.name == name)
    }

    /// The schema of the table's Parquet files: every column, then `source_file` and `source_line`.
    ///
    /// All columns are nullable, because an as-of view hides what was not yet known.
    #[must_use]
    pub fn arrow_schema(&self) -> SchemaRef {
        let mut fields: Vec<Field> =
            self.columns.iter().map(|it| Field::new(&it.name, it.kind.arrow(), true)).collect();
        fields.push(Field::new(SOURCE_FILE, DataType::Utf8, true));
        fields.push(Field::new(SOURCE_LINE, DataType::Int64, true));
        Arc::new(ArrowSchema::new(fields))
    }
}

/// Why `tables.toml` could not be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SchemaError {
    /// Not TOML, or not of the shape the file describes.
    #[error("the table definitions do not parse, line {line}: {problem}")]
    Shape {
        /// Line in the definitions.
        line: usize,
        /// What is wrong there.
        problem: String,
    },
    /// A key names a column the table does not have.
    #[error("table `{table}` has the key column `{column}`, which is not one of its columns")]
    Key {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
    /// Two tables or two columns of one table share a name.
    #[error("the table definitions hold `{name}` twice")]
    Twice {
        /// The name, with its table where it is a column.
        name: String,
    },
}

/// All canonical tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    tables: Vec<Table>,
    hash: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileShape {
    table: Vec<TableShape>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TableShape {
    name: String,
    title: String,
    key: String,
    columns: Vec<Column>,
}

impl Schema {
    /// Reads the definitions.
    ///
    /// # Errors
    /// When the text is not of the expected shape, or names repeat or do not exist.
    pub fn parse(text: &str) -> Result<Self, SchemaError> {
        let shape: FileShape = toml::from_str(text).map_err(|error| SchemaError::Shape {
            line: line_of(text, error.span().map_or(0, |span| span.start)),
            problem: error.message().to_owned(),
        })?;
        let mut tables: Vec<Table> = Vec::new();
        for it in shape.table {
            let key: Vec<String> = it.key.split(',').map(|part| part.trim().to_owned()).collect();
            if tables.iter().any(|table| table.name == it.name) {
                return Err(SchemaError::Twice { name: it.name });
            }
            for (at, column) in it.columns.iter().enumerate() {
                if it.columns[..at].iter().any(|other| other.name == column.name) {
                    return Err(SchemaError::Twice { name: format!("{}.{}", it.name, column.name) });
                }
            }
            if let Some(column) = key.iter().find(|part| !it.columns.iter().any(|c| c.name == **part)) {
                return Err(SchemaError::Key { table: it.name, column: column.clone() });
            }
            tables.push(Table { name: it.name, title: it.title, key, columns: it.columns });
        }
        Ok(Self { tables, hash: sha256_hex(text.as_bytes()) })
    }

    /// All tables, in the order of the definitions.
    #[must_use]
    pub fn tables(&self) -> &[Table] {
        &self.tables
    }

    /// A table by name.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.iter().find(|it| it.name == name)
    }

    /// SHA-256 of the text the schema was read from, in hex.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }
}

/// The line, counted from 1, that holds byte `at` of `text`.
pub(crate) fn line_of(text: &str, at: usize) -> usize {
    let end = at.min(text.len());
    text.as_bytes()[..end].iter().filter(|byte| **byte == b'\n').count() + 1
}
