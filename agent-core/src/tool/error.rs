//! How a tool call fails, and who has to hear of it.

use std::fmt;
use std::io;

use super::web::WebRefusal;

/// Who a failure concerns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// The caller asked for something that cannot be had; it may ask differently.
    TellCaller,
    /// The ground is gone (disk full, a bug, a cancelled session); no other call will do better.
    EndSession,
}

/// Why a path is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// Empty, absolute, or with a NUL byte.
    BadPath,
    /// `..` or a symbolic link leads out of the workspace.
    Outside,
    /// Under a prefix that tools may not see.
    Denied,
    /// The agent's own configuration or grants.
    ReadOnly,
    /// A directory where a file is needed.
    Directory,
    /// Something that is not a directory where one is needed.
    NotDirectory,
    /// A pipe, socket or device.
    Special,
    /// More than one name leads to this file; a write would change the others too.
    HardLinked,
    /// A symbolic link whose target does not exist.
    Dangling,
    /// Too many symbolic links, or links in a circle.
    TooManyLinks,
    /// The path kept changing while it was being followed.
    Restless,
    /// The operating system's permissions forbid it, or the file is marked read-only.
    Permission,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::BadPath => "not a relative path",
            Self::Outside => "leads out of the workspace",
            Self::Denied => "not open to tools",
            Self::ReadOnly => "the agent's own configuration is never writable",
            Self::Directory => "is a directory",
            Self::NotDirectory => "is not a directory",
            Self::Special => "is not a regular file",
            Self::HardLinked => "has further hard links",
            Self::Dangling => "is a symbolic link to nothing",
            Self::TooManyLinks => "passes through too many symbolic links",
            Self::Restless => "keeps changing while it is opened",
            Self::Permission => "may not be accessed by this process",
        })
    }
}

/// Why a tool call failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ToolError {
    /// The agent's definition does not grant the tool.
    #[error("tool `{tool}` is not granted by `{definition}`")]
    Denied {
        /// The tool asked for.
        tool: String,
        /// File of the definition.
        definition: String,
        /// What it does grant.
        granted: Vec<String>,
    },
    /// The tool reaches a customer or a system that is not ours, and nobody approved it.
    #[error("tool `{tool}` reaches people or systems outside: it runs only to carry out what was approved")]
    Asks {
        /// The tool asked for.
        tool: String,
    },
    /// No tool of this name is registered.
    #[error("unknown tool `{tool}`")]
    Unknown {
        /// The tool asked for.
        tool: String,
        /// The names there are.
        known: Vec<String>,
    },
    /// The input does not fit the tool's schema.
    #[error("input of `{tool}` does not fit: {reason}")]
    BadInput {
        /// The tool asked for.
        tool: String,
        /// What does not fit.
        reason: String,
    },
    /// The path may not be touched.
    #[error("`{path}` {reason}")]
    Refused {
        /// The path as asked for.
        path: String,
        /// Why.
        reason: Refusal,
    },
    /// Nothing is there.
    #[error("`{path}` does not exist")]
    NotFound {
        /// The path as asked for.
        path: String,
    },
    /// The file is not what the caller, or the tool itself, last read. Nothing was written.
    #[error("`{path}` is not what was expected: {}", found_words(.found))]
    Conflict {
        /// The path as asked for.
        path: String,
        /// SHA-256 that was expected, as lowercase hex; `None` = no file.
        expected: Option<String>,
        /// SHA-256 found; `None` = no file.
        found: Option<String>,
    },
    /// The request makes no sense for what is there: a bad pattern, a text that is not in the file.
    #[error("{message}")]
    Invalid {
        /// What is wrong, and where.
        message: String,
        /// What to do instead.
        hint: String,
    },
    /// A page is not fetched, or a search not made.
    #[error("`{}` {reason}", shortened(.url))]
    Web {
        /// The URL as asked for.
        url: String,
        /// Why.
        reason: WebRefusal,
    },
    /// The output is over the registry's cap.
    #[error("output of `{tool}` is over {limit} bytes")]
    OutputTooLarge {
        /// The tool.
        tool: String,
        /// The cap in bytes of JSON.
        limit: usize,
    },
    /// The file system failed.
    #[error("could not {action} `{path}`")]
    Storage {
        /// What was being done.
        action: &'static str,
        /// The path as asked for.
        path: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The session used up what it may spend.
    #[error("the session may use {limit} {what} and needs more")]
    OverBudget {
        /// What was used up: `tool calls`, `fetched bytes`.
        what: &'static str,
        /// How much of it there was.
        limit: u64,
    },
    /// The session was cancelled while the tool ran.
    #[error("stopped: the session was cancelled")]
    Stopped,
    /// A bug in the tool or in how it is called.
    #[error("tool `{tool}` broke: {reason}")]
    Broken {
        /// The tool.
        tool: String,
        /// What happened.
        reason: String,
    },
}

impl ToolError {
    /// Who has to hear of it.
    pub fn kind(&self) -> FailureKind {
        match self {
            Self::Denied { .. }
            | Self::Asks { .. }
            | Self::Unknown { .. }
            | Self::BadInput { .. }
            | Self::Refused { .. }
            | Self::NotFound { .. }
            | Self::Conflict { .. }
            | Self::Invalid { .. }
            | Self::Web { .. }
            | Self::OutputTooLarge { .. } => FailureKind::TellCaller,
            Self::Storage { .. } | Self::OverBudget { .. } | Self::Stopped | Self::Broken { .. } => {
                FailureKind::EndSession
            }
        }
    }

    /// What can be done about it, where something can.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Denied { tool, definition, granted } => Some(format!(
                "{definition} grants {}; add `{tool}` to its `tools` if the agent should have it",
                listed(granted)
            )),
            Self::Asks { tool } => {
                Some(format!("propose what `{tool}` would do, and call it when the approval is carried out"))
            }
            Self::Unknown { known, .. } => Some(format!("known tools are {}", listed(known))),
            Self::BadInput { tool, .. } => Some(format!("see the input schema of `{tool}`")),
            Self::Refused { reason, .. } => remedy(*reason).map(str::to_owned),
            Self::NotFound { .. } => Some("look for the name with a search of the folder".into()),
            Self::Conflict { .. } => {
                Some("read the file again and repeat the change on what it holds".into())
            }
            Self::Invalid { hint, .. } => Some(hint.clone()),
            Self::Web { reason, .. } => reason.remedy().map(str::to_owned),
            Self::OutputTooLarge { .. } => Some("ask for a smaller part".into()),
            Self::Storage { .. } | Self::OverBudget { .. } | Self::Stopped | Self::Broken { .. } => None,
        }
    }

    /// An error of the operating system at a path, told apart by whom it concerns.
    pub(crate) fn io(action: &'static str, path: &str, source: io::Error) -> Self {
        let path = path.to_owned();
        let refused = |reason| Self::Refused { path: path.clone(), reason };
        match source.kind() {
            io::ErrorKind::NotFound => Self::NotFound { path },
            io::ErrorKind::PermissionDenied => refused(Refusal::Permission),
            io::ErrorKind::IsADirectory => refused(Refusal::Directory),
            io::ErrorKind::NotADirectory => refused(Refusal::NotDirectory),
            io::ErrorKind::InvalidFilename => refused(Refusal::BadPath),
            _ => Self::Storage { action, path, source },
        }
    }
}

fn remedy(reason: Refusal) -> Option<&'static str> {
    match reason {
        Refusal::BadPath => Some("give a path relative to the workspace, such as `notes/a.md`"),
        Refusal::Outside => Some("only files in the workspace can be reached"),
        Refusal::ReadOnly => Some("a person has to change it"),
        Refusal::HardLinked => Some("replace the link by a copy, or write to another name"),
        Refusal::Dangling => Some("remove the link, or write to another name"),
        Refusal::Restless => Some("try again once nothing else is renaming it"),
        Refusal::Permission => Some("a person has to change the file's permissions"),
        Refusal::Denied
        | Refusal::Directory
        | Refusal::NotDirectory
        | Refusal::Special
        | Refusal::TooManyLinks => None,
    }
}

fn listed(names: &[String]) -> String {
    match names {
        [] => "no tool".to_owned(),
        names => names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
    }
}

/// A URL out of data can be as long as its author likes.
fn shortened(url: &str) -> String {
    let short: String = url.chars().filter(|c| !c.is_control()).take(200).collect();
    if short.len() < url.len() { short + "…" } else { short }
}

fn found_words(found: &Option<String>) -> String {
    match found {
        Some(sha256) => format!("it now has sha256 {sha256}"),
        None => "it does not exist".to_owned(),
    }
}
