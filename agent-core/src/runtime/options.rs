use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::clock::{Clock, Ids, SystemClock, UuidIds};
use super::host::Runtime;
use super::prune::Keeping;
use crate::session::Budget;
use crate::store::Store;
use crate::telemetry::Meter;
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
    /// Peers that are runtimes of this process, by name; no further word in `peers.toml` is needed.
    pub in_process: BTreeMap<String, Runtime>,
    /// For how long a session is held without a sign of life from its process.
    pub lease: Duration,
    /// Counts what happens; nothing by default.
    pub meter: Meter,
    /// For how long a cancelled session may wind down before its work is broken off.
    pub cancel_grace: Duration,
    /// For how long an approval waits for an answer when its proposal does not say.
    pub approval_lasts: Duration,
    /// For how long whoever offered to answer contexts is waited for.
    pub context_deadline: Duration,
    /// The most any session may use up; what a request asks for narrows it.
    pub budget: Budget,
    /// The longest any session may take from its acceptance; `None` is no limit.
    pub deadline: Option<Duration>,
    /// How many questions may be under way; those beyond are refused as `OVERLOADED`.
    pub questions_at_once: usize,
    /// How many sessions and questions are kept.
    pub keeping: Keeping,
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
            in_process: BTreeMap::new(),
            meter: Meter::default(),
            lease: Duration::from_secs(30),
            cancel_grace: Duration::from_secs(5),
            approval_lasts: Duration::from_secs(7 * 24 * 60 * 60),
            context_deadline: Duration::from_secs(10),
            budget: Budget::default(),
            deadline: None,
            questions_at_once: 4096,
            keeping: Keeping::default(),
        }
    }
}
