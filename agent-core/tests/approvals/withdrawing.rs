use std::sync::Arc;

use agent_core::approval::{ApprovalAnswer, ApprovalFilter, ApprovalState, Decision};
use agent_core::store::{SqliteStore, Store};

use super::buyer::{Buyer, open, open_on, session, work};
use super::faulty::{FaultyStore, When};
use super::support::{messages, options, workspace};

fn yes() -> ApprovalAnswer {
    ApprovalAnswer::new(Decision::Approved, "Ida")
}

fn only_b() -> Buyer {
    Buyer { takes_back: true, ..Buyer::of(&["b"]) }
}

#[tokio::test]
async fn what_a_session_takes_back_is_refused_with_the_reason_and_never_done() {
    let dir = workspace();
    let runtime = open(&Arc::new(Buyer::of(&["a", "b", "c"])), dir.path(), options()).await;
    session(&runtime, "r-1").await;
    let asked = runtime.approvals(ApprovalFilter::default()).await.unwrap();
    let id = |book: &str| asked.iter().find(|one| one.details["book"] == book).unwrap().id.clone();
    let answered = runtime.answer_approval(&id("c"), yes()).await.unwrap();
    runtime.carried_out(&answered.id).await.unwrap();
    runtime.close().await;

    let buyer = Arc::new(only_b());
    let runtime = open(&buyer, dir.path(), options()).await;
    let said = session(&runtime, "r-2").await;
    let listed: Vec<&str> = said.last().unwrap()["approvals"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|it| it["id"].as_str())
        .collect();
    assert_eq!(listed, [id("b")], "only what still waits is listed");

    let taken_back = runtime.approval(&id("a")).await.unwrap();
    assert_eq!(taken_back.state, ApprovalState::Withdrawn);
    assert_eq!(taken_back.note.as_deref(), Some("a does not sell any more"));
    assert!(taken_back.finished_at.is_some() && taken_back.decided_by.is_none());
    // What was answered before stands.
    assert_eq!(runtime.approval(&id("c")).await.unwrap().state, ApprovalState::Done);

    let refused = serde_json::to_value(runtime.answer_approval(&id("a"), yes()).await.unwrap_err()).unwrap();
    assert_eq!(refused["code"], "APPROVAL_WITHDRAWN");
    assert!(refused["message"].as_str().unwrap().ends_with(": a does not sell any more"), "{refused}");
    assert_eq!(refused["details"]["because"], "a does not sell any more");
    assert!(buyer.shop.orders().is_empty());
    runtime.close().await;
}

#[tokio::test]
async fn what_was_taken_back_and_is_proposed_again_is_another_question() {
    let dir = workspace();
    for (id, books, takes_back) in [("r-1", ["a"], false), ("r-2", ["b"], true), ("r-3", ["a"], true)] {
        let buyer = Arc::new(Buyer { takes_back, ..Buyer::of(&books) });
        let runtime = open(&buyer, dir.path(), options()).await;
        session(&runtime, id).await;
        runtime.close().await;
    }
    let store = SqliteStore::open(&dir.path().join(".csm/store.db")).await.unwrap();
    let kept = store.approvals("workspace", &ApprovalFilter::default(), 0).await.unwrap();
    let mut states: Vec<(String, &str)> =
        kept.iter().map(|one| (one.details["book"].to_string(), one.state.as_str())).collect();
    states.sort();
    let expected = [("\"a\"", "pending"), ("\"a\"", "withdrawn"), ("\"b\"", "withdrawn")];
    assert_eq!(states, expected.map(|(book, state)| (book.to_owned(), state)));
    store.close().await;
}

/// Runs one session on a store that dies at a write; whether it did.
async fn attempt(dir: &std::path::Path, fail_at: Option<(usize, When)>) -> (bool, usize) {
    let sqlite = Arc::new(SqliteStore::open(&dir.join(".csm/store.db")).await.unwrap());
    let store = Arc::new(FaultyStore::new(sqlite, fail_at));
    let runtime = open_on(&Arc::new(only_b()), dir, Arc::clone(&store) as Arc<dyn Store>).await;
    if let Ok(handle) = runtime.open_session(&work("r-2")).await {
        messages(handle).await;
    }
    runtime.interrupt().await;
    (store.fired(), store.writes())
}

async fn asked_before() -> tempfile::TempDir {
    let dir = workspace();
    let runtime = open(&Arc::new(Buyer::of(&["a"])), dir.path(), options()).await;
    session(&runtime, "r-1").await;
    runtime.close().await;
    dir
}

#[tokio::test]
async fn a_session_killed_at_any_write_takes_back_once_it_is_done() {
    let (_, writes) = attempt(asked_before().await.path(), None).await;
    for write in 1..=writes {
        for when in [When::Before, When::After] {
            let dir = asked_before().await;
            let (fired, _) = attempt(dir.path(), Some((write, when))).await;
            assert!(fired, "no fault at write {write} {when:?}");
            attempt(dir.path(), None).await;
            let store = SqliteStore::open(&dir.path().join(".csm/store.db")).await.unwrap();
            let kept = store.approvals("workspace", &ApprovalFilter::default(), 0).await.unwrap();
            let mut states: Vec<&str> = kept.iter().map(|one| one.state.as_str()).collect();
            states.sort_unstable();
            assert_eq!(states, ["pending", "withdrawn"], "write {write} {when:?}");
            store.close().await;
        }
    }
}
