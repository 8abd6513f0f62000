use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use protocol::{ErrorCode, WireError};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::clock::{Ids, rfc3339};
use super::options::Options;
use crate::agent::Agent;
use crate::context::ContextManager;
use crate::definition::Warning;
use crate::evidence::Ledger;
use crate::session::{AskContext, Ground, Live, Terms};
use crate::store::{Objects, SessionRecord, SqliteStore, StoreError, WorkspaceLock};
use crate::tool::{Confined, Registry, RegistryError, ToolError, Toolbox};

/// One workspace is one tenant; the column is there for a store that several workspaces share.
const TENANT: &str = "workspace";

/// Why a runtime could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RuntimeError {
    /// The workspace folder cannot be opened.
    #[error("could not open the workspace")]
    Workspace(#[source] ToolError),
    /// Two tools have one name.
    #[error(transparent)]
    Tools(#[from] RegistryError),
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// One agent at work in one workspace. Cheap to clone; all clones are the same runtime.
#[derive(Clone)]
pub struct Runtime {
    pub(super) inner: Arc<Inner>,
}

pub(super) struct Inner {
    pub(super) agent: Arc<dyn Agent>,
    pub(super) name: String,
    pub(super) ground: Arc<Ground>,
    pub(super) tools: Toolbox,
    pub(super) warnings: Vec<Warning>,
    pub(super) ids: Arc<dyn Ids>,
    pub(super) owner: String,
    pub(super) terms: Terms,
    lock_path: PathBuf,
    /// Opening, resuming and ending sessions that do not run is done one at a time.
    pub(super) opening: tokio::sync::Mutex<()>,
    pub(super) live: Mutex<Option<Live>>,
    pub(super) tasks: TaskTracker,
}

impl Runtime {
    /// Opens a runtime for `agent` in the folder `workspace`, which must exist.
    ///
    /// Several processes may have one workspace open; one of them at a time runs a session in it.
    pub async fn open(
        agent: Arc<dyn Agent>,
        workspace: &Path,
        options: Options,
    ) -> Result<Self, RuntimeError> {
        let state = workspace.join(&options.state_dir);
        // What git keeps is not the agent's to read, and hooks in it would run as the person.
        let rules = options.rules.deny(".git").deny(&options.state_dir.to_string_lossy());
        let confined = Confined::open(workspace, rules).map_err(RuntimeError::Workspace)?;
        let registry = Arc::new(Registry::new(options.tools)?);
        let (tools, warnings) = Toolbox::new(registry, agent.definition(), confined);
        let store = match options.store {
            Some(store) => store,
            None => Arc::new(SqliteStore::open(&state.join("store.db")).await?),
        };
        let objects = Objects::at(state.join("objects"));
        let ground = Ground {
            workspace: workspace.to_owned(),
            tenant: TENANT.to_owned(),
            ledger: Ledger::new(Arc::clone(&store), objects.clone(), TENANT.to_owned()),
            context: ContextManager::new(Arc::clone(&store), Arc::clone(&options.clock), TENANT.to_owned()),
            store,
            objects,
            clock: options.clock,
        };
        let owner = format!("process {} ({})", std::process::id(), options.ids.next());
        let inner = Inner {
            name: agent.definition().name.clone(),
            agent,
            ground: Arc::new(ground),
            tools,
            warnings,
            ids: options.ids,
            owner,
            terms: Terms {
                lease: options.lease,
                grace: options.cancel_grace,
                interrupt: CancellationToken::new(),
            },
            lock_path: state.join("lock"),
            opening: tokio::sync::Mutex::default(),
            live: Mutex::default(),
            tasks: TaskTracker::new(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The name in `agent` of every message.
    #[must_use]
    pub fn agent_name(&self) -> &str {
        &self.inner.name
    }

    /// What was odd about the agent's grants.
    #[must_use]
    pub fn warnings(&self) -> &[Warning] {
        &self.inner.warnings
    }

    /// The figures of all sessions.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.inner.ground.ledger
    }

    /// What agents published here.
    #[must_use]
    pub fn context(&self) -> &ContextManager {
        &self.inner.ground.context
    }

    /// All sessions, newest first.
    pub async fn sessions(&self) -> Result<Vec<SessionRecord>, StoreError> {
        self.inner.ground.store.sessions(TENANT).await
    }

    /// Takes no new work, waits for the running session to end, and lets go of the store.
    pub async fn close(&self) {
        self.inner.tasks.close();
        if let Some(live) = self.inner.live() {
            live.over().await;
        }
        self.inner.tasks.wait().await;
        self.inner.ground.store.close().await;
    }

    /// Stops at once; the running session is left as it is and can be resumed.
    pub async fn interrupt(&self) {
        self.inner.tasks.close();
        self.inner.terms.interrupt.cancel();
        self.close().await;
    }
}

impl Inner {
    /// A look at the workspace for a question or a pin.
    pub(super) fn ask(&self) -> AskContext {
        AskContext { ground: Arc::clone(&self.ground), tools: self.tools.clone(), before: None }
    }

    /// The running session, if there is one.
    pub(super) fn live(&self) -> Option<Live> {
        let live = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        live.as_ref().filter(|live| live.is_running()).cloned()
    }

    pub(super) fn set_live(&self, live: Live) {
        *self.live.lock().unwrap_or_else(PoisonError::into_inner) = Some(live);
    }

    /// The lock on the workspace; `None` while another live process runs a session.
    pub(super) fn lock(&self) -> Option<WorkspaceLock> {
        WorkspaceLock::try_take(&self.lock_path).unwrap_or_else(|error| {
            // Without the lock a dead owner's lease must run out first; nothing else depends on it.
            tracing::warn!(%error, path = %self.lock_path.display(), "the workspace lock cannot be used");
            None
        })
    }

    pub(super) fn now(&self) -> i64 {
        self.ground.clock.now_micros()
    }

    pub(super) fn time(&self, micros: i64) -> String {
        rfc3339(micros)
    }

    /// Refuses new work while stopping.
    pub(super) fn admit(&self) -> Result<(), WireError> {
        if self.tasks.is_closed() {
            return Err(WireError::new(
                ErrorCode::ShuttingDown,
                "the agent is stopping and takes no new work",
            ));
        }
        Ok(())
    }
}
