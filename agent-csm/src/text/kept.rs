//! Readings kept between sessions, so that a text is read once.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use datafusion::arrow::array::{AsArray as _, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Field, Schema};
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::reader::{Reader, TextReading};
use crate::tables::write_atomically;

/// Readings by text. A cache: what is not in it is read anew and gives the same.
#[derive(Debug, Default)]
pub struct Kept {
    readings: BTreeMap<String, TextReading>,
    path: Option<PathBuf>,
    changed: bool,
}

impl Kept {
    /// What was kept of texts read by `reader` for the dataset in `tables_dir` (`<workspace>/.csm/tables`).
    /// Where nothing readable is there, nothing was kept; a folder of another name keeps nothing.
    #[must_use]
    pub fn open(tables_dir: &Path, reader: &Reader) -> Self {
        let path = (tables_dir.file_name().is_some_and(|name| name == "tables"))
            .then(|| tables_dir.with_file_name("texts"))
            .map(|folder| folder.join(format!("{}.parquet", reader.hash())));
        let readings = path.as_deref().and_then(stored).unwrap_or_default();
        Self { readings, path, changed: false }
    }

    /// Whether a file of kept readings is there for the same words and themes.
    #[must_use]
    pub fn is_there(tables_dir: &Path, reader: &Reader) -> bool {
        tables_dir.with_file_name("texts").join(format!("{}.parquet", reader.hash())).is_file()
    }

    /// The reading of a text, if it was kept.
    #[must_use]
    pub fn get(&self, text: &str) -> Option<&TextReading> {
        self.readings.get(text)
    }

    /// How many texts are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.readings.len()
    }

    /// Whether nothing is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.readings.is_empty()
    }

    /// Reads those of `texts` that are not kept, on all cores; returns how many there were.
    pub fn complete<'a>(&mut self, texts: impl IntoIterator<Item = &'a str>, reader: &Reader) -> usize {
        let mut missing: Vec<&str> =
            texts.into_iter().filter(|text| !self.readings.contains_key(*text)).collect();
        missing.sort_unstable();
        missing.dedup();
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let share = missing.len().div_ceil(cores).max(256);
        let parts: Vec<Vec<(String, TextReading)>> = thread::scope(|scope| {
            let read = |part: &[&str]| -> Vec<(String, TextReading)> {
                part.iter().map(|text| ((*text).to_owned(), reader.read(text))).collect()
            };
            let workers: Vec<_> = missing.chunks(share).map(|part| scope.spawn(move || read(part))).collect();
            workers.into_iter().map(|worker| worker.join().unwrap_or_default()).collect()
        });
        self.changed |= !missing.is_empty();
        self.readings.extend(parts.into_iter().flatten());
        missing.len()
    }

    /// Writes what is kept, and drops what other words and themes had read. Only a cache: a disk that refuses is
    /// told in the log and nothing else.
    pub fn save(&self) {
        let Some(path) = self.path.as_deref().filter(|path| self.changed || !path.is_file()) else { return };
        let stale = |folder: &Path| -> std::io::Result<()> {
            for entry in fs::read_dir(folder)? {
                let other = entry?.path();
                if other != path {
                    fs::remove_file(other)?;
                }
            }
            Ok(())
        };
        let done = self.bytes().map_err(|error| error.to_string()).and_then(|bytes| {
            let folder = path.parent().unwrap_or(path);
            fs::create_dir_all(folder)
                .and_then(|()| write_atomically(path, &bytes))
                .and_then(|()| stale(folder))
                .map_err(|error| error.to_string())
        });
        if let Err(error) = done {
            tracing::warn!(%error, "readings of texts are not kept; they are made again next time");
        }
    }

    fn bytes(&self) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
        let schema = Arc::new(Schema::new(vec![
            Field::new("text", DataType::Utf8, false),
            Field::new("reading", DataType::Utf8, false),
        ]));
        let readings: Vec<String> =
            self.readings.values().map(serde_json::to_string).collect::<Result<_, _>>()?;
        let batch = RecordBatch::try_new(
            schema.clone(),
            vec![
                Arc::new(StringArray::from_iter_values(self.readings.keys())),
                Arc::new(StringArray::from_iter_values(readings)),
            ],
        )?;
        let mut bytes = Vec::new();
        let mut writer = ArrowWriter::try_new(&mut bytes, schema, None)?;
        writer.write(&batch)?;
        writer.close()?;
        Ok(bytes)
    }
}

/// The readings in a file; nothing where it is missing or not one of ours.
fn stored(path: &Path) -> Option<BTreeMap<String, TextReading>> {
    let mut found = BTreeMap::new();
    for batch in ParquetRecordBatchReaderBuilder::try_new(File::open(path).ok()?).ok()?.build().ok()? {
        let batch = batch.ok()?;
        let texts = batch.column_by_name("text")?.as_string_opt::<i32>()?;
        let readings = batch.column_by_name("reading")?.as_string_opt::<i32>()?;
        for row in 0..batch.num_rows() {
            let reading = serde_json::from_str(readings.value(row)).ok()?;
            found.insert(texts.value(row).to_owned(), reading);
        }
    }
    Some(found)
}
