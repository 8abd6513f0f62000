//! Files of the rollup: written whole or not at all, checked when read.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema};
use bytes::Bytes;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, Encoding};
use parquet::file::properties::{EnabledStatistics, WriterProperties};

use crate::error::RollupError;
use crate::hash::checksum;
use crate::manifest::FileMark;

/// Rows of a row group: small enough that a reader of few days skips most of a run.
const GROUP: usize = 131_072;

/// How the numbers of a file are laid down.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Layout {
    /// As differences: small where rows are sorted.
    Small,
    /// As they are: fastest to read.
    Plain,
}

/// Rows from columns; nullable where `nullable` says.
pub(crate) fn batch(
    table: &'static str,
    columns: Vec<(&str, DataType, bool, ArrayRef)>,
) -> Result<RecordBatch, RollupError> {
    let fields: Vec<Field> =
        columns.iter().map(|(name, kind, nullable, _)| Field::new(*name, kind.clone(), *nullable)).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns.into_iter().map(|it| it.3).collect())
        .map_err(|source| RollupError::Build { table, source })
}

/// Writes rows as `name.parquet` in `dir`.
pub(crate) fn write(
    dir: &Path,
    name: &str,
    rows: &RecordBatch,
    layout: Layout,
) -> Result<FileMark, RollupError> {
    let file = format!("{name}.parquet");
    let path = dir.join(&file);
    let failed = |source| RollupError::Encode { path: path.clone(), source };
    let properties = WriterProperties::builder()
        .set_created_by("csm".to_owned())
        .set_compression(Compression::UNCOMPRESSED)
        .set_dictionary_enabled(false)
        .set_max_row_group_row_count(Some(GROUP))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_encoding(match layout {
            Layout::Small => Encoding::DELTA_BINARY_PACKED,
            Layout::Plain => Encoding::PLAIN,
        })
        .build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, rows.schema(), Some(properties)).map_err(failed)?;
    writer.write(rows).map_err(failed)?;
    writer.close().map_err(failed)?;
    put(&path, &bytes)?;
    Ok(FileMark { file, bytes: bytes.len() as u64, checksum: checksum(&bytes), rows: rows.num_rows() as u64 })
}

/// Writes a file under a temporary name and renames it. Not synced: what a crash leaves damaged is found by its
/// checksum and made again from the sources.
pub(crate) fn put(path: &Path, bytes: &[u8]) -> Result<(), RollupError> {
    let part = path.with_extension("part");
    fs::write(&part, bytes).map_err(RollupError::io("write", &part))?;
    fs::rename(&part, path).map_err(RollupError::io("put in place", path))
}

/// All rows of a file, after checking that it is what was written.
pub(crate) fn read(dir: &Path, mark: &FileMark) -> Result<Vec<RecordBatch>, RollupError> {
    read_groups(dir, mark, |_, _| true)
}

/// The rows of the row groups whose lowest and highest value of the first column, a 32-bit number, are `wanted`.
pub(crate) fn read_groups(
    dir: &Path,
    mark: &FileMark,
    wanted: impl Fn(i32, i32) -> bool,
) -> Result<Vec<RecordBatch>, RollupError> {
    let path = dir.join(&mark.file);
    let bytes = checked(&path, mark)?;
    let damaged = |error: &dyn std::fmt::Display| RollupError::damaged(&path, error);
    let builder = ParquetRecordBatchReaderBuilder::try_new(bytes).map_err(|error| damaged(&error))?;
    let groups = builder.metadata().row_groups().iter().enumerate();
    let chosen: Vec<usize> = groups
        .filter(|(_, group)| {
            let bounds = group.column(0).statistics().and_then(|it| match it {
                parquet::file::statistics::Statistics::Int32(it) => Some((*it.min_opt()?, *it.max_opt()?)),
                _ => None,
            });
            bounds.is_none_or(|(low, high)| wanted(low, high))
        })
        .map(|it| it.0)
        .collect();
    builder
        .with_row_groups(chosen)
        .with_batch_size(65_536)
        .build()
        .map_err(|error| damaged(&error))?
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| damaged(&error))
}

/// The bytes of a file, if they are what was written.
pub(crate) fn checked(path: &Path, mark: &FileMark) -> Result<Bytes, RollupError> {
    let bytes = fs::read(path).map_err(RollupError::io("read", path))?;
    if bytes.len() as u64 != mark.bytes {
        return Err(RollupError::damaged(path, format!("{} bytes, not {}", bytes.len(), mark.bytes)));
    }
    if checksum(&bytes) != mark.checksum {
        return Err(RollupError::damaged(path, "its checksum is another one"));
    }
    Ok(Bytes::from(bytes))
}
