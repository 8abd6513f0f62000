//! The tables import wrote, opened for reading.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::manifest::{MANIFEST_FILE, MANIFEST_VERSION, Manifest, TableEntry};

/// The canonical tables on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dataset {
    /// Folder of the manifest: `<workspace>/.csm/tables`.
    pub dir: PathBuf,
    /// What is in it.
    pub manifest: Manifest,
}

/// Why a dataset could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatasetError {
    /// Nothing was imported yet.
    #[error("no imported tables in `{}`", dir.display())]
    Missing {
        /// The folder looked into.
        dir: PathBuf,
    },
    /// The manifest could not be read.
    #[error("could not read `{}`", path.display())]
    Read {
        /// The manifest.
        path: PathBuf,
        /// What the file system said.
        #[source]
        source: io::Error,
    },
    /// The manifest is not one of ours.
    #[error("`{}` is not a manifest", path.display())]
    Shape {
        /// The manifest.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// Another version wrote the tables.
    #[error("the tables are of version {found}, this build reads version {MANIFEST_VERSION}")]
    Version {
        /// The version found.
        found: u32,
    },
    /// A file the manifest names is gone.
    #[error("`{file}` is in the manifest but not in the folder")]
    Gone {
        /// The file, relative to the tables folder.
        file: String,
    },
}

impl DatasetError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Missing { .. } => "run `csm import` with the files you have",
            Self::Read { .. } => "check that the file may be read",
            Self::Shape { .. } | Self::Version { .. } | Self::Gone { .. } => {
                "delete `.csm/tables` and import again; the sources are in `data/`"
            }
        }
    }
}

impl Dataset {
    /// Opens the tables in `dir` (`<workspace>/.csm/tables`).
    ///
    /// # Errors
    /// When nothing was imported, the manifest is unreadable or a file it names is missing.
    pub fn open(dir: impl AsRef<Path>) -> Result<Self, DatasetError> {
        let dir = dir.as_ref().to_path_buf();
        let path = dir.join(MANIFEST_FILE);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(DatasetError::Missing { dir });
            }
            Err(source) => return Err(DatasetError::Read { path, source }),
        };
        let manifest: Manifest =
            serde_json::from_slice(&bytes).map_err(|source| DatasetError::Shape { path, source })?;
        if manifest.version != MANIFEST_VERSION {
            return Err(DatasetError::Version { found: manifest.version });
        }
        if let Some(gone) = manifest.tables.iter().find(|it| !dir.join(&it.file).is_file()) {
            return Err(DatasetError::Gone { file: gone.file.clone() });
        }
        Ok(Self { dir, manifest })
    }

    /// Where one of the manifest's files lies.
    #[must_use]
    pub fn path(&self, entry: &TableEntry) -> PathBuf {
        self.dir.join(&entry.file)
    }
}
