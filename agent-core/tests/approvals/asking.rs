use std::sync::Arc;

use agent_core::approval::{ApprovalFilter, ApprovalState, Decision};
use agent_core::store::{ApprovalAnswer, SqliteStore, Store};
use serde_json::{Value, json};

use super::buyer::{Buyer, open, open_on, questions, session, work};
use super::faulty::{FaultyStore, When};
use super::support::{messages, options, terminals, workspace};

#[tokio::test]
async fn a_proposal_is_said_and_listed_and_does_not_hold_up_the_delivery() {
    let dir = workspace();
    let runtime = open(&Arc::new(Buyer::of(&["a", "b"])), dir.path(), options()).await;
    let said = session(&runtime, "r-1").await;
    let asked = questions(&said);
    assert_eq!(asked.len(), 2);
    let approval = &asked[0]["approval"];
    assert_eq!(approval["action"], "order_reprint");
    assert_eq!(approval["summary"], "Order a reprint of a.");
    assert_eq!(approval["figures"], json!(["figure:sold@book=a"]));
    assert_eq!(approval["details"], json!({ "book": "a" }));
    assert!(approval["expires_at"].as_str().unwrap().ends_with('Z'));
    assert!(asked[0]["_meta"]["seq"].is_u64() && asked[0]["_meta"]["phase"] == "implementation");

    let last = said.last().unwrap();
    assert_eq!(last["status"], "completed");
    let listed: Vec<&Value> = last["approvals"].as_array().unwrap().iter().collect();
    assert_eq!(listed, [&asked[1]["approval"], &asked[0]["approval"]], "newest first, by the runtime alone");
    let kept = runtime.approvals(ApprovalFilter::default()).await.unwrap();
    assert!(kept.iter().all(|one| one.state == ApprovalState::Pending && one.decided_by.is_none()));
    runtime.close().await;
}

/// Runs one session on a store that dies at a write; whether it did.
async fn attempt(dir: &std::path::Path, fail_at: Option<(usize, When)>) -> (bool, usize) {
    let sqlite = Arc::new(SqliteStore::open(&dir.join(".csm/store.db")).await.unwrap());
    let store = Arc::new(FaultyStore::new(sqlite, fail_at));
    let runtime = open_on(&Arc::new(Buyer::of(&["a"])), dir, Arc::clone(&store) as Arc<dyn Store>).await;
    if let Ok(handle) = runtime.open_session(&work("r-1")).await {
        messages(handle).await;
    }
    runtime.interrupt().await;
    (store.fired(), store.writes())
}

#[tokio::test]
async fn a_session_killed_at_any_write_asks_once_and_under_one_id() {
    let calm = workspace();
    let (_, writes) = attempt(calm.path(), None).await;
    for write in 1..=writes {
        for when in [When::Before, When::After] {
            let dir = workspace();
            let (fired, _) = attempt(dir.path(), Some((write, when))).await;
            assert!(fired, "no fault at write {write} {when:?}");
            attempt(dir.path(), None).await;

            let store = SqliteStore::open(&dir.path().join(".csm/store.db")).await.unwrap();
            let kept = store.approvals("workspace", &ApprovalFilter::default(), 0).await.unwrap();
            assert_eq!(kept.len(), 1, "write {write} {when:?}");
            let said: Vec<Value> = store
                .outbox(&kept[0].session_id, 0)
                .await
                .unwrap()
                .iter()
                .map(|entry| serde_json::from_str(&entry.message).unwrap())
                .collect();
            let ids: Vec<&Value> = questions(&said).iter().map(|one| &one["approval"]["id"]).collect();
            assert_eq!(ids, [&kept[0].id], "write {write} {when:?}");
            assert_eq!(terminals(&said), ["completed"], "write {write} {when:?}");
            store.close().await;
        }
    }
}

#[tokio::test]
async fn what_is_still_open_is_the_same_question_in_the_next_session_and_what_was_decided_is_asked_anew() {
    let dir = workspace();
    let runtime = open(&Arc::new(Buyer::of(&["a"])), dir.path(), options()).await;
    let id = |said: &[Value]| questions(said)[0]["approval"]["id"].as_str().unwrap().to_owned();
    let first = id(&session(&runtime, "r-1").await);
    let again = session(&runtime, "r-2").await;
    assert_eq!(id(&again), first, "its listener hears of it too");
    assert_eq!(again.last().unwrap()["approvals"][0]["id"], first.as_str());
    assert_eq!(runtime.approvals(ApprovalFilter::default()).await.unwrap().len(), 1);

    let no = ApprovalAnswer::new(Decision::Rejected, "Ida");
    runtime.answer_approval(&first, no).await.unwrap();
    let anew = session(&runtime, "r-3").await;
    assert_ne!(id(&anew), first);
    let kept = runtime.approvals(ApprovalFilter::default()).await.unwrap();
    let states: Vec<ApprovalState> = kept.iter().map(|one| one.state).collect();
    assert_eq!(states, [ApprovalState::Pending, ApprovalState::Rejected]);
    runtime.close().await;
}

#[tokio::test]
async fn the_same_thing_proposed_twice_in_one_session_is_asked_once() {
    let dir = workspace();
    let buyer = Buyer { same: true, ..Buyer::of(&["a", "b"]) };
    let runtime = open(&Arc::new(buyer), dir.path(), options()).await;
    assert_eq!(questions(&session(&runtime, "r-1").await).len(), 1);
    assert_eq!(runtime.approvals(ApprovalFilter::default()).await.unwrap().len(), 1);
    runtime.close().await;
}
