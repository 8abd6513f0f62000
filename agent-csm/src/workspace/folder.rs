//! A workspace on disk.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::config::{Config, ConfigError};
use super::create;

/// The settings, in the root of a workspace.
pub const CONFIG_FILE: &str = "csm.toml";
/// Folder of the source files.
pub const DATA_DIR: &str = "data";

/// The folder a team works in.
#[derive(Clone, Debug, PartialEq)]
pub struct Workspace {
    /// Where it lies.
    pub root: PathBuf,
    /// Its settings.
    pub config: Config,
}

/// Why a workspace could not be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WorkspaceError {
    /// There is no workspace there.
    #[error("`{}` is not a workspace: it has no `{CONFIG_FILE}`", root.display())]
    Missing {
        /// The folder looked at.
        root: PathBuf,
    },
    /// A setting can't be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The file system refused.
    #[error("could not {action} `{}`", path.display())]
    Io {
        /// What was tried: `read`, `create`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the file system said.
        #[source]
        source: io::Error,
    },
}

impl WorkspaceError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Missing { .. } => "run `csm import` with your files, or `csm new`".to_owned(),
            Self::Config(error) => error.hint.clone(),
            Self::Io { .. } => "check that the path exists and may be read and written".to_owned(),
        }
    }
}

impl Workspace {
    /// Opens the workspace in `root`.
    ///
    /// # Errors
    /// When there is no `csm.toml`, or a setting in it can't be used.
    pub fn open(root: impl AsRef<Path>) -> Result<Self, WorkspaceError> {
        let root = root.as_ref().to_path_buf();
        let path = root.join(CONFIG_FILE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(WorkspaceError::Missing { root });
            }
            Err(source) => return Err(WorkspaceError::Io { action: "read", path, source }),
        };
        Ok(Self { config: Config::parse(&text, CONFIG_FILE)?, root })
    }

    /// Lays out a workspace for `company` in `root` and opens it; what is there already stays as it is.
    ///
    /// # Errors
    /// When a file or folder can't be made, or an existing `csm.toml` can't be used.
    pub fn create(root: impl AsRef<Path>, company: &str) -> Result<Self, WorkspaceError> {
        create::lay_out(root.as_ref(), company)?;
        Self::open(root)
    }

    /// Folder of the source files.
    #[must_use]
    pub fn data_dir(&self) -> PathBuf {
        self.root.join(DATA_DIR)
    }

    /// Folder of everything the program keeps for itself.
    #[must_use]
    pub fn private_dir(&self) -> PathBuf {
        self.root.join(".csm")
    }

    /// Folder of the imported tables.
    #[must_use]
    pub fn tables_dir(&self) -> PathBuf {
        self.root.join(".csm").join("tables")
    }
}
