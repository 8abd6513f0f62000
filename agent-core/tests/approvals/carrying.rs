use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use agent_core::agent::Agent;
use agent_core::approval::{ApprovalFilter, ApprovalRecord, ApprovalState, Decision};
use agent_core::runtime::Runtime;
use agent_core::store::{ApprovalAnswer, SqliteStore, Store};
use serde_json::json;

use super::buyer::{Buyer, Carries, open, open_on, session};
use super::faulty::FaultyStore;
use super::librarian::Librarian;
use super::support::{options, workspace};

fn yes() -> ApprovalAnswer {
    ApprovalAnswer::new(Decision::Approved, "Ida")
}

async fn only(runtime: &Runtime) -> ApprovalRecord {
    runtime.approvals(ApprovalFilter::default()).await.unwrap().remove(0)
}

fn carrying(carries: Carries) -> Arc<Buyer> {
    Arc::new(Buyer { carries, ..Buyer::of(&["a"]) })
}

#[tokio::test]
async fn what_was_approved_is_done_under_the_approvals_id_and_its_outcome_recorded() {
    let dir = workspace();
    let buyer = carrying(Carries::Orders);
    let runtime = open(&buyer, dir.path(), options()).await;
    session(&runtime, "r-1").await;
    let id = only(&runtime).await.id;
    assert!(buyer.shop.orders().is_empty(), "not before somebody says so");
    assert_eq!(runtime.answer_approval(&id, yes()).await.unwrap().state, ApprovalState::Approved);
    let done = runtime.carried_out(&id).await.unwrap();
    assert_eq!(done.state, ApprovalState::Done);
    assert_eq!(done.outcome, json!({ "ordered": "a" }).as_object().cloned());
    assert!(done.finished_at.is_some());
    // The same answer again does nothing again.
    runtime.answer_approval(&id, yes()).await.unwrap();
    assert_eq!(runtime.carry_out_approved().await.unwrap(), 0);
    runtime.close().await;
    assert_eq!(buyer.shop.orders(), [("a".to_owned(), id)]);
}

#[tokio::test]
async fn a_tool_that_always_asks_does_not_run_in_a_session() {
    let dir = workspace();
    let buyer = Arc::new(Buyer { orders_at_once: true, ..Buyer::of(&[]) });
    let runtime = open(&buyer, dir.path(), options()).await;
    let said = session(&runtime, "r-1").await;
    let error = &said.last().unwrap()["error"];
    assert_eq!(error["code"], "TOOL_DENIED");
    assert!(error["message"].as_str().unwrap().contains("`Order`"), "{error}");
    assert!(error["hint"].as_str().unwrap().contains("propose"), "{error}");
    runtime.close().await;
    assert!(buyer.shop.orders().is_empty());
}

#[tokio::test]
async fn what_cannot_be_done_is_recorded_with_why() {
    for (carries, code) in [(Carries::Refuses, "FORBIDDEN"), (Carries::Panics, "INTERNAL")] {
        let dir = workspace();
        let buyer = carrying(carries);
        let runtime = open(&buyer, dir.path(), options()).await;
        session(&runtime, "r-1").await;
        let id = only(&runtime).await.id;
        runtime.answer_approval(&id, yes()).await.unwrap();
        let failed = runtime.carried_out(&id).await.unwrap();
        assert_eq!(failed.state, ApprovalState::Failed);
        assert_eq!(failed.outcome.unwrap()["code"], code);
        assert_eq!(runtime.carry_out_approved().await.unwrap(), 0, "a verdict is not tried again");
        runtime.close().await;
    }
}

#[tokio::test]
async fn an_agent_that_carries_nothing_out_says_so() {
    let dir = workspace();
    let agent: Arc<dyn Agent> = Arc::new(Librarian::new());
    // Asked by an agent that could.
    let buyer = carrying(Carries::Orders);
    let asking = open(&buyer, dir.path(), options()).await;
    session(&asking, "r-1").await;
    let id = only(&asking).await.id;
    asking.close().await;

    let runtime = Runtime::open(agent, dir.path(), options()).await.unwrap();
    runtime.answer_approval(&id, yes()).await.unwrap();
    let failed = runtime.carried_out(&id).await.unwrap();
    assert_eq!(failed.state, ApprovalState::Failed);
    let why = failed.outcome.unwrap();
    assert_eq!(why["code"], "FORBIDDEN");
    assert_eq!(why["message"], "`librarian` carries nothing out: `order_reprint` was not done");
    runtime.close().await;
}

async fn faulty(dir: &Path) -> Arc<FaultyStore> {
    let sqlite = SqliteStore::open(&dir.join(".csm/store.db")).await.unwrap();
    Arc::new(FaultyStore::new(Arc::new(sqlite), None))
}

#[tokio::test]
async fn killed_between_the_deed_and_its_outcome_it_is_done_again_under_the_same_key() {
    let dir = workspace();
    let buyer = carrying(Carries::Orders);
    let store = faulty(dir.path()).await;
    let runtime = open_on(&buyer, dir.path(), Arc::clone(&store) as Arc<dyn Store>).await;
    session(&runtime, "r-1").await;
    let id = only(&runtime).await.id;
    let dying = Arc::clone(&store);
    // The write after the order is the one that would record it.
    *buyer.then.lock().unwrap() = Some(Box::new(move || dying.fail_next(1)));
    let writes = store.writes();
    runtime.answer_approval(&id, yes()).await.unwrap();
    let left = runtime.carried_out(&id).await.unwrap();
    assert_eq!(buyer.shop.orders().len(), 1, "it was done");
    assert_eq!(left.state, ApprovalState::Approved, "and its outcome was lost");
    assert_eq!(store.writes(), writes + 1, "only the answer was written");
    runtime.interrupt().await;

    *buyer.then.lock().unwrap() = None;
    let runtime = open(&buyer, dir.path(), options()).await;
    assert!(runtime.resume_all().await.unwrap().sessions.is_empty());
    assert_eq!(runtime.carried_out(&id).await.unwrap().state, ApprovalState::Done);
    let twice = [("a".to_owned(), id.clone()), ("a".to_owned(), id)];
    assert_eq!(buyer.shop.orders(), twice, "at least once, one key");
    runtime.close().await;
}

#[tokio::test]
async fn stopped_while_it_is_carried_out_it_is_carried_out_at_the_next_start() {
    let dir = workspace();
    let buyer = carrying(Carries::Hangs);
    let runtime = open(&buyer, dir.path(), options()).await;
    session(&runtime, "r-1").await;
    let id = only(&runtime).await.id;
    runtime.answer_approval(&id, yes()).await.unwrap();
    buyer.reached().await;
    runtime.interrupt().await;

    let next = carrying(Carries::Orders);
    let runtime = open(&next, dir.path(), options()).await;
    assert_eq!(only(&runtime).await.state, ApprovalState::Approved);
    assert_eq!(runtime.carry_out_approved().await.unwrap(), 1);
    assert_eq!(runtime.carried_out(&id).await.unwrap().state, ApprovalState::Done);
    runtime.close().await;
    assert_eq!(next.shop.orders(), [("a".to_owned(), id)]);
}

#[tokio::test]
async fn what_one_process_carries_out_another_does_not() {
    let dir = workspace();
    let buyer = carrying(Carries::Hangs);
    let runtime = open(&buyer, dir.path(), options()).await;
    session(&runtime, "r-1").await;
    let id = only(&runtime).await.id;
    runtime.answer_approval(&id, yes()).await.unwrap();
    buyer.reached().await;

    let other = carrying(Carries::Orders);
    let second = open(&other, dir.path(), options()).await;
    assert_eq!(second.carry_out_approved().await.unwrap(), 1);
    assert_eq!(
        second.carried_out(&id).await.unwrap().state,
        ApprovalState::Approved,
        "it is under way there"
    );
    assert_eq!(other.shop.carried.load(Ordering::SeqCst), 0);
    buyer.let_on.add_permits(1);
    assert_eq!(runtime.carried_out(&id).await.unwrap().state, ApprovalState::Done);
    assert_eq!(second.carry_out_approved().await.unwrap(), 0);
    second.close().await;
    runtime.close().await;
    assert_eq!((buyer.shop.orders().len(), other.shop.orders().len()), (1, 0));
}
