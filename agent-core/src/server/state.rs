use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::allowance::Allowances;
use super::counts::Counts;
use super::guard::Guard;
use super::options::{Limits, ServerOptions};
use super::tokens::TokenStore;
use crate::runtime::Runtime;
use crate::telemetry::{Meter, Metrics};

pub(super) type Shared = Arc<ServerState>;

/// One workspace that is served: its runtime, and who may ask it.
#[derive(Clone)]
pub struct Workspace {
    /// What `payload.workspace` may name it by.
    pub name: String,
    /// The agent at work in it.
    pub runtime: Runtime,
    /// Its tokens.
    pub tokens: TokenStore,
}

impl Workspace {
    /// A workspace to be served under `name`.
    #[must_use]
    pub fn new(name: impl Into<String>, runtime: Runtime, tokens: TokenStore) -> Self {
        Self { name: name.into(), runtime, tokens }
    }
}

/// What all connections of a server share.
pub struct ServerState {
    workspaces: Vec<Arc<Workspace>>,
    limits: Limits,
    guard: Guard,
    metrics: Arc<Metrics>,
    metrics_open: bool,
    counts: Counts,
    pub(super) allowances: Allowances,
    /// Room for connections.
    pub(super) room: Arc<Semaphore>,
    /// Everything that is spawned for connections, the upgraded ones too.
    pub(super) tasks: TaskTracker,
    draining: CancellationToken,
    closing: CancellationToken,
    cut: CancellationToken,
}

impl ServerState {
    pub(super) fn new(options: &ServerOptions, guard: Guard, workspaces: Vec<Workspace>) -> Self {
        let limits = options.limits.clone();
        Self {
            workspaces: workspaces.into_iter().map(Arc::new).collect(),
            guard,
            metrics: options.metrics.clone().unwrap_or_else(Metrics::new),
            metrics_open: options.metrics_open,
            counts: Counts::default(),
            allowances: Allowances::default(),
            room: Arc::new(Semaphore::new(limits.connections.min(Semaphore::MAX_PERMITS))),
            limits,
            tasks: TaskTracker::new(),
            draining: CancellationToken::new(),
            closing: CancellationToken::new(),
            cut: CancellationToken::new(),
        }
    }

    /// Whether the server was told to stop: it takes nothing new.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.draining.is_cancelled()
    }

    /// Fires when the server was told to stop.
    #[must_use]
    pub fn draining(&self) -> &CancellationToken {
        &self.draining
    }

    /// Fires when the sessions are over or interrupted and what is connected shall end.
    #[must_use]
    pub fn closing(&self) -> &CancellationToken {
        &self.closing
    }

    /// Fires when what has not ended by itself is cut.
    pub(super) fn cut(&self) -> &CancellationToken {
        &self.cut
    }

    /// What is served.
    #[must_use]
    pub fn workspaces(&self) -> &[Arc<Workspace>] {
        &self.workspaces
    }

    /// The runtime of each workspace.
    pub fn runtimes(&self) -> impl Iterator<Item = &Runtime> {
        self.workspaces.iter().map(|workspace| &workspace.runtime)
    }

    /// What connections and callers may cost.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The name of the agent, for what is said before it is known which workspace is meant.
    #[must_use]
    pub fn agent_name(&self) -> &str {
        self.workspaces.first().map_or("agent", |workspace| workspace.runtime.agent_name())
    }

    /// What was counted.
    #[must_use]
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    /// Counts in [`ServerState::metrics`].
    pub(super) fn meter(&self) -> Meter {
        Meter::counting(Arc::clone(&self.metrics))
    }

    /// Whether the metrics are shown without a token.
    #[must_use]
    pub fn metrics_open(&self) -> bool {
        self.metrics_open
    }

    /// How many connections there are and were.
    #[must_use]
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    pub(super) fn guard(&self) -> &Guard {
        &self.guard
    }
}
