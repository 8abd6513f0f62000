//! How a source looked when it was scanned: whether it has to be scanned again, and from where.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

use parquet::file::metadata::ParquetMetaData;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::error::RollupError;

/// What a write changes about a file besides its content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Looks {
    device: u64,
    inode: u64,
    bytes: u64,
    /// Seconds and nanoseconds.
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Looks {
    pub(crate) fn of(path: &Path) -> Result<Self, RollupError> {
        let meta = std::fs::metadata(path).map_err(RollupError::io("read", path))?;
        Ok(Self {
            device: meta.dev(),
            inode: meta.ino(),
            bytes: meta.size(),
            modified: (meta.mtime(), meta.mtime_nsec()),
            changed: (meta.ctime(), meta.ctime_nsec()),
        })
    }

    /// Whether the file was last touched more than a second before `other` was: then a later write would show.
    pub(crate) fn settled_before(&self, other: &Self) -> bool {
        self.changed.0 + 1 < other.changed.0 && self.modified.0 + 1 < other.changed.0
    }
}

/// The bytes of one row group.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct GroupMark {
    pub(crate) start: u64,
    pub(crate) end: u64,
    pub(crate) rows: u64,
    pub(crate) sha256: String,
}

/// Where row group `group` lies in its file: first byte, byte after the last, rows.
pub(crate) fn extent(metadata: &ParquetMetaData, group: usize) -> (u64, u64, u64) {
    let group = metadata.row_group(group);
    let (mut start, mut end) = (u64::MAX, 0);
    for column in group.columns() {
        let (at, length) = column.byte_range();
        start = start.min(at);
        end = end.max(at + length);
    }
    (start.min(end), end, u64::try_from(group.num_rows()).unwrap_or(0))
}

/// SHA-256 of some bytes of a file, in hex; read in pieces.
pub(crate) fn hash(path: &Path, start: u64, end: u64) -> Result<String, RollupError> {
    let mut file = File::open(path).map_err(RollupError::io("open", path))?;
    file.seek(SeekFrom::Start(start)).map_err(RollupError::io("read", path))?;
    let (mut hash, mut piece, mut left) = (Sha256::new(), vec![0; 1 << 18], end.saturating_sub(start));
    while left > 0 {
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(piece.len());
        match file.read(&mut piece[..most]).map_err(RollupError::io("read", path))? {
            0 => break,
            read => {
                hash.update(&piece[..read]);
                left -= read as u64;
            }
        }
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
