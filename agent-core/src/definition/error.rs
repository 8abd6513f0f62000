//! What can be wrong with a definition file: errors that stop the load, warnings that do not.

use std::fmt;

/// Why a definition file could not be loaded.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DefinitionError {
    /// The file has no front matter: its first line is not `---`.
    #[error("{file}:{line}: no front matter")]
    NoFrontMatter {
        /// The file, as named by the caller.
        file: String,
        /// First line that holds anything, counted from 1.
        line: usize,
    },
    /// The front matter is opened but never closed.
    #[error("{file}:{line}: front matter opened here is never closed")]
    Unclosed {
        /// The file, as named by the caller.
        file: String,
        /// Line of the opening `---`.
        line: usize,
    },
    /// A required key is absent or empty.
    #[error("{file}:{line}: `{key}` is missing or empty")]
    Missing {
        /// The file, as named by the caller.
        file: String,
        /// Line of the key, or of the opening `---` when the key is absent.
        line: usize,
        /// The key.
        key: &'static str,
    },
    /// A key holds a value of a kind that it cannot hold.
    #[error("{file}:{line}: `{key}` cannot be {found}")]
    Unfit {
        /// The file, as named by the caller.
        file: String,
        /// Line of the key.
        line: usize,
        /// The key.
        key: &'static str,
        /// What stands there, such as "a mapping".
        found: &'static str,
    },
    /// The file is of an agent that this program does not have: it would only speak under its name.
    #[error("{file}:{line}: this program has no agent named `{name}`; it has {}", there.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))]
    NotThere {
        /// The file, as named by the caller.
        file: String,
        /// Line of the key.
        line: usize,
        /// The name in the file.
        name: String,
        /// The agents there are.
        there: Vec<String>,
    },
    /// The file is larger than any definition should be.
    #[error("{file}: {bytes} bytes, more than the {limit} a definition may have")]
    TooLarge {
        /// The file, as named by the caller.
        file: String,
        /// Its size.
        bytes: usize,
        /// The most that is read.
        limit: usize,
    },
}

impl DefinitionError {
    /// What the author of the file can do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::NoFrontMatter { .. } => {
                "start the file with a line `---`, then `name:` and `description:`, then `---`".into()
            }
            Self::Unclosed { .. } => "add a line `---` after the last key".into(),
            Self::Missing { key, .. } => format!("add a line `{key}: …` to the front matter"),
            Self::Unfit { key, .. } => match *key {
                "tools" | "disallowedTools" => {
                    format!("write `{key}: Read, Write` or a list of names")
                }
                "maxTurns" => "write a whole number of at least 1".into(),
                _ => format!("write `{key}: …` on one line, in double quotes if it holds `: `"),
            },
            Self::NotThere { there, .. } => format!(
                "write `name: {}`, or run a program that has that agent",
                there.first().map_or("…", String::as_str)
            ),
            Self::TooLarge { .. } => "move long material to files of its own".into(),
        }
    }
}

/// Something in a definition file that was read with a guess, or that will have no effect.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Warning {
    /// The file, as named by the caller.
    pub file: String,
    /// Line, counted from 1; the opening `---` for something absent.
    pub line: usize,
    /// What is wrong.
    pub message: String,
    /// What the author can do about it.
    pub remedy: String,
}

impl Warning {
    /// A warning about one line of a file.
    pub fn new(
        file: impl Into<String>,
        line: usize,
        message: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { file: file.into(), line, message: message.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}; {}", self.file, self.line, self.message, self.remedy)
    }
}
