use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use protocol::{ErrorCode, WireError};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::clock::{Ids, rfc3339};
use super::flights::Flights;
use super::live::LiveSessions;
use super::options::Options;
use super::prune::{Broom, Keeping};
use super::ready::Premises;
use crate::agent::Agent;
use crate::approval::Carrying;
use crate::context::ContextManager;
use crate::definition::Warning;
use crate::evidence::Ledger;
use crate::peer::{Directory, PEERS_FILE};
use crate::session::{AskContext, Ground, LockRoom, SharedLock, Terms};
use crate::store::{Claim, Objects, SessionRecord, SqliteStore, Store, StoreError};
use crate::tool::{Confined, Registry, RegistryError, ToolError, Toolbox};

/// One workspace is one tenant; the column is there for a store that several workspaces share.
const TENANT: &str = "workspace";

/// How many requests may wait to open a session; those beyond are refused as `OVERLOADED`.
const OPENING_AT_ONCE: usize = 1024;

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
    pub(super) lock: Arc<LockRoom>,
    /// Opening, resuming and ending work sessions that do not run is done one at a time.
    pub(super) opening: tokio::sync::Mutex<()>,
    /// Room for those who wait for it.
    pub(super) doors: Arc<Semaphore>,
    /// Room for questions under way.
    pub(super) questions: Arc<Semaphore>,
    pub(super) flights: Flights,
    pub(super) live: Arc<LiveSessions>,
    pub(super) tasks: TaskTracker,
    pub(super) carrying: Arc<Carrying>,
    pub(super) premises: Premises,
    pub(super) keeping: Keeping,
    pub(super) broom: Broom,
}

/// What was under way when a runtime was told to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Drained {
    /// Sessions that did not end in time. They are left as they are and go on at the next start.
    pub interrupted: usize,
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
        // The list of peers is what we may connect to, and may hold a token.
        let rules = options.rules.deny(".git").deny(&options.state_dir.to_string_lossy()).deny(PEERS_FILE);
        let confined = Confined::open(workspace, rules).map_err(RuntimeError::Workspace)?;
        let registry = Arc::new(Registry::new(options.tools)?);
        let (tools, warnings) = Toolbox::new(registry, agent.definition(), confined);
        let tools = tools.with_meter(options.meter.clone());
        let file = state.join("store.db");
        let (store, file): (Arc<dyn Store>, _) = match options.store {
            Some(store) => (store, None),
            None => {
                let store = SqliteStore::open(&file).await?;
                (Arc::new(store.measured(options.meter.clone())), Some(file))
            }
        };
        let premises = Premises::new(workspace, &state, file);
        let objects = Objects::at(state.join("objects"));
        let ground = Ground {
            workspace: workspace.to_owned(),
            tenant: TENANT.to_owned(),
            ledger: Ledger::new(Arc::clone(&store), objects.clone(), TENANT.to_owned()),
            context: ContextManager::new(Arc::clone(&store), Arc::clone(&options.clock), TENANT.to_owned()),
            store,
            objects,
            clock: options.clock,
            peers: Directory::new(workspace, &options.state_dir, options.in_process),
            meter: options.meter,
            approval_lasts: options.approval_lasts,
            context_deadline: options.context_deadline,
        };
        let owner = format!("process {} ({})", std::process::id(), options.ids.next());
        let live = Arc::new(LiveSessions::new(ground.meter.clone()));
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
                budget: options.budget,
                deadline: options.deadline,
                interrupt: CancellationToken::new(),
            },
            lock: LockRoom::new(state.join("lock")),
            opening: tokio::sync::Mutex::default(),
            doors: Arc::new(Semaphore::new(OPENING_AT_ONCE)),
            questions: Arc::new(Semaphore::new(options.questions_at_once.min(Semaphore::MAX_PERMITS))),
            flights: Flights::default(),
            live,
            tasks: TaskTracker::new(),
            carrying: Arc::default(),
            premises,
            keeping: options.keeping,
            broom: Broom::default(),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// The name in `agent` of every message.
    #[must_use]
    pub fn agent_name(&self) -> &str {
        &self.inner.name
    }

    /// The request type that opens sessions here.
    #[must_use]
    pub fn request_type(&self) -> &str {
        self.inner.agent.request_type()
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

    /// The newest sessions, at most `limit`, newest first.
    pub async fn sessions(&self, limit: usize) -> Result<Vec<SessionRecord>, StoreError> {
        self.inner.ground.store.sessions(TENANT, limit).await
    }

    /// How many sessions run in this process, questions among them.
    #[must_use]
    pub fn under_way(&self) -> usize {
        self.inner.live.len()
    }

    /// Takes no new work, waits until all that is under way has ended, and lets go of the store.
    pub async fn close(&self) {
        self.inner.tasks.close();
        self.inner.tasks.wait().await;
        self.inner.ground.store.close().await;
    }

    /// Takes no new work, waits for what is under way for as long as `deadline`, and stops what is left:
    /// those sessions are left as they are and can be resumed. Listeners may still read what was said;
    /// [`Runtime::close`] lets go of the store.
    pub async fn drain(&self, deadline: Duration) -> Drained {
        self.inner.tasks.close();
        let mut interrupted = 0;
        if tokio::time::timeout(deadline, self.inner.tasks.wait()).await.is_err() {
            interrupted = self.under_way();
            self.inner.terms.interrupt.cancel();
        }
        self.inner.tasks.wait().await;
        Drained { interrupted }
    }

    /// Stops at once; sessions that run are left as they are and can be resumed.
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

    /// A share of the lock on the workspace; `None` while another live process runs sessions.
    pub(super) fn lock(&self) -> Option<SharedLock> {
        self.lock.take()
    }

    /// How this process takes a session now; with the lock, it is known to be dead when the lock is free.
    pub(super) fn claim(&self, lock: Option<&SharedLock>) -> Claim {
        let until =
            self.now().saturating_add(i64::try_from(self.terms.lease.as_micros()).unwrap_or(i64::MAX));
        Claim { owner: self.owner.clone(), until, locked: lock.is_some() }
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
