//! Workspaces, clocks and what a test asks of a session.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use agent_core::agent::Agent;
use agent_core::runtime::{Clock, Ids, Options, Runtime};
use agent_core::session::SessionHandle;
use agent_core::store::Store;
use protocol::Request;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Stands still unless it is moved.
#[derive(Default)]
pub(crate) struct ManualClock(pub(crate) AtomicI64);

impl Clock for ManualClock {
    fn now_micros(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// Counts; one counter for all runtimes of a test process, as chance would have it.
struct CountedIds;

impl Ids for CountedIds {
    fn next(&self) -> String {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        format!("id-{:06}", NEXT.fetch_add(1, Ordering::SeqCst))
    }
}

pub(crate) fn workspace() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("books")).unwrap();
    std::fs::write(dir.path().join("books/a.md"), "one two three").unwrap();
    std::fs::write(dir.path().join("books/b.md"), "four five").unwrap();
    dir
}

pub(crate) fn options() -> Options {
    Options { ids: Arc::new(CountedIds), cancel_grace: Duration::ZERO, ..Options::default() }
}

pub(crate) async fn runtime(agent: &Arc<impl Agent>, workspace: &Path) -> Runtime {
    Runtime::open(Arc::clone(agent) as Arc<dyn Agent>, workspace, options()).await.unwrap()
}

pub(crate) async fn runtime_on(agent: &Arc<impl Agent>, workspace: &Path, store: Arc<dyn Store>) -> Runtime {
    let options = Options { store: Some(store), ..options() };
    Runtime::open(Arc::clone(agent) as Arc<dyn Agent>, workspace, options).await.unwrap()
}

pub(crate) fn request(kind: &str, payload: Value, id: &str) -> Request {
    let Value::Object(payload) = payload else { panic!("a payload is an object") };
    let mut request = Request::new("orchestrator", kind, payload);
    request.meta_mut().set("request_id", id);
    request
}

/// The request that opens a session.
pub(crate) fn work() -> Request {
    request("get_library_context", json!({}), "r-1")
}

/// The request that only asks.
pub(crate) fn question() -> Request {
    request("get_library_context", json!({ "phases": [] }), "q-1")
}

/// Another runtime for the same workspace, with other options.
pub(crate) async fn runtime_with(agent: &Arc<impl Agent>, workspace: &Path, options: Options) -> Runtime {
    Runtime::open(Arc::clone(agent) as Arc<dyn Agent>, workspace, options).await.unwrap()
}

pub(crate) async fn messages(mut handle: SessionHandle) -> Vec<Value> {
    let mut messages = Vec::new();
    while let Some(message) = handle.next().await {
        messages.push(Value::Object(message.into_members()));
    }
    messages
}

/// Messages that are journaled, without what differs from run to run.
pub(crate) fn bare(messages: &[Value]) -> Vec<Value> {
    let journaled = messages.iter().filter(|message| message["_meta"]["seq"].is_u64());
    journaled
        .cloned()
        .map(|mut message| {
            let meta = message["_meta"].as_object_mut().unwrap();
            meta.remove("at");
            meta.remove("session_id");
            message
        })
        .collect()
}

pub(crate) fn terminals(messages: &[Value]) -> Vec<&str> {
    let statuses = messages.iter().filter_map(|message| message["status"].as_str());
    statuses.filter(|status| ["completed", "failed", "cancelled"].contains(status)).collect()
}

/// Every file of the workspace that is not the runtime's own.
pub(crate) fn files(workspace: &Path) -> BTreeMap<String, String> {
    fn walk(root: &Path, dir: &Path, files: &mut BTreeMap<String, String>) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                if path.file_name().unwrap() != ".csm" {
                    walk(root, &path, files);
                }
            } else {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
                files.insert(name, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    let mut files = BTreeMap::new();
    walk(workspace, workspace, &mut files);
    files
}

pub(crate) fn manual(clock: &Arc<ManualClock>) -> Options {
    Options { clock: Arc::clone(clock) as Arc<dyn Clock>, ..options() }
}
