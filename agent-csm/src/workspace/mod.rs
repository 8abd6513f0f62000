//! The folder a team works in: `csm.toml`, the source files, notes, plans and what the agent wrote.
//!
//! [`Workspace::open`] reads an existing one, [`Workspace::create`] lays a new one out
//! and never touches a file that is already there.

mod config;
mod create;
mod folder;
mod names;
mod parse;

pub(crate) use names::short_hash;
pub(crate) use parse::nearest;

pub use config::{AccountPage, AccountSearch, Config, ConfigError, ConfigWarning, SourceConfig, Tier};
pub use folder::{CONFIG_FILE, DATA_DIR, Workspace, WorkspaceError};
pub use names::{FileNames, file_name};
