//! Reads back the rows that [`Engine::evidence`](super::Engine::evidence) wrote.

use std::collections::BTreeMap;

use bytes::Bytes;
use datafusion::error::DataFusionError;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use protocol::Scope;
use serde_json::{Map, Value};

use super::counted::DIMS;
use super::rows::{cell, objects};
use super::sql::Rows;

/// The column a dimension narrows by.
const DIMENSIONS: [(&str, &str); 4] =
    [("account", "account_id"), ("owner", "dim_owner"), ("segment", "dim_segment"), ("tier", "dim_tier")];

/// The rows one measure counts.
#[derive(Clone, Debug)]
pub struct Kept {
    rows: Rows,
    by: BTreeMap<(&'static str, String), u64>,
}

impl Kept {
    /// Reads a file of rows.
    ///
    /// # Errors
    /// Bytes that are no Parquet file.
    pub fn read(parquet: &[u8]) -> Result<Self, DataFusionError> {
        let reader =
            ParquetRecordBatchReaderBuilder::try_new(Bytes::copy_from_slice(parquet))?.with_batch_size(8192);
        let schema = reader.schema().clone();
        let batches = reader.build()?.collect::<Result<Vec<_>, _>>()?;
        let mut by = BTreeMap::new();
        for batch in &batches {
            for (_, column) in DIMENSIONS {
                let Some(keys) = batch.column_by_name(column) else { continue };
                for row in 0..batch.num_rows() {
                    if let Some(key) = cell(keys.as_ref(), row).as_str() {
                        *by.entry((column, key.to_owned())).or_default() += 1;
                    }
                }
            }
        }
        Ok(Self { rows: Rows { schema, batches }, by })
    }

    /// How many of the rows are in `scope`.
    #[must_use]
    pub fn count(&self, scope: &Scope) -> u64 {
        match (&scope.key, column(scope)) {
            (None, _) => self.rows.count() as u64,
            (Some(key), Some(column)) => self.by.get(&(column, key.clone())).copied().unwrap_or_default(),
            (Some(_), None) => 0,
        }
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
