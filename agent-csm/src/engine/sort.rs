//! Rows put in order, and kept as a table.

use std::sync::Arc;

use datafusion::arrow::array::{RecordBatch, RecordBatchOptions, UInt32Array};
use datafusion::arrow::compute::{
    SortColumn, SortOptions, cast, concat_batches, lexsort_to_indices, take_record_batch,
};
use datafusion::arrow::datatypes::{Field, Schema, SchemaRef};
use datafusion::datasource::MemTable;
use datafusion::error::DataFusionError;

use super::sql::Rows;

/// Batches are put together up to this many rows and bytes. A join may hand out a batch for each of its rows, and what
/// reads or sorts those pays for every batch; text of one batch must stay below 2 GiB.
const ROWS: usize = 1 << 20;
const BYTES: usize = 256 << 20;

/// The same rows in as few batches as their size allows; empty batches only where there is nothing else.
pub(super) fn whole(batches: Vec<RecordBatch>) -> Result<Vec<RecordBatch>, DataFusionError> {
    let mut found = Vec::new();
    let mut open: Vec<RecordBatch> = Vec::new();
    let (mut rows, mut bytes) = (0, 0);
    for batch in batches {
        let size = batch.get_array_memory_size();
        if !open.is_empty() && (rows + batch.num_rows() > ROWS || bytes + size > BYTES) {
            found.push(together(&open)?);
            open.clear();
            (rows, bytes) = (0, 0);
        }
        rows += batch.num_rows();
        bytes += size;
        open.push(batch);
    }
    if !open.is_empty() {
        found.push(together(&open)?);
    }
    Ok(found)
}

fn together(batches: &[RecordBatch]) -> Result<RecordBatch, DataFusionError> {
    match batches {
        [one] => Ok(one.clone()),
        [first, ..] => Ok(concat_batches(&nullable(&first.schema()), &alike(batches)?)?),
        [] => Err(DataFusionError::Internal("no batch to put together".to_owned())),
    }
}

/// The rows of one batch sorted by all their columns, in order, NULL first.
pub(super) fn sorted(batch: &RecordBatch) -> Result<RecordBatch, DataFusionError> {
    if batch.num_rows() < 2 || batch.num_columns() == 0 {
        return Ok(batch.clone());
    }
    let options = Some(SortOptions { descending: false, nulls_first: true });
    let columns: Vec<SortColumn> =
        batch.columns().iter().map(|values| SortColumn { values: Arc::clone(values), options }).collect();
    let order: UInt32Array = lexsort_to_indices(&columns, None)?;
    Ok(take_record_batch(batch, &order)?)
}

/// The rows of a query with one schema, every column of which may be NULL.
///
/// A plan may promise other than its batches hold: of a sum the precision, of a column that it is never NULL. What the
/// first batch holds counts, later ones are cast to it; without a batch, what was planned.
pub(super) fn held(planned: SchemaRef, batches: Vec<RecordBatch>) -> Result<Rows, DataFusionError> {
    let schema = batches.first().map_or(planned, RecordBatch::schema);
    let schema = nullable(&schema);
    let like_it = |batch: RecordBatch| -> Result<RecordBatch, DataFusionError> {
        let columns = batch.columns().iter().zip(schema.fields());
        let columns = columns.map(|(values, field)| {
            if values.data_type() == field.data_type() {
                Ok(Arc::clone(values))
            } else {
                cast(values, field.data_type())
            }
        });
        let options = RecordBatchOptions::new().with_row_count(Some(batch.num_rows()));
        let columns = columns.collect::<Result<Vec<_>, _>>()?;
        Ok(RecordBatch::try_new_with_options(schema.clone(), columns, &options)?)
    };
    let batches = batches.into_iter().map(like_it).collect::<Result<Vec<_>, _>>()?;
    Ok(Rows { schema, batches })
}

/// The rows as a table in memory. Every column of a kept table may be NULL.
pub(super) fn table(name: &str, rows: Rows) -> Result<MemTable, DataFusionError> {
    let held = rows.batches.first().map_or_else(|| rows.schema.clone(), RecordBatch::schema);
    let schema = nullable(&held);
    let batches =
        alike(&rows.batches).map_err(|error| DataFusionError::Plan(format!("`{name}`: {error}")))?;
    MemTable::try_new(schema, vec![batches])
}

/// The same columns, all of which may be NULL.
pub(super) fn nullable(schema: &Schema) -> Arc<Schema> {
    let fields: Vec<Field> =
        schema.fields().iter().map(|field| field.as_ref().clone().with_nullable(true)).collect();
    Arc::new(Schema::new(fields))
}

/// The batches with the first one's columns, all of which may be NULL.
fn alike(batches: &[RecordBatch]) -> Result<Vec<RecordBatch>, DataFusionError> {
    let Some(first) = batches.first() else { return Ok(Vec::new()) };
    let schema = nullable(&first.schema());
    batches.iter().map(|batch| Ok(batch.clone().with_schema(schema.clone())?)).collect()
}
