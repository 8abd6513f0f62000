//! What can be wrong with a knowledge file.

use std::path::PathBuf;

/// A knowledge file that could not be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KnowledgeError {
    /// A file or folder of the workspace could not be read.
    #[error("could not read `{}`", path.display())]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The head of a SQL file is wrong.
    #[error("{file}:{line}: {problem}")]
    Head {
        /// Path relative to `knowledge/`.
        file: String,
        /// Line, counted from one.
        line: usize,
        /// What is wrong.
        problem: String,
        /// What to do about it.
        hint: String,
    },
    /// Two measures share a name, so that a figure id would mean two things.
    #[error("`{first}` and `{second}` define the same name")]
    Twice {
        /// The first file.
        first: String,
        /// The second file.
        second: String,
    },
    /// `populations.toml` is no list of populations.
    #[error("populations.toml: {problem}")]
    Populations {
        /// What is wrong.
        problem: String,
    },
    /// A check guards a figure that no file defines.
    #[error("`{file}` guards `{metric}`, which no metric file defines")]
    Guards {
        /// The check's file.
        file: String,
        /// The name under `guards`.
        metric: String,
    },
}

impl KnowledgeError {
    /// What the reader can do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Read { .. } => "check that the file exists, is text and may be read".to_owned(),
            Self::Head { hint, .. } => hint.clone(),
            Self::Guards { .. } => {
                "name metrics under `guards`, by the stems of their files; `*` is those its rows name, `all` every one"
                    .to_owned()
            }
            Self::Populations { .. } => "compare it with the file of the same name in the project".to_owned(),
            Self::Twice { .. } => "rename one of them: metrics and signals share their names".to_owned(),
        }
    }
}
