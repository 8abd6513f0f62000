use std::sync::Arc;
use std::sync::atomic::Ordering;

use agent_core::store::{SessionState, SqliteStore, Store};
use serde_json::json;

use super::faulty::FaultyStore;
use super::librarian::{Librarian, STEPS};
use super::support::{files, messages, request, runtime, runtime_on, terminals, work, workspace};

#[tokio::test]
async fn cancelled_at_any_step_it_says_so_once_and_leaves_nothing_running() {
    for step in STEPS {
        let dir = workspace();
        let agent = Arc::new(Librarian::stalling_at(step));
        let runtime = runtime(&agent, dir.path()).await;
        let handle = runtime.open_session(&work()).await.unwrap();
        let id = handle.id().to_owned();
        agent.reached().await;

        let mut client = agent_core::transport::memory::connect(&runtime);
        let cancel = request("cancel_session", json!({ "session_id": id, "reason": "enough" }), "c-1");
        client.send(cancel.into_members()).await;
        let answer = client.next().await.unwrap();
        assert_eq!(answer["payload"]["status"], "cancelled", "{step}: {answer:#}");

        let said = messages(handle).await;
        assert_eq!(terminals(&said), ["cancelled"], "{step}");
        assert_eq!(said.last().unwrap()["message"], "cancelled by `orchestrator`: enough");
        assert_eq!(agent.alive.load(Ordering::SeqCst), 0, "{step}: the work still runs");
        assert_eq!(runtime.under_way(), 0, "{step}: the session still runs");
        let left = files(dir.path());
        for (name, text) in &left {
            assert!(!name.contains("tmp"), "{step} left `{name}`");
            assert!(!name.starts_with("cards/") || text.ends_with("words\n"), "{step} broke `{name}`");
        }

        client.send(request("cancel_session", json!({ "session_id": id }), "c-2").into_members()).await;
        assert_eq!(client.next().await.unwrap()["error"]["code"], "SESSION_ENDED");
        assert_eq!(files(dir.path()), left, "{step}: a file changed after the terminal message");
        // What was cancelled is not resumed: the same request opens a new session.
        agent.let_on.add_permits(8);
        let next = runtime.open_session(&work()).await.unwrap();
        assert_ne!(next.id(), id);
        assert_eq!(terminals(&messages(next).await), ["completed"]);
        // Returns only when no task of the runtime is left.
        runtime.close().await;
    }
}

#[tokio::test]
async fn an_unfinished_session_that_does_not_run_can_be_cancelled() {
    let dir = workspace();
    let agent = Arc::new(Librarian::stalling_at("cards"));
    let first = runtime(&agent, dir.path()).await;
    let id = first.open_session(&work()).await.unwrap().id().to_owned();
    agent.reached().await;
    first.interrupt().await;

    let second = runtime(&agent, dir.path()).await;
    let mut client = agent_core::transport::memory::connect(&second);
    client.send(request("cancel_session", json!({ "session_id": id }), "c-1").into_members()).await;
    assert_eq!(client.next().await.unwrap()["payload"]["status"], "cancelled");
    client.send(request("resume_session", json!({ "session_id": id }), "c-2").into_members()).await;
    let rest = client.hang_up().await;
    assert_eq!(terminals(&rest), ["cancelled"]);
    second.close().await;
}

#[tokio::test]
async fn cancelled_is_said_only_of_a_session_whose_end_is_recorded() {
    let dir = workspace();
    let store = Arc::new(SqliteStore::open(&dir.path().join(".csm/store.db")).await.unwrap());
    let store = Arc::new(FaultyStore::new(store, None));
    let agent = Arc::new(Librarian::stalling_at("cards"));
    let runtime = runtime_on(&agent, dir.path(), Arc::clone(&store) as Arc<dyn Store>).await;
    let id = runtime.open_session(&work()).await.unwrap().id().to_owned();
    agent.reached().await;
    let mut client = agent_core::transport::memory::connect(&runtime);
    let cancel = || request("cancel_session", json!({ "session_id": id }), "c-1").into_members();

    // Neither the session itself nor the one who cancels it can record the end.
    store.fail_next(2);
    client.send(cancel()).await;
    assert_eq!(client.next().await.unwrap()["error"]["code"], "STORE_FAILED");
    assert_eq!(runtime.sessions(100).await.unwrap()[0].state, SessionState::Open);

    // The session cannot; the one who cancels it does.
    assert_eq!(runtime.open_session(&work()).await.unwrap().id(), id);
    agent.reached().await;
    store.fail_next(1);
    client.send(cancel()).await;
    assert_eq!(client.next().await.unwrap()["payload"]["status"], "cancelled");
    assert_eq!(runtime.sessions(100).await.unwrap()[0].state, SessionState::Cancelled);
    client.send(request("resume_session", json!({ "session_id": id }), "c-2").into_members()).await;
    assert_eq!(terminals(&client.hang_up().await), ["cancelled"]);
    runtime.close().await;
}
