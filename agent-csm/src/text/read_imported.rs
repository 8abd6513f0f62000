//! Every text of freshly imported tables, read once.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;

use datafusion::arrow::array::AsArray as _;
use datafusion::parquet::arrow::ProjectionMask;
use datafusion::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::kept::Kept;
use super::reader::Reader;
use super::sources::{SOURCES_FILE, Sources};
use crate::knowledge::Knowledge;
use crate::tables::{Dataset, Schema};

/// Reads every text that people wrote in `dataset` and was not read before, and keeps the readings beside the tables.
/// Returns how many distinct texts there are, and how many of them are new.
///
/// # Errors
/// The knowledge file that is wrong, and what is wrong with it. A table that can't be read is left to the engine,
/// which says so.
pub fn read_imported(dataset: &Dataset, knowledge: &Knowledge) -> Result<(usize, usize), (String, String)> {
    let reader = Reader::of(knowledge)?;
    let schema = Schema::parse(knowledge.file("tables.toml").unwrap_or_default())
        .map_err(|error| ("tables.toml".to_owned(), error.to_string()))?;
    let sources = Sources::parse(knowledge.file(SOURCES_FILE).unwrap_or_default(), &schema)
        .map_err(|problem| (SOURCES_FILE.to_owned(), problem))?;
    let mut texts: BTreeSet<String> = BTreeSet::new();
    for source in sources.iter() {
        for entry in dataset.manifest.files(&source.table) {
            column(&dataset.path(entry), &source.column, &mut texts);
        }
    }
    let mut kept = Kept::open(&dataset.dir, &reader);
    let new = kept.complete(texts.iter().map(String::as_str), &reader);
    kept.save();
    Ok((texts.len(), new))
}

/// Adds the values of one text column of a Parquet file.
fn column(path: &Path, name: &str, texts: &mut BTreeSet<String>) -> Option<()> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path).ok()?).ok()?;
    let mask = ProjectionMask::columns(builder.parquet_schema(), [name]);
    for batch in builder.with_projection(mask).build().ok()? {
        let batch = batch.ok()?;
        let values = batch.column(0).as_string_opt::<i32>()?;
        let said = values.iter().flatten().filter(|text| !text.trim().is_empty());
        for text in said {
            if !texts.contains(text) {
                texts.insert(text.to_owned());
            }
        }
    }
    Some(())
}
