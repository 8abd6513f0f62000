//! What can go wrong, with the file and what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use arrow::error::ArrowError;
use parquet::errors::ParquetError;

/// Why events could not be summed, or sums not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RollupError {
    /// The file system refused.
    #[error("could not {action} `{}`", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the file system said.
        #[source]
        source: io::Error,
    },
    /// A source is no readable Parquet.
    #[error("`{}` is not readable as Parquet", path.display())]
    Source {
        /// The source file.
        path: PathBuf,
        /// What the reader said.
        #[source]
        source: ParquetError,
    },
    /// A source lacks a column, or holds something else in it.
    #[error("`{}`: {problem}", path.display())]
    Column {
        /// The source file.
        path: PathBuf,
        /// Which column, and what is wrong with it.
        problem: String,
    },
    /// A file of the rollup is not what was written.
    #[error("`{}` is damaged: {problem}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// How it shows.
        problem: String,
    },
    /// Rows could not be put into columns; a bug.
    #[error("could not build the rows of `{table}`")]
    Build {
        /// The table.
        table: &'static str,
        /// What Arrow said.
        #[source]
        source: ArrowError,
    },
    /// Rows could not be encoded; a bug.
    #[error("could not encode the rows of `{}`", path.display())]
    Encode {
        /// The file.
        path: PathBuf,
        /// What Parquet said.
        #[source]
        source: ParquetError,
    },
    /// More names than a number of 32 bits can count.
    #[error("more than four thousand million {what}")]
    TooMany {
        /// Of what.
        what: &'static str,
    },
    /// A thread ended without a result; a bug.
    #[error("a worker stopped without a result")]
    Worker,
}

impl RollupError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Io { .. } => "check the path, its permissions and the free space",
            Self::Source { .. } => "write the file again",
            Self::Column { .. } => "name the column in the mapping, or write it with that type",
            Self::Damaged { .. } => "delete the folder of the rollup; it is made again from the sources",
            Self::TooMany { .. } => "split the events into several workspaces",
            Self::Build { .. } | Self::Encode { .. } | Self::Worker => "report this as a bug",
        }
    }

    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io { action, path, source }
    }

    pub(crate) fn damaged(path: &Path, problem: impl ToString) -> Self {
        Self::Damaged { path: path.to_path_buf(), problem: problem.to_string() }
    }

    pub(crate) fn column(path: &Path, problem: impl Into<String>) -> Self {
        Self::Column { path: path.to_path_buf(), problem: problem.into() }
    }
}
