//! A workspace with a `peers.toml`, and one session in it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use agent_core::runtime::{Options, Runtime};
use agent_core::session::SessionHandle;
use protocol::Request;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::envoy::Envoy;

pub(crate) struct World {
    dir: TempDir,
    pub(crate) runtime: Runtime,
}

impl World {
    pub(crate) async fn new(peers: &str) -> Self {
        Self::of("envoy", peers, Options::default()).await
    }

    pub(crate) async fn of(name: &str, peers: &str, options: Options) -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join("peers.toml"), peers).unwrap();
        let runtime = open(name, dir.path(), options).await;
        Self { dir, runtime }
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    /// Another runtime over the same folder, once this one has stopped.
    pub(crate) async fn again(self) -> Self {
        let runtime = open("envoy", self.dir.path(), Options::default()).await;
        Self { dir: self.dir, runtime }
    }

    pub(crate) async fn begin(&self, errands: &[&str]) -> SessionHandle {
        self.runtime.open_session(&request(json!({ "errands": errands }))).await.unwrap()
    }

    /// One session from its first message to its last.
    pub(crate) async fn run(&self, errands: &[&str]) -> Vec<Value> {
        all(self.begin(errands).await).await
    }

    /// Every file for people, with its text.
    pub(crate) fn files(&self) -> Vec<(PathBuf, String)> {
        let mut files: Vec<PathBuf> = Vec::new();
        let mut folders = vec![self.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                match path.is_dir() {
                    true if path.ends_with(".csm") => {}
                    true => folders.push(path),
                    false => files.push(path),
                }
            }
        }
        files.sort();
        let named = |path: PathBuf| {
            let text = std::fs::read_to_string(&path).unwrap();
            (path.strip_prefix(self.path()).unwrap().to_owned(), text)
        };
        files.into_iter().map(named).filter(|(path, _)| !path.ends_with("peers.toml")).collect()
    }
}

async fn open(name: &str, dir: &Path, options: Options) -> Runtime {
    Runtime::open(Arc::new(Envoy::new(name)), dir, options).await.unwrap()
}

pub(crate) fn request(payload: Value) -> Request {
    let Value::Object(payload) = payload else { panic!("a payload is an object") };
    Request::new("orchestrator", "get_errand_context", payload)
}

pub(crate) async fn all(mut handle: SessionHandle) -> Vec<Value> {
    let mut messages = Vec::new();
    while let Some(message) = handle.next().await {
        messages.push(Value::Object(message.into_members()));
    }
    messages
}

/// The last message, which must be a delivery.
pub(crate) fn delivery(messages: &[Value]) -> &Value {
    let last = messages.last().unwrap();
    assert_eq!(last["status"], "completed", "{last:#}");
    last
}

/// `peer: outcome` of every hand-off of a delivery.
pub(crate) fn outcomes(messages: &[Value]) -> Vec<String> {
    let handoffs = delivery(messages)["handoffs"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    handoffs.map(|handoff| format!("{}: {}", text(&handoff["peer"]), text(&handoff["outcome"]))).collect()
}

/// The notes of the ticks.
pub(crate) fn ticks(messages: &[Value]) -> Vec<&str> {
    let ticks = messages.iter().filter(|message| message["_meta"]["percent"].is_u64());
    ticks.map(|tick| tick["message"].as_str().unwrap()).collect()
}
