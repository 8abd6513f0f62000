//! CSV files that are written row by row while accounts are generated.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use super::world::SimulateError;

/// One file being written.
pub(super) struct Sink {
    path: PathBuf,
    writer: csv::Writer<BufWriter<File>>,
    /// Rows written, without the header.
    pub(super) rows: u64,
}

impl Sink {
    /// Creates `<dir>/<name>.csv` with its header.
    pub(super) fn create(dir: &Path, name: &str, columns: &[&str]) -> Result<Self, SimulateError> {
        let path = dir.join(format!("{name}.csv"));
        let failed = |source| SimulateError::Write { path: path.clone(), source };
        let file = File::create(&path).map_err(failed)?;
        let mut sink = Self { writer: csv::Writer::from_writer(BufWriter::new(file)), path, rows: 0 };
        sink.record(columns)?;
        Ok(sink)
    }

    /// Writes one row.
    pub(super) fn row(&mut self, fields: &[String]) -> Result<(), SimulateError> {
        self.rows += 1;
        self.record(fields)
    }

    fn record<T: AsRef<[u8]>>(&mut self, fields: &[T]) -> Result<(), SimulateError> {
        self.writer
            .write_record(fields)
            .map_err(|source| SimulateError::Write { path: self.path.clone(), source: source.into() })
    }

    /// Writes what is still in memory.
    pub(super) fn finish(mut self) -> Result<u64, SimulateError> {
        self.writer.flush().map_err(|source| SimulateError::Write { path: self.path.clone(), source })?;
        Ok(self.rows)
    }
}

/// A value as a field; nothing as an empty one.
pub(super) fn field<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}
