//! A chain of three: us, a peer behind the real server, and the peer's own peer.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use agent_core::runtime::{Options, Runtime, SystemClock};
use agent_core::server::tokens::TokenStore;
use agent_core::server::{Server, ServerOptions, Workspace};
use serde_json::json;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::envoy::Envoy;
use super::stand::{Stand, say, silence, status};
use super::world::{World, delivery, outcomes, ticks};

/// A server in front of one runtime.
struct Served {
    addr: SocketAddr,
    stop: CancellationToken,
    serving: JoinSet<()>,
}

impl Served {
    async fn open(dir: &Path, addr: SocketAddr) -> Self {
        let runtime = Runtime::open(Arc::new(Envoy::new("scribe")), dir, Options::default()).await.unwrap();
        runtime.resume_all().await.unwrap();
        let tokens = TokenStore::at(&dir.join(".csm"), Arc::new(SystemClock));
        let mut options = ServerOptions { addr, ..ServerOptions::default() };
        options.limits.drain = Duration::from_millis(100);
        let served = Workspace::new("scribe", runtime, tokens);
        let server = Server::bind(options, vec![served]).await.unwrap();
        let (addr, stop, mut serving) = (server.local_addr(), CancellationToken::new(), JoinSet::new());
        let token = stop.clone();
        serving.spawn(async move { server.serve(token).await });
        Self { addr, stop, serving }
    }

    async fn close(mut self) {
        self.stop.cancel();
        self.serving.join_next().await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_peer_that_is_restarted_goes_on_with_the_same_work() {
    let (arrived, mut arrives) = mpsc::channel(8);
    let binder = Stand::new(move |nth, mut socket, request| {
        let arrived = arrived.clone();
        async move {
            say(&mut socket, status(&request, 1, "sewing", "page 1")).await;
            arrived.send(nth).await.unwrap();
            if nth > 0 {
                say(&mut socket, status(&request, 2, "completed", "Bound.")).await;
            }
            silence(&mut socket).await;
        }
    })
    .await;
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("peers.toml"), binder.entry("binder", "")).unwrap();
    let served = Served::open(dir.path(), "127.0.0.1:0".parse().unwrap()).await;
    let addr = served.addr;
    let token = TokenStore::at(&dir.path().join(".csm"), Arc::new(SystemClock)).create("envoy", &["*"], None);
    let entry = format!(
        "[[peer]]\nname = \"scribe\"\naddress = \"ws://{addr}/v1/ws\"\ntoken_file = \".csm/scribe.token\"\n\
         request_type = \"get_errand_context\"\n"
    );
    let world = World::new(&entry).await;
    std::fs::write(world.path().join(".csm/scribe.token"), token.unwrap()).unwrap();

    let ours = super::world::request(json!({ "errands": ["scribe"], "pass_on": ["binder"] }));
    let handle = world.runtime.open_session(&ours).await.unwrap();
    arrives.recv().await.unwrap();
    served.close().await;
    let served = Served::open(dir.path(), addr).await;
    let messages = super::world::all(handle).await;
    assert_eq!(outcomes(&messages), ["scribe: done"]);
    assert_eq!(delivery(&messages)["progress"]["scribe"], json!(["managing", "managing", "completed"]));
    // The binder was asked twice by the scribe for one and the same work, by the way it took.
    let asked = binder.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0]["payload"]["idempotency_key"], asked[1]["payload"]["idempotency_key"]);
    assert_eq!(asked[1]["_meta"]["trace"], json!(["envoy", "scribe"]));
    // What the binder told the scribe came through to us.
    assert!(ticks(&messages).contains(&"scribe: managing — binder: sewing — page 1"), "{messages:#?}");
    served.close().await;
    assert_eq!(world.files().len(), 2);
}
