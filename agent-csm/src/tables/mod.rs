//! The canonical tables: their schema, their manifest, where they lie.
//!
//! `knowledge/tables.toml` is the definition; [`Schema::parse`] reads it.
//! Import writes them as Parquet beside a [`Manifest`]; the engine opens the [`Dataset`].

mod dataset;
mod file;
mod manifest;
mod parquet;
mod schema;
mod value;

pub use dataset::{Dataset, DatasetError};
pub use file::{sha256_hex, write_atomically};
pub use manifest::{MANIFEST_FILE, MANIFEST_VERSION, Manifest, RejectedRows, Rule, SourceEntry, TableEntry};
pub use parquet::{TableWriteError, record_batch, write_table};
pub(crate) use schema::line_of;
pub use schema::{Column, ColumnType, SOURCE_FILE, SOURCE_LINE, Schema, SchemaError, Table};
pub use value::{Row, Value, date_from_days, days_from_date};
