//! Reads a text file.

use std::fs::File;
use std::io::{self, BufRead, BufReader};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::adapter::{Access, Tool, ToolContext};
use super::blocking::blocking;
use super::error::ToolError;
use super::handle::hex;

/// Most bytes of text in one answer.
const TEXT_CAP: usize = 128 * 1024;
/// Lines in one answer, unless asked otherwise.
const LINES: usize = 2_000;

/// Reads a text file of the workspace, or some of its lines.
#[derive(Debug, Clone, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ReadInput {
    /// Path from the workspace's root.
    pub path: String,
    /// First line wanted, counted from 1; absent = 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<usize>,
    /// Most lines wanted; absent = 2000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<usize>,
}

impl ReadInput {
    /// The file from its first line.
    pub fn new(path: impl Into<String>) -> Self {
        Self { path: path.into(), offset: None, limit: None }
    }

    /// Starts at this line, counted from 1.
    #[must_use]
    pub fn offset(mut self, line: usize) -> Self {
        self.offset = Some(line);
        self
    }

    /// Takes at most so many lines.
    #[must_use]
    pub fn limit(mut self, lines: usize) -> Self {
        self.limit = Some(lines);
        self
    }
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[non_exhaustive]
pub struct ReadOutput {
    /// The lines, exactly as they stand, with their line ends.
    pub text: String,
    /// SHA-256 of the whole file, lowercase hex; give it to a later change as what is expected.
    pub sha256: String,
    /// Size of the whole file in bytes.
    pub bytes: u64,
    /// Lines in the whole file.
    pub total_lines: usize,
    /// Line to go on from; absent when the text reaches the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_offset: Option<usize>,
    /// Some bytes were not UTF-8 and stand as `�`.
    pub lossy: bool,
    /// A line too long for one answer was cut.
    pub cut: bool,
}

/// Reads a text file.
#[derive(Debug, Clone, Copy, Default)]
pub struct Read;

impl Tool for Read {
    type Input = ReadInput;
    type Output = ReadOutput;
    const NAME: &'static str = "Read";
    const ACCESS: Access = Access::Read;

    async fn run(&self, input: ReadInput, cx: ToolContext) -> Result<ReadOutput, ToolError> {
        blocking(Self::NAME, move || {
            let (file, stat, _) = cx.workspace.open_read(&input.path)?;
            let size = u64::try_from(stat.st_size).unwrap_or(0);
            let first = input.offset.unwrap_or(1).max(1);
            let limit = input.limit.unwrap_or(LINES);
            let page = page(&file, size, first, limit, &|| cx.cancel.is_cancelled());
            let page = page.map_err(|source| ToolError::io("read", &input.path, source))?;
            page.ok_or(ToolError::Stopped)
        })
        .await
    }
}

/// Reads the file once, in bounded memory: hashes all of it, keeps the lines asked for.
/// A file that grows meanwhile is read to the size it had. `None` = cancelled.
fn page(
    file: &File,
    size: u64,
    first: usize,
    limit: usize,
    cancelled: &dyn Fn() -> bool,
) -> io::Result<Option<ReadOutput>> {
    let mut reader = BufReader::with_capacity(64 * 1024, io::Read::take(file, size));
    let mut hasher = Sha256::new();
    let mut kept: Vec<u8> = Vec::new();
    // Where the line being read began in `kept`; so a line that does not fit can be taken back.
    let mut began = 0;
    let (mut line, mut in_line, mut bytes) = (1_usize, false, 0_u64);
    let (mut next_offset, mut cut) = (None, false);
    loop {
        let chunk = reader.fill_buf()?;
        if chunk.is_empty() {
            break;
        }
        if cancelled() {
            return Ok(None);
        }
        hasher.update(chunk);
        let length = chunk.len();
        bytes += length as u64;
        for part in chunk.split_inclusive(|byte| *byte == b'\n') {
            if !in_line {
                began = kept.len();
            }
            if line >= first && next_offset.is_none() {
                let room = TEXT_CAP - kept.len();
                if line - first >= limit || (part.len() > room && began > 0) {
                    kept.truncate(began);
                    next_offset = Some(line);
                } else {
                    cut |= part.len() > room;
                    kept.extend_from_slice(&part[..part.len().min(room)]);
                }
            }
            in_line = !part.ends_with(b"\n");
            line += usize::from(!in_line);
        }
        reader.consume(length);
    }
    let total_lines = line - usize::from(!in_line);
    if cut {
        // The cut may have split a character.
        let whole = kept.utf8_chunks().last().map_or(0, |chunk| chunk.invalid().len());
        kept.truncate(kept.len() - whole);
    }
    let (text, lossy) = match String::from_utf8(kept) {
        Ok(text) => (text, false),
        Err(bad) => (String::from_utf8_lossy(bad.as_bytes()).into_owned(), true),
    };
    let sha256 = hex(&hasher.finalize());
    Ok(Some(ReadOutput { text, sha256, bytes, total_lines, next_offset, lossy, cut }))
}
