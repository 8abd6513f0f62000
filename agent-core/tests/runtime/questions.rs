//! Questions: accepted durably, answered once, many at a time.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use agent_core::runtime::{Options, Runtime};
use agent_core::store::{SessionKind, SessionState, SqliteStore, Store};
use agent_core::transport::memory;
use protocol::Request;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::faulty::{FaultyStore, When};
use super::librarian::{ANSWER, Librarian, Mischief};
use super::support::{
    ManualClock, files, manual, messages, options, question, request, runtime, runtime_on, runtime_with,
    terminals, work, workspace,
};

async fn open(workspace: &Path) -> Arc<dyn Store> {
    Arc::new(SqliteStore::open(&workspace.join(".csm/store.db")).await.unwrap())
}

/// What one request led to, as a front door sees it.
async fn accepted(runtime: &Runtime, request: Request) -> Vec<Value> {
    let (out, mut said) = tokio::sync::mpsc::channel(64);
    runtime.accept(request.into(), &out).await;
    drop(out);
    let mut messages = Vec::new();
    while let Some(message) = said.recv().await {
        messages.push(serde_json::from_str(&protocol::encode(&message)).unwrap());
    }
    messages
}

#[tokio::test]
async fn a_question_is_a_session_of_two_messages_that_writes_no_file() {
    let dir = workspace();
    let before = files(dir.path());
    let runtime = runtime(&Arc::new(Librarian::new()), dir.path()).await;
    let said = accepted(&runtime, question()).await;
    assert_eq!(said.len(), 2);
    assert_eq!(said[0]["payload"], json!({ "books": ["a.md", "b.md"] }));
    assert_eq!(terminals(&said), ["completed"]);
    let id = said[0]["_meta"]["session_id"].as_str().unwrap();
    for (seq, message) in (1..).zip(&said) {
        let meta = &message["_meta"];
        assert_eq!((&meta["session_id"], &meta["seq"]), (&json!(id), &json!(seq)));
        assert_eq!(meta["in_reply_to"], "q-1");
        assert!(meta["at"].as_str().unwrap().ends_with('Z'), "{meta}");
    }

    // It is told again as it was, from wherever the asker was.
    let client = memory::connect(&runtime);
    client
        .send(request("resume_session", json!({ "session_id": id, "after_seq": 1 }), "q-2").into_members())
        .await;
    let again = client.hang_up().await;
    assert_eq!(again[0]["payload"]["status"], "completed");
    assert_eq!(again[1..], said[1..]);
    let record = runtime.sessions(10).await.unwrap().remove(0);
    assert_eq!((record.kind, record.state), (SessionKind::Question, SessionState::Completed));
    assert_eq!(runtime.session_state(id).await.unwrap().last_seq, 2);
    assert_eq!(runtime.ledger().newest().await.unwrap(), None, "a question delivers no figures");
    assert_eq!(files(dir.path()), before);
    assert!(!dir.path().join(".csm/objects").exists(), "a question keeps no object");
    runtime.close().await;
}

#[tokio::test]
async fn a_long_answer_is_stored_once_and_told_again_to_each_as_it_was() {
    let dir = workspace();
    for nth in 0..100 {
        std::fs::write(dir.path().join(format!("books/volume-{nth}.md")), "words").unwrap();
    }
    let runtime = runtime(&Arc::new(Librarian::new()), dir.path()).await;
    let mut asking = JoinSet::new();
    for nth in 0..40 {
        let (runtime, mut question) = (runtime.clone(), question());
        question.meta_mut().set("request_id", format!("q-{nth}"));
        asking.spawn(async move { accepted(&runtime, question).await });
    }
    for said in asking.join_all().await {
        assert_eq!(said[0]["payload"]["books"].as_array().unwrap().len(), 102);
        let id = said[0]["_meta"]["session_id"].as_str().unwrap();
        assert_eq!(messages(runtime.attach(id, 0).await.unwrap()).await, said);
    }
    runtime.close().await;
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(dir.path().join(".csm/store.db"));
    let raw = sqlx::SqlitePool::connect_with(options).await.unwrap();
    let bodies: i64 = sqlx::query_scalar("SELECT count(*) FROM bodies").fetch_one(&raw).await.unwrap();
    assert_eq!(bodies, 1);
}

#[tokio::test]
async fn whatever_goes_wrong_in_a_question_ends_it_with_one_failed_message() {
    let rows = [
        (Mischief::NoPin, "DATASET_INVALID"),
        (Mischief::StepFails, "DATASET_INVALID"),
        (Mischief::Panic, "INTERNAL"),
    ];
    for (mischief, code) in rows {
        let dir = workspace();
        let runtime = runtime(&Arc::new(Librarian::with(mischief)), dir.path()).await;
        let said = accepted(&runtime, question()).await;
        assert_eq!((said.len(), terminals(&said)), (1, vec!["failed"]), "{said:#?}");
        assert_eq!((&said[0]["error"]["code"], &said[0]["_meta"]["seq"]), (&json!(code), &json!(1)));
        assert_eq!(runtime.sessions(10).await.unwrap()[0].state, SessionState::Failed);
        runtime.close().await;
    }
}

#[tokio::test]
async fn questions_share_an_answer_that_began_after_they_came() {
    let dir = workspace();
    let agent = Arc::new(Librarian::stalling_at(ANSWER));
    let runtime = runtime(&agent, dir.path()).await;
    let early = runtime.open_session(&question()).await.unwrap();
    agent.reached().await;
    // The first computation has read the books; what is asked from now on must know the third.
    std::fs::write(dir.path().join("books/c.md"), "six").unwrap();
    let mut late = Vec::new();
    for nth in 0..50 {
        let mut question = question();
        question.meta_mut().set("request_id", format!("late-{nth}"));
        late.push(runtime.open_session(&question).await.unwrap());
    }
    let other = runtime.open_session(&question().with_payload("query", "another")).await.unwrap();
    agent.let_on.add_permits(3);

    assert_eq!(messages(early).await[0]["payload"], json!({ "books": ["a.md", "b.md"] }));
    let mut ids = std::collections::BTreeSet::new();
    for (nth, handle) in late.into_iter().enumerate() {
        ids.insert(handle.id().to_owned());
        let said = messages(handle).await;
        assert_eq!(said[0]["payload"], json!({ "books": ["a.md", "b.md", "c.md"] }));
        assert_eq!(said[0]["_meta"]["in_reply_to"], format!("late-{nth}"));
        assert_eq!(terminals(&said), ["completed"]);
    }
    assert_eq!(ids.len(), 50, "each is a session of its own");
    assert_eq!(messages(other).await.len(), 2);
    assert_eq!(agent.begun.load(Ordering::SeqCst), 3, "one for the first, one for the 50, one for the other");
    runtime.close().await;
}

#[tokio::test]
async fn an_answer_that_was_just_committed_is_not_read_from_the_store() {
    let dir = workspace();
    let store = Arc::new(FaultyStore::new(open(dir.path()).await, None));
    let runtime =
        runtime_on(&Arc::new(Librarian::new()), dir.path(), Arc::clone(&store) as Arc<dyn Store>).await;
    let mut asking = JoinSet::new();
    for _ in 0..100 {
        let runtime = runtime.clone();
        asking.spawn(async move { accepted(&runtime, question()).await.len() });
    }
    assert!(asking.join_all().await.iter().all(|said| *said == 2));
    assert_eq!(store.outbox_reads(), 0);
    runtime.close().await;
}

/// Asks two questions of a store that dies at a write, or resumes those that are there.
async fn attempt(workspace: &Path, fail_at: Option<(usize, When)>, ask: bool) -> (bool, usize) {
    let store = Arc::new(FaultyStore::new(open(workspace).await, fail_at));
    let runtime =
        runtime_on(&Arc::new(Librarian::new()), workspace, Arc::clone(&store) as Arc<dyn Store>).await;
    if ask {
        for _ in 0..2 {
            if let Ok(handle) = runtime.open_session(&question()).await {
                let (id, said) = (handle.id().to_owned(), messages(handle).await);
                assert!(terminals(&said).len() <= 1);
                let ended = open(workspace).await.session(&id).await.unwrap().unwrap().state;
                assert!(terminals(&said).is_empty() || ended == SessionState::Completed, "{said:#?}");
            }
        }
    }
    if let Ok(resumed) = runtime.resume_all().await {
        for handle in resumed.sessions {
            messages(handle).await;
        }
    }
    runtime.interrupt().await;
    (store.fired(), store.writes())
}

#[tokio::test]
async fn killed_at_every_commit_every_accepted_question_ends_once() {
    let calm = workspace();
    let (_, writes) = attempt(calm.path(), None, true).await;
    assert_eq!(writes, 4, "two for each question: accepted, and answered with its end");
    for first in 1..=writes {
        for when in [When::Before, When::After] {
            for second in 1..=3 {
                let dir = workspace();
                let (fired, _) = attempt(dir.path(), Some((first, when)), true).await;
                assert!(fired, "no fault at write {first} {when:?}");
                attempt(dir.path(), Some((second, when)), false).await;
                attempt(dir.path(), None, false).await;
                let store = open(dir.path()).await;
                for record in store.sessions("workspace", 100).await.unwrap() {
                    assert_eq!(record.state, SessionState::Completed, "{first} {when:?} {second}");
                    assert_eq!(store.outbox(&record.id, 0).await.unwrap().len(), 2);
                }
            }
        }
    }
}

#[tokio::test]
async fn a_stalled_question_is_fenced_out_and_there_is_one_outcome() {
    let dir = workspace();
    let clock = Arc::new(ManualClock::default());
    let stalled_agent = Arc::new(Librarian::stalling_at(ANSWER));
    let stalled = runtime_with(&stalled_agent, dir.path(), manual(&clock)).await;
    let handle = stalled.open_session(&question()).await.unwrap();
    let id = handle.id().to_owned();
    stalled_agent.reached().await;

    let other = runtime_with(&Arc::new(Librarian::new()), dir.path(), manual(&clock)).await;
    let resumed = other.resume_all().await.unwrap();
    assert!(resumed.sessions.is_empty());
    assert_eq!(resumed.left[0].0, id);
    assert_eq!(resumed.left[0].1.code.as_str(), "SESSION_BUSY");

    clock.0.fetch_add(60_000_000, Ordering::SeqCst);
    let resumed = other.resume_all().await.unwrap().sessions.remove(0);
    assert_eq!(resumed.id(), id);
    let said = messages(resumed).await;
    assert_eq!(terminals(&said), ["completed"]);

    // The stalled worker wakes up: what it would say is refused, and its listener hears what stands.
    clock.0.fetch_add(1_000_000, Ordering::SeqCst);
    stalled_agent.let_on.add_permits(1);
    assert_eq!(messages(handle).await, said);
    stalled.close().await;
    assert_eq!(stalled_agent.begun.load(Ordering::SeqCst), 1);
    other.close().await;
    assert_eq!(open(dir.path()).await.outbox(&id, 0).await.unwrap().len(), 2);
}

#[tokio::test]
async fn one_idempotency_key_is_one_session_at_the_front_door_whatever_is_asked() {
    for payload in [json!({ "idempotency_key": "k" }), json!({ "idempotency_key": "k", "phases": [] })] {
        let dir = workspace();
        let runtime = runtime(&Arc::new(Librarian::new()), dir.path()).await;
        let mut together = JoinSet::new();
        for nth in 0..100 {
            let request = request("get_library_context", payload.clone(), &format!("r-{nth}"));
            let runtime = runtime.clone();
            together.spawn(async move { (nth, accepted(&runtime, request).await) });
        }
        let results = together.join_all().await;
        let ids: std::collections::BTreeSet<&str> =
            results.iter().map(|(_, said)| said[0]["_meta"]["session_id"].as_str().unwrap()).collect();
        assert_eq!((results.len(), ids.len()), (100, 1));
        for (nth, said) in &results {
            assert_eq!(terminals(said), ["completed"]);
            assert!(said.iter().all(|message| message["_meta"]["in_reply_to"] == format!("r-{nth}")));
        }
        assert_eq!(runtime.sessions(10).await.unwrap().len(), 1);
        let mut other = payload.clone();
        other["query"] = json!("something else");
        let refused = accepted(&runtime, request("get_library_context", other, "r-x")).await;
        assert_eq!((refused.len(), &refused[0]["error"]["code"]), (1, &json!("IDEMPOTENCY_CONFLICT")));
        runtime.close().await;
    }
}

#[tokio::test]
async fn questions_beyond_the_limit_are_refused_and_can_be_sent_again() {
    let dir = workspace();
    let agent = Arc::new(Librarian::stalling_at(ANSWER));
    let few = Options { questions_at_once: 2, ..options() };
    let runtime = runtime_with(&agent, dir.path(), few).await;
    let handles =
        [runtime.open_session(&question()).await.unwrap(), runtime.open_session(&question()).await.unwrap()];
    let refused = runtime.open_session(&question()).await.err().unwrap();
    assert_eq!((refused.code.as_str(), refused.retryable), ("OVERLOADED", true));
    assert_eq!(runtime.sessions(10).await.unwrap().len(), 2, "what is refused is not stored");
    agent.let_on.add_permits(8);
    for handle in handles {
        assert_eq!(messages(handle).await.len(), 2);
    }
    assert_eq!(accepted(&runtime, question()).await.len(), 2);
    runtime.close().await;
}

#[tokio::test]
async fn questions_are_answered_beside_a_running_session_and_can_be_cancelled() {
    let dir = workspace();
    let agent = Arc::new(Librarian::stalling_at("cards"));
    let runtime = runtime(&agent, dir.path()).await;
    let running = runtime.open_session(&work()).await.unwrap();
    agent.reached().await;
    assert_eq!(accepted(&runtime, question()).await.len(), 2);
    agent.let_on.add_permits(1);
    assert_eq!(terminals(&messages(running).await), ["completed"]);
    runtime.close().await;

    let agent = Arc::new(Librarian::stalling_at(ANSWER));
    let runtime = super::support::runtime(&agent, dir.path()).await;
    let asked = runtime.open_session(&question()).await.unwrap();
    agent.reached().await;
    let state = runtime.cancel(asked.id(), "a person", Some("never mind")).await.unwrap();
    assert_eq!(state.status.as_str(), "cancelled");
    let said = messages(asked).await;
    assert_eq!((said.len(), terminals(&said)), (1, vec!["cancelled"]));
    assert_eq!(said[0]["message"], "cancelled by `a person`: never mind");
    // Nobody waits for the answer any more, so nothing computes it; otherwise this would never return.
    runtime.close().await;
    assert_eq!(agent.alive.load(Ordering::SeqCst), 0);
}
