//! Parquet files of people: every column as text, so that one mapping serves all formats.

use std::fs::File;
use std::path::Path;

use datafusion::arrow::array::{Array, StringArray};
use datafusion::arrow::compute::cast;
use datafusion::arrow::datatypes::DataType;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::{Broken, RawFile, RawRow};
use crate::import::header::Header;

const HINT: &str = "write the file again, or export it as CSV";

pub(super) fn read(path: &Path) -> Result<RawFile, Broken> {
    let broken =
        |error: &dyn std::fmt::Display| Broken::new(1, format!("not readable as Parquet: {error}"), HINT);
    let source = File::open(path).map_err(|error| broken(&error))?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(source)
        .and_then(ParquetRecordBatchReaderBuilder::build)
        .map_err(|error| broken(&error))?;
    let mut file = RawFile::default();
    for batch in reader {
        let batch = batch.map_err(|error| broken(&error))?;
        if file.headers.is_empty() {
            file.headers = batch.schema().fields().iter().map(|it| Header::parse(it.name())).collect();
        }
        // A column without a text form (a list, a structure) stays empty; a mapping that needs it will say so.
        let columns: Vec<Option<StringArray>> = batch
            .columns()
            .iter()
            .map(|it| cast(it, &DataType::Utf8).ok())
            .map(|it| it.and_then(|it| it.as_any().downcast_ref::<StringArray>().cloned()))
            .collect();
        for at in 0..batch.num_rows() {
            let cells = columns
                .iter()
                .map(|it| match it {
                    Some(texts) if !texts.is_null(at) => texts.value(at).to_owned(),
                    _ => String::new(),
                })
                .collect();
            file.rows.push(RawRow { line: file.rows.len() as u64 + 1, cells });
        }
    }
    Ok(file)
}
