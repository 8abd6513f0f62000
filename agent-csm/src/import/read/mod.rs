//! Files to raw rows: text cells with the line they stand on.

mod csv;
mod gzip;
mod ndjson;
mod parquet;

use std::path::Path;

use super::header::Header;

/// A file, read but not yet understood.
#[derive(Clone, Debug, Default)]
pub(super) struct RawFile {
    /// Columns, in order.
    pub(super) headers: Vec<Header>,
    /// Records that have one cell per column.
    pub(super) rows: Vec<RawRow>,
    /// Records that could not be taken apart.
    pub(super) broken: Vec<Broken>,
}

/// One record.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct RawRow {
    /// First line of the record, from 1.
    pub(super) line: u64,
    /// Cells as text; an absent value is the empty text.
    pub(super) cells: Vec<String>,
}

/// A record, or a file, that can't be taken apart.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Broken {
    /// First line of the record, from 1.
    pub(super) line: u64,
    /// What is wrong.
    pub(super) problem: String,
    /// What to do about it.
    pub(super) hint: String,
}

impl Broken {
    pub(super) fn new(line: u64, problem: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { line, problem: problem.into(), hint: hint.into() }
    }
}

/// Reads a file's `bytes` by the ending of its `path`: `.csv`, `.tsv`, `.txt`, `.ndjson`, `.jsonl` or `.parquet`;
/// texts may be packed with gzip (`.csv.gz`).
///
/// # Errors
/// When nothing in the file can be read.
pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<RawFile, Broken> {
    let ending = ending_of(path);
    match ending.as_str() {
        "gz" if TEXTS.contains(&ending_of(&path.with_extension("")).as_str()) => {
            read(&path.with_extension(""), &gzip::unpacked(bytes)?)
        }
        "csv" | "tsv" | "txt" => csv::read(bytes),
        "ndjson" | "jsonl" => ndjson::read(bytes),
        "parquet" => parquet::read(path),
        _ => Err(Broken::new(
            1,
            format!("files ending in `.{ending}` are not read"),
            "export it as CSV, newline-delimited JSON or Parquet (texts may be packed with gzip: `.csv.gz`)",
        )),
    }
}

/// Endings of the texts that are read.
const TEXTS: [&str; 5] = ["csv", "tsv", "txt", "ndjson", "jsonl"];

fn ending_of(path: &Path) -> String {
    path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase()
}
