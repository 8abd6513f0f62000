//! Reads back the rows that [`Engine::evidence`](super::Engine::evidence) wrote.

use std::collections::BTreeMap;

use bytes::Bytes;
use datafusion::arrow::array::{Array as _, AsArray as _, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use datafusion::error::DataFusionError;
use datafusion::parquet::arrow::ProjectionMask;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use protocol::Scope;
use serde_json::{Map, Value};

use super::counted::DIMS;
use super::rows::objects;
use super::sql::Rows;

/// Rows that are read at once.
const BATCH: usize = 8192;

/// The column a dimension narrows by.
const DIMENSIONS: [(&str, &str); 4] =
    [("account", "account_id"), ("owner", "dim_owner"), ("segment", "dim_segment"), ("tier", "dim_tier")];

/// The rows one measure counts.
#[derive(Clone, Debug)]
pub struct Kept {
    rows: Rows,
}

/// How many rows there are, by scope.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    all: u64,
    by: BTreeMap<(&'static str, String), u64>,
}

impl Counts {
    /// Counts the rows of a file; nothing of it is kept.
    ///
    /// # Errors
    /// Bytes that are no Parquet file.
    pub fn read(parquet: &[u8]) -> Result<Self, DataFusionError> {
        let reader = ParquetRecordBatchReaderBuilder::try_new(Bytes::copy_from_slice(parquet))?;
        let columns = DIMENSIONS.map(|(_, column)| column);
        let wanted = ProjectionMask::columns(reader.parquet_schema(), columns);
        let mut counts = Self::default();
        for batch in reader.with_projection(wanted).with_batch_size(BATCH).build()? {
            let batch = batch?;
            counts.all += batch.num_rows() as u64;
            for column in columns {
                let Some(keys) = batch.column_by_name(column) else { continue };
                counts.count(column, cast(keys, &DataType::Utf8)?.as_string());
            }
        }
        Ok(counts)
    }

    /// Rows are sorted, so that the same key often stands in many in a row: those are counted together.
    fn count(&mut self, column: &'static str, keys: &StringArray) {
        let mut row = 0;
        while row < keys.len() {
            let from = row;
            let key = keys.is_valid(row).then(|| keys.value(row));
            while row < keys.len() && keys.is_valid(row).then(|| keys.value(row)) == key {
                row += 1;
            }
            if let Some(key) = key {
                *self.by.entry((column, key.to_owned())).or_default() += (row - from) as u64;
            }
        }
    }

    /// How many of the rows are in `scope`.
    #[must_use]
    pub fn of(&self, scope: &Scope) -> u64 {
        match (&scope.key, column(scope)) {
            (None, _) => self.all,
            (Some(key), Some(column)) => self.by.get(&(column, key.clone())).copied().unwrap_or_default(),
            (Some(_), None) => 0,
        }
    }
}

impl Kept {
    /// Reads a file of rows.
    ///
    /// # Errors
    /// Bytes that are no Parquet file.
    pub fn read(parquet: &[u8]) -> Result<Self, DataFusionError> {
        let reader =
            ParquetRecordBatchReaderBuilder::try_new(Bytes::copy_from_slice(parquet))?.with_batch_size(BATCH);
        let schema = reader.schema().clone();
        let batches = reader.build()?.collect::<Result<Vec<_>, _>>()?;
        Ok(Self { rows: Rows { schema, batches } })
    }

    /// The rows in `scope`, in the order they are kept in, without the columns that only serve to narrow them.
    pub fn rows<'a>(&'a self, scope: &'a Scope) -> impl Iterator<Item = Map<String, Value>> + 'a {
        let wanted = scope.key.as_deref();
        let column = column(scope);
        objects(&self.rows)
            .into_iter()
            .filter(move |row| {
                wanted.is_none() || column.and_then(|it| row.get(it)).and_then(Value::as_str) == wanted
            })
            .map(|row| row.into_iter().filter(|(name, _)| !DIMS.contains(&name.as_str())).collect())
    }
}

fn column(scope: &Scope) -> Option<&'static str> {
    DIMENSIONS.iter().find(|(dimension, _)| *dimension == scope.dimension).map(|(_, column)| *column)
}
