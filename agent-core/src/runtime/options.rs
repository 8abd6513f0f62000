use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::clock::{Clock, Ids, SystemClock, UuidIds};
use crate::store::Store;
use crate::tool::{ErasedTool, Rules, file_tools};

/// What a runtime is opened with; the default is what a program wants, tests inject their own.
pub struct Options {
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Names sessions.
    pub ids: Arc<dyn Ids>,
    /// Where sessions are kept; absent: a SQLite file in the state folder.
    pub store: Option<Arc<dyn Store>>,
    /// Folder of the runtime's own files, from the workspace's root. Closed to tools.
    pub state_dir: PathBuf,
    /// The tools there are; the agent's definition says which of them it may call.
    pub tools: Vec<Box<dyn ErasedTool>>,
    /// What else in the workspace is closed to tools; `.git` always is.
    pub rules: Rules,
    /// For how long a session is held without a sign of life from its process.
    pub lease: Duration,
    /// For how long a cancelled session may wind down before its work is broken off.
    pub cancel_grace: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            ids: Arc::new(UuidIds),
            store: None,
            state_dir: PathBuf::from(".csm"),
            tools: file_tools(),
            rules: Rules::new(),
            lease: Duration::from_secs(30),
            cancel_grace: Duration::from_secs(5),
        }
    }
}
