//! Rows to Parquet: the same rows always give the same bytes.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use datafusion::arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use datafusion::arrow::error::ArrowError;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::Compression;
use datafusion::parquet::errors::ParquetError;
use datafusion::parquet::file::properties::WriterProperties;

use super::file::write_atomically;
use super::schema::{ColumnType, Table};
use super::value::{Row, Value, days_from_date};

/// Why a table could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TableWriteError {
    /// The columns do not fit together; a bug in import.
    #[error("the rows of `{table}` do not fit its columns")]
    Columns {
        /// The table.
        table: String,
        /// What Arrow said.
        #[source]
        source: ArrowError,
    },
    /// The rows could not be encoded.
    #[error("could not encode the rows of `{table}`")]
    Encode {
        /// The table.
        table: String,
        /// What Parquet said.
        #[source]
        source: ParquetError,
    },
    /// The file could not be written.
    #[error("could not write `{}`", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the file system said.
        #[source]
        source: io::Error,
    },
}

/// The rows as Arrow columns, in the table's order, then `source_file` and `source_line`.
///
/// # Errors
/// When a column can't be built; a value of another type than its column becomes NULL.
pub fn record_batch(table: &Table, rows: &[Row]) -> Result<RecordBatch, TableWriteError> {
    let mut arrays: Vec<ArrayRef> =
        table.columns.iter().enumerate().map(|(at, column)| array(rows, at, column.kind)).collect();
    arrays.push(Arc::new(rows.iter().map(|row| Some(&*row.file)).collect::<StringArray>()));
    arrays.push(Arc::new(rows.iter().map(|row| i64::try_from(row.line).ok()).collect::<Int64Array>()));
    RecordBatch::try_new(table.arrow_schema(), arrays)
        .map_err(|source| TableWriteError::Columns { table: table.name.clone(), source })
}

fn array(rows: &[Row], at: usize, kind: ColumnType) -> ArrayRef {
    let cells = rows.iter().map(|row| row.values.get(at).unwrap_or(&Value::Null));
    match kind {
        ColumnType::Text => Arc::new(cells.map(Value::as_text).collect::<StringArray>()),
        ColumnType::Int | ColumnType::Money => Arc::new(cells.map(Value::as_int).collect::<Int64Array>()),
        ColumnType::Float => Arc::new(
            cells.map(|it| if let Value::Float(f) = it { Some(*f) } else { None }).collect::<Float64Array>(),
        ),
        ColumnType::Bool => Arc::new(
            cells.map(|it| if let Value::Bool(b) = it { Some(*b) } else { None }).collect::<BooleanArray>(),
        ),
        ColumnType::Date => {
            Arc::new(cells.map(|it| it.as_day().map(days_from_date)).collect::<Date32Array>())
        }
        ColumnType::Timestamp => {
            Arc::new(
                cells
                    .map(|it| {
                        if let Value::Timestamp(t) = it { Some(t.and_utc().timestamp_micros()) } else { None }
                    })
                    .collect::<TimestampMicrosecondArray>(),
            )
        }
    }
}

/// Writes `rows` to `path` as Parquet, whole or not at all.
///
/// # Errors
/// When the rows can't be encoded or the file can't be written.
pub fn write_table(path: &Path, table: &Table, rows: &[Row]) -> Result<(), TableWriteError> {
    let encode = |source| TableWriteError::Encode { table: table.name.clone(), source };
    // The writer's own version string would change the bytes with every upgrade.
    let properties = WriterProperties::builder()
        .set_created_by("csm".to_owned())
        .set_compression(Compression::UNCOMPRESSED)
        .build();
    let mut bytes = Vec::new();
    let mut writer =
        ArrowWriter::try_new(&mut bytes, table.arrow_schema(), Some(properties)).map_err(encode)?;
    for part in rows.chunks(65_536) {
        writer.write(&record_batch(table, part)?).map_err(encode)?;
    }
    writer.close().map_err(encode)?;
    write_atomically(path, &bytes)
        .map_err(|source| TableWriteError::Write { path: path.to_path_buf(), source })
}
