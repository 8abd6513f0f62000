use std::sync::Arc;
use std::sync::atomic::Ordering;

use agent_core::agent::Agent;
use agent_core::runtime::Runtime;
use agent_core::store::{SessionState, SqliteStore, Store};
use serde_json::{Value, json};

use super::librarian::Librarian;
use super::support::{ManualClock, manual, messages, request, runtime, terminals, work, workspace};

async fn on(agent: &Arc<Librarian>, dir: &tempfile::TempDir, clock: &Arc<ManualClock>) -> Runtime {
    let agent = Arc::clone(agent) as Arc<dyn Agent>;
    Runtime::open(agent, dir.path(), manual(clock)).await.unwrap()
}

#[tokio::test]
async fn a_stalled_worker_is_fenced_out_and_there_is_one_outcome() {
    let dir = workspace();
    let clock = Arc::new(ManualClock::default());
    let stalled_agent = Arc::new(Librarian::stalling_at("cards"));
    let stalled = on(&stalled_agent, &dir, &clock).await;
    let id = stalled.open_session(&work()).await.unwrap().id().to_owned();
    stalled_agent.reached().await;

    // While the lease holds, another process is told who has the session and what to do.
    let agent = Arc::new(Librarian::new());
    let other = on(&agent, &dir, &clock).await;
    let busy = other.open_session(&work()).await.err().unwrap();
    assert_eq!((busy.code.as_str(), busy.retryable), ("SESSION_BUSY", true));
    assert!(busy.message.contains("process") && busy.hint.contains("cancel_session"), "{busy:?}");

    // Once it has run out, the other takes over and ends the session under the same id.
    clock.0.fetch_add(60_000_000, Ordering::SeqCst);
    let handle = other.open_session(&work()).await.unwrap();
    assert_eq!(handle.id(), id);
    let said = messages(handle).await;
    assert_eq!(terminals(&said), ["completed"]);
    assert_eq!(agent.begun.load(Ordering::SeqCst), 2, "recorded steps are not done again");

    // The stalled worker wakes up: its writes are refused, and nothing changes.
    stalled_agent.let_on.add_permits(8);
    stalled.close().await;
    let store = SqliteStore::open(&dir.path().join(".csm/store.db")).await.unwrap();
    let outbox: Vec<Value> = store
        .outbox(&id, 0)
        .await
        .unwrap()
        .iter()
        .map(|entry| serde_json::from_str(&entry.message).unwrap())
        .collect();
    assert_eq!(terminals(&outbox), ["completed"]);
    assert_eq!(store.session(&id).await.unwrap().unwrap().state, SessionState::Completed);
    assert_eq!(store.journal(&id).await.unwrap().len(), 5);
    other.close().await;
}

#[tokio::test]
async fn a_dead_owners_lease_is_taken_at_once() {
    let dir = workspace();
    let clock = Arc::new(ManualClock::default());
    let agent = Arc::new(Librarian::stalling_at("cards"));
    let dead = on(&agent, &dir, &clock).await;
    let id = dead.open_session(&work()).await.unwrap().id().to_owned();
    agent.reached().await;
    dead.interrupt().await;

    // The clock has not moved: the lease has not run out, but its owner holds no lock any more.
    let agent = Arc::new(Librarian::new());
    let next = on(&agent, &dir, &clock).await;
    let handle = next.open_session(&work()).await.unwrap();
    assert_eq!(handle.id(), id);
    assert_eq!(terminals(&messages(handle).await), ["completed"]);
    next.close().await;
}

#[tokio::test]
async fn one_idempotency_key_is_one_session_however_often_it_is_sent() {
    let dir = workspace();
    let runtime = runtime(&Arc::new(Librarian::new()), dir.path()).await;
    let submissions = (0..100).map(|nth| {
        let payload = json!({ "idempotency_key": "monday", "query": "count" });
        let request = request("get_library_context", payload, &format!("r-{nth}"));
        let runtime = runtime.clone();
        async move {
            let handle = runtime.open_session(&request).await.unwrap();
            let id = handle.id().to_owned();
            (id, messages(handle).await)
        }
    });
    let mut together = tokio::task::JoinSet::new();
    for submission in submissions {
        together.spawn(submission);
    }
    let results = together.join_all().await;
    let ids: std::collections::BTreeSet<&String> = results.iter().map(|(id, _)| id).collect();
    assert_eq!((results.len(), ids.len()), (100, 1));
    for (_, said) in &results {
        assert_eq!(terminals(said), ["completed"]);
    }
    assert_eq!(runtime.sessions(100).await.unwrap().len(), 1);

    let other = request("get_library_context", json!({ "idempotency_key": "monday", "query": "x" }), "r-x");
    let conflict = runtime.open_session(&other).await.err().unwrap();
    assert_eq!(conflict.code.as_str(), "IDEMPOTENCY_CONFLICT");
    runtime.close().await;
}

#[tokio::test]
async fn another_request_while_a_session_runs_is_told_to_wait() {
    let dir = workspace();
    let agent = Arc::new(Librarian::stalling_at("cards"));
    let runtime = runtime(&agent, dir.path()).await;
    let handle = runtime.open_session(&work()).await.unwrap();
    agent.reached().await;
    let other = request("get_library_context", json!({ "query": "something else" }), "r-2");
    assert_eq!(runtime.open_session(&other).await.err().unwrap().code.as_str(), "SESSION_BUSY");
    // The same request attaches instead.
    assert_eq!(runtime.open_session(&work()).await.unwrap().id(), handle.id());
    agent.let_on.add_permits(1);
    assert_eq!(terminals(&messages(handle).await), ["completed"]);
    runtime.close().await;
}
