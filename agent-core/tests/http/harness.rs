//! A served workspace.

use std::net::SocketAddr;
use std::sync::Arc;

use agent_core::agent::Agent;
use agent_core::runtime::{Options, Runtime, SystemClock};
use agent_core::server::tokens::TokenStore;
use agent_core::server::{Server, ServerOptions, Workspace};
use agent_core::store::SessionRecord;
use agent_core::telemetry::{Meter, Metrics};
use serde_json::Value;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::client::{Call, Reply};
use super::librarian::Librarian;
use super::support::{options, workspace};

pub(crate) struct Served<A = Librarian> {
    pub(crate) dir: TempDir,
    pub(crate) agent: Arc<A>,
    pub(crate) runtime: Runtime,
    pub(crate) to: SocketAddr,
    pub(crate) tokens: TokenStore,
    /// The header that shows a token which may do everything.
    pub(crate) token: String,
    stop: CancellationToken,
    tasks: TaskTracker,
}

pub(crate) async fn serve(agent: Librarian) -> Served {
    serve_with(agent, ServerOptions::default()).await
}

pub(crate) async fn serve_with(agent: Librarian, server: ServerOptions) -> Served {
    serve_as(agent, options(), server).await
}

pub(crate) async fn serve_as<A: Agent>(agent: A, options: Options, server: ServerOptions) -> Served<A> {
    let (dir, agent, metrics) = (workspace(), Arc::new(agent), Metrics::new());
    let options = Options { meter: Meter::counting(Arc::clone(&metrics)), ..options };
    let runtime = Runtime::open(Arc::clone(&agent) as Arc<dyn Agent>, dir.path(), options).await.unwrap();
    let tokens = TokenStore::at(&dir.path().join(".csm"), Arc::new(SystemClock));
    let token = format!("Bearer {}", tokens.create("tester", &["*"], None).unwrap());
    let served = Workspace::new("library", runtime.clone(), tokens.clone());
    let server =
        Server::bind(ServerOptions { metrics: Some(metrics), ..server }, vec![served]).await.unwrap();
    let (to, stop, tasks) = (server.local_addr(), CancellationToken::new(), TaskTracker::new());
    tasks.spawn(server.serve(stop.clone()));
    Served { dir, agent, runtime, to, tokens, token, stop, tasks }
}

impl<A> Served<A> {
    /// A token of its own, as a header.
    pub(crate) fn token(&self, name: &str, scopes: &[&str]) -> String {
        format!("Bearer {}", self.tokens.create(name, scopes, None).unwrap())
    }

    /// Tells the server to stop.
    pub(crate) fn stop(&self) {
        self.stop.cancel();
    }

    /// Stops the server; it has closed everything when this returns.
    pub(crate) async fn close(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// Sends a request with the token.
    pub(crate) async fn call(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Call {
        let mut all = vec![("authorization", self.token.as_str())];
        all.extend(headers);
        Call::send(self.to, method, path, &all, body).await
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.call("GET", path, &[], b"").await.rest().await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Reply {
        self.call("POST", path, &[], body.to_string().as_bytes()).await.rest().await
    }

    /// The sessions there are, newest first.
    pub(crate) async fn stored(&self) -> Vec<SessionRecord> {
        self.runtime.sessions(100).await.unwrap()
    }

    /// Opens a session and returns its id.
    pub(crate) async fn session(&self) -> String {
        self.session_of("get_library_context").await
    }

    pub(crate) async fn session_of(&self, request_type: &str) -> String {
        let asked = serde_json::json!({ "request_type": request_type, "payload": {} });
        let reply = self.post("/v1/sessions", asked).await;
        assert_eq!(reply.status, 202, "{reply:?}");
        reply.json()["session_id"].as_str().unwrap().to_owned()
    }

    /// Waits for the end of a session and returns its messages.
    pub(crate) async fn ended(&self, id: &str) -> Vec<Value> {
        let events = self.call("GET", &format!("/v1/sessions/{id}/events"), &[], b"").await.events().await;
        events.into_iter().map(|event| event.data).collect()
    }
}

/// A request that opens a session, without saying who asks.
pub(crate) fn work() -> Value {
    serde_json::json!({ "request_type": "get_library_context", "payload": {} })
}
