//! Rows as Parquet: behind one measure, or every table.

use std::fs;
use std::path::{Path, PathBuf};

use datafusion::error::DataFusionError;
use datafusion::parquet::arrow::ArrowWriter;
use datafusion::parquet::basic::Compression;
use datafusion::parquet::file::properties::WriterProperties;

use super::error::EngineError;
use super::open::Engine;
use super::sql::Rows;

impl Engine {
    /// The rows a measure counts as Parquet, sorted by all columns, with `dim_owner`, `dim_segment` and
    /// `dim_tier` so that a scoped figure can be opened from the same file. The same rows give the same bytes.
    ///
    /// # Errors
    /// An unknown name, SQL that does not run.
    pub fn evidence(&self, name: &str) -> Result<Vec<u8>, EngineError> {
        let measure = self.measure(name)?;
        Ok(parquet(&self.counted(measure)?.rows)?)
    }

    /// Writes every table as `<dir>/<table>.parquet`: canonical as known on the day, parameters, derived, and
    /// `figure_values`, which the invariants read.
    ///
    /// # Errors
    /// A folder or file that can't be written.
    pub fn export(&self, dir: &Path) -> Result<Vec<PathBuf>, EngineError> {
        fs::create_dir_all(dir).map_err(|source| EngineError::Write { path: dir.to_path_buf(), source })?;
        let mut written = Vec::new();
        self.checked()?;
        for name in self.tables.iter().map(String::as_str).chain(["figure_values"]) {
            let path = dir.join(format!("{name}.parquet"));
            let bytes = parquet(&self.sql.run(&format!("SELECT * FROM {name}"))?)?;
            fs::write(&path, bytes).map_err(|source| EngineError::Write { path: path.clone(), source })?;
            written.push(path);
        }
        Ok(written)
    }

    /// Names of all tables that queries can use, sorted.
    #[must_use]
    pub fn tables(&self) -> &[String] {
        &self.tables
    }
}

/// Deterministic bytes: fixed writer settings and name, no clock, no Arrow metadata of the engine's.
fn parquet(rows: &Rows) -> Result<Vec<u8>, DataFusionError> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::UNCOMPRESSED)
        .set_created_by("csm".to_owned())
        .build();
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, rows.schema.clone(), Some(properties))?;
    for batch in &rows.batches {
        writer.write(&batch.clone().with_schema(rows.schema.clone())?)?;
    }
    writer.close()?;
    Ok(bytes)
}
