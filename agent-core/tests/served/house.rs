//! A server of its own for each test, one test at a time: some of them look at the memory of the process.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use agent_core::runtime::{Runtime, SystemClock};
use agent_core::server::tokens::TokenStore;
use agent_core::server::{Server, ServerError, ServerOptions, ServerState, Workspace};
use tempfile::TempDir;
use tokio::sync::{Mutex, MutexGuard};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::librarian::Librarian;
use super::support::{options, workspace};

static ALONE: Mutex<()> = Mutex::const_new(());

pub(crate) struct House {
    pub(crate) addr: SocketAddr,
    pub(crate) state: Arc<ServerState>,
    pub(crate) agent: Arc<Librarian>,
    pub(crate) tokens: TokenStore,
    /// A token that may ask everything.
    pub(crate) token: String,
    pub(crate) stop: CancellationToken,
    serving: JoinHandle<()>,
    _dir: TempDir,
    _alone: MutexGuard<'static, ()>,
}

impl House {
    pub(crate) async fn open() -> Self {
        Self::of(Librarian::new(), ServerOptions::default()).await
    }

    pub(crate) async fn of(agent: Librarian, mut server: ServerOptions) -> Self {
        let alone = ALONE.lock().await;
        server.limits.drain = server.limits.drain.min(Duration::from_secs(5));
        let dir = workspace();
        let agent = Arc::new(agent);
        let runtime = Runtime::open(agent.clone(), dir.path(), options()).await.unwrap();
        let tokens = TokenStore::at(&dir.path().join(".csm"), Arc::new(SystemClock));
        let token = tokens.create("everything", &["*"], None).unwrap();
        let served = Workspace::new("library", runtime, tokens.clone());
        let server = Server::bind(server, vec![served]).await.unwrap();
        let (addr, state) = (server.local_addr(), Arc::clone(server.state()));
        let stop = CancellationToken::new();
        #[expect(clippy::disallowed_methods, reason = "awaited in `close`")]
        let serving = tokio::spawn(server.serve(stop.clone()));
        Self { addr, state, agent, tokens, token, stop, serving, _dir: dir, _alone: alone }
    }

    /// Why a server is not started with these options.
    pub(crate) async fn cannot_open(server: ServerOptions) -> ServerError {
        let dir = workspace();
        let runtime = Runtime::open(Arc::new(Librarian::new()), dir.path(), options()).await.unwrap();
        let tokens = TokenStore::at(&dir.path().join(".csm"), Arc::new(SystemClock));
        let served = Workspace::new("library", runtime, tokens);
        Server::bind(server, vec![served]).await.err().unwrap()
    }

    pub(crate) fn with(&self, scopes: &[&str]) -> String {
        let name = scopes.join(".").replace('*', "all");
        self.tokens.create(&name, scopes, None).unwrap()
    }

    /// Stops the server; it has closed everything when this returns.
    pub(crate) async fn close(self) {
        self.stop.cancel();
        self.serving.await.unwrap();
        assert_eq!(self.state.counts().connections(), 0);
        assert_eq!(self.state.counts().sockets(), 0);
    }
}
