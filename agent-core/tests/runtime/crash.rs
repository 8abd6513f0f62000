use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use agent_core::runtime::Runtime;
use agent_core::store::{JournalEntry, SessionState, SqliteStore, Store};
use protocol::Request;
use serde_json::{Value, json};

use super::faulty::{FaultyStore, When};
use super::librarian::{Librarian, Mischief, STEPS};
use super::support::{bare, files, messages, request, runtime, runtime_on, terminals, work, workspace};

/// What must be equal, however often a run was disturbed.
#[derive(Debug, PartialEq)]
struct End {
    sessions: Vec<SessionState>,
    journal: Vec<JournalEntry>,
    messages: Vec<Value>,
    figures: Vec<Value>,
    files: BTreeMap<String, String>,
}

async fn open(workspace: &Path) -> Arc<dyn Store> {
    Arc::new(SqliteStore::open(&workspace.join(".csm/store.db")).await.unwrap())
}

async fn end_of(workspace: &Path) -> End {
    let store = open(workspace).await;
    let sessions = store.sessions("workspace", 100).await.unwrap();
    let id = &sessions[0].id;
    let outbox = store.outbox(id, 0).await.unwrap();
    let messages: Vec<Value> =
        outbox.iter().map(|entry| serde_json::from_str(&entry.message).unwrap()).collect();
    let figures = store.figures(id).await.unwrap();
    End {
        sessions: sessions.iter().map(|session| session.state).collect(),
        journal: store.journal(id).await.unwrap(),
        messages: bare(&messages),
        figures: figures.iter().map(|figure| serde_json::to_value(figure).unwrap()).collect(),
        files: files(workspace),
    }
}

/// Runs the request on a store that dies at a write; whether it did, and how many writes there were.
async fn attempt(workspace: &Path, fail_at: Option<(usize, When)>) -> (bool, usize) {
    let store = Arc::new(FaultyStore::new(open(workspace).await, fail_at));
    let agent = Arc::new(Librarian::new());
    let runtime = runtime_on(&agent, workspace, Arc::clone(&store) as Arc<dyn Store>).await;
    if let Ok(handle) = runtime.open_session(&work()).await {
        let said = messages(handle).await;
        // A commit that is done and then reported as failed may still be read by a quick listener: what is told
        // must stand in the store, no more.
        if !store.fired() {
            assert!(!terminals(&said).is_empty(), "{said:#?}");
        } else if !terminals(&said).is_empty() {
            let sessions = open(workspace).await.sessions("workspace", 100).await.unwrap();
            assert_ne!(sessions[0].state, SessionState::Open, "{said:#?}");
        }
    }
    runtime.interrupt().await;
    (store.fired(), store.writes())
}

/// A person edited both kinds of file before the session, so that every placing rule is at work.
fn disturbed_workspace() -> tempfile::TempDir {
    let dir = workspace();
    std::fs::create_dir_all(dir.path().join("cards")).unwrap();
    std::fs::create_dir_all(dir.path().join("out")).unwrap();
    std::fs::write(dir.path().join("cards/a.md"), "my own card").unwrap();
    std::fs::write(dir.path().join("out/catalogue.txt"), "my own catalogue").unwrap();
    dir
}

#[tokio::test]
async fn killed_at_every_commit_and_again_in_recovery_it_ends_as_if_undisturbed() {
    let calm = disturbed_workspace();
    let (_, writes) = attempt(calm.path(), None).await;
    let expected = end_of(calm.path()).await;
    assert_eq!(expected.sessions, [SessionState::Completed]);
    assert_eq!(expected.journal.iter().map(|entry| entry.key.as_str()).collect::<Vec<_>>(), STEPS);
    assert_eq!(expected.figures.len(), 2);

    for first in 1..=writes {
        for when in [When::Before, When::After] {
            // Recovery takes fewer writes than the whole run: go on until its fault no longer fires.
            for second in 1.. {
                let dir = disturbed_workspace();
                let (fired, _) = attempt(dir.path(), Some((first, when))).await;
                assert!(fired, "no fault at write {first} {when:?}");
                let (fired_again, _) = attempt(dir.path(), Some((second, when))).await;
                attempt(dir.path(), None).await;
                let end = end_of(dir.path()).await;
                // Asked again after its terminal message was committed, a request opens a new session.
                let sessions = end.sessions.len();
                assert!(end.sessions.iter().all(|state| *state == SessionState::Completed), "{end:#?}");
                if sessions == 1 {
                    assert_eq!(end, expected, "write {first} {when:?}, then {second}");
                }
                // Enough of the second faults: at the first writes, in the middle and at the end.
                if !fired_again || second >= 3 {
                    break;
                }
            }
        }
    }
}

#[tokio::test]
async fn a_busy_store_stops_the_session_which_then_resumes_under_its_id() {
    let dir = workspace();
    let path = dir.path().join(".csm/store.db");
    let store = Arc::new(SqliteStore::open_with(&path, Duration::from_millis(20)).await.unwrap());
    let agent = Arc::new(Librarian::stalling_at("cards"));
    let runtime = runtime_on(&agent, dir.path(), store).await;
    let handle = runtime.open_session(&work()).await.unwrap();
    let id = handle.id().to_owned();
    agent.reached().await;

    // Another process writes and does not finish.
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path);
    let other = sqlx::SqlitePool::connect_with(options).await.unwrap();
    let blocking = other.begin_with("BEGIN IMMEDIATE").await.unwrap();
    agent.let_on.add_permits(1);
    let said = messages(handle).await;
    assert!(terminals(&said).is_empty(), "{said:#?}");
    let error = &said.last().unwrap()["error"];
    assert_eq!((&error["code"], &error["retryable"]), (&"STORE_FAILED".into(), &true.into()));
    let journal: i64 = sqlx::query_scalar("SELECT count(*) FROM journal").fetch_one(&other).await.unwrap();
    assert_eq!(journal, 3, "the steps before the one that failed");

    blocking.rollback().await.unwrap();
    agent.let_on.add_permits(1);
    let handle = runtime.open_session(&work()).await.unwrap();
    assert_eq!(handle.id(), id);
    assert_eq!(terminals(&messages(handle).await), ["completed"]);
    runtime.close().await;
}

#[tokio::test]
async fn a_resumed_session_skips_what_is_recorded_and_replays_what_was_said() {
    let dir = workspace();
    let agent = Arc::new(Librarian::stalling_at("cards"));
    let first = runtime(&agent, dir.path()).await;
    let mut handle = first.open_session(&work()).await.unwrap();
    let id = handle.id().to_owned();
    agent.reached().await;
    let said_first = Value::Object(handle.next().await.unwrap().into_members());
    first.interrupt().await;
    assert_eq!(agent.alive.load(std::sync::atomic::Ordering::SeqCst), 0);

    let agent = Arc::new(Librarian::new());
    let second = runtime(&agent, dir.path()).await;
    let resumed = second.resume_all().await.unwrap().sessions.remove(0);
    assert_eq!(resumed.id(), id);
    let said = messages(resumed).await;
    assert_eq!(said[0], said_first);
    let seqs: Vec<u64> = said.iter().filter_map(|message| message["_meta"]["seq"].as_u64()).collect();
    assert_eq!(seqs, (1..=seqs.len() as u64).collect::<Vec<_>>());
    assert_eq!(terminals(&said), ["completed"]);
    // Only the two steps that were not recorded did any work.
    assert_eq!(agent.begun.load(std::sync::atomic::Ordering::SeqCst), 2);

    let next = second.open_session(&work()).await.unwrap();
    assert_ne!(next.id(), id, "a completed session is not opened again");
    messages(next).await;
    second.close().await;
}

#[tokio::test]
async fn a_changed_pin_supersedes_the_unfinished_session() {
    let dir = workspace();
    let agent = Arc::new(Librarian::stalling_at("cards"));
    let first = runtime(&agent, dir.path()).await;
    let old = first.open_session(&work()).await.unwrap().id().to_owned();
    agent.reached().await;
    first.interrupt().await;

    std::fs::write(dir.path().join("books/b.md"), "four five six").unwrap();
    let second = runtime(&Arc::new(Librarian::new()), dir.path()).await;
    let handle = second.open_session(&work()).await.unwrap();
    let new = handle.id().to_owned();
    assert_ne!(new, old);
    assert_eq!(terminals(&messages(handle).await), ["completed"]);
    assert_eq!(files(dir.path())["out/catalogue.txt"], "a.md: 3\nb.md: 3\n");

    let mut attach = work();
    attach.meta_mut().set("session_id", old.as_str());
    let said = messages(second.open_session(&attach).await.unwrap()).await;
    assert_eq!(terminals(&said), ["cancelled"]);
    assert_eq!(said.last().unwrap()["_meta"]["superseded_by"], new);
    let why = format!("superseded: what this session depended on has changed; `{new}` took over");
    assert_eq!(said.last().unwrap()["message"], why);
    second.close().await;
}

#[tokio::test]
async fn a_session_that_another_request_replaced_says_so() {
    let dir = workspace();
    let agent = Arc::new(Librarian::stalling_at("cards"));
    let first = runtime(&agent, dir.path()).await;
    let old = first.open_session(&work()).await.unwrap().id().to_owned();
    agent.reached().await;
    first.interrupt().await;

    let second = runtime(&Arc::new(Librarian::new()), dir.path()).await;
    let other = request("get_library_context", json!({ "query": "something else" }), "r-2");
    let handle = second.open_session(&other).await.unwrap();
    let new = handle.id().to_owned();
    assert_eq!(terminals(&messages(handle).await), ["completed"]);
    let mut attach = work();
    attach.meta_mut().set("session_id", old.as_str());
    let said = messages(second.open_session(&attach).await.unwrap()).await;
    assert_eq!(terminals(&said), ["cancelled"]);
    assert_eq!(said.last().unwrap()["_meta"]["superseded_by"], new);
    let why = format!("superseded: another request took its place; `{new}` took over");
    assert_eq!(said.last().unwrap()["message"], why);
    second.close().await;
}

#[tokio::test]
async fn a_pin_that_cannot_be_taken_leaves_the_session_of_its_request_as_it_is() {
    let dir = workspace();
    let book = dir.path().join("books/b.md");
    let whole = std::fs::read(&book).unwrap();
    let agent = Arc::new(Librarian::stalling_at("cards"));
    let first = runtime(&agent, dir.path()).await;
    let id = first.open_session(&work()).await.unwrap().id().to_owned();
    agent.reached().await;

    let mut resume = work();
    resume.meta_mut().set("session_id", id.as_str());
    let left = async |runtime: &Runtime, request: &Request| {
        let error = runtime.open_session(request).await.err().unwrap();
        assert_eq!((error.code.as_str(), error.retryable), ("DATASET_INVALID", true), "{error:?}");
        assert!(error.message.contains("half-saved") && error.message.contains(&id), "{error:?}");
        assert_eq!(error.details.unwrap()["session_id"], id);
        let sessions = runtime.sessions(100).await.unwrap();
        assert_eq!((sessions.len(), sessions[0].state), (1, SessionState::Open));
    };
    // While it runs, and when it does not.
    std::fs::write(&book, "").unwrap();
    left(&first, &work()).await;
    first.interrupt().await;
    let second = runtime(&Arc::new(Librarian::new()), dir.path()).await;
    left(&second, &work()).await;
    left(&second, &resume).await;

    std::fs::write(&book, whole).unwrap();
    let handle = second.open_session(&work()).await.unwrap();
    assert_eq!(handle.id(), id);
    assert_eq!(terminals(&messages(handle).await), ["completed"]);

    // With no such session, the request has one that failed.
    std::fs::write(&book, "").unwrap();
    let said = messages(second.open_session(&work()).await.unwrap()).await;
    assert_eq!(terminals(&said), ["failed"]);
    second.close().await;
}

#[tokio::test]
async fn a_running_session_whose_pin_changed_is_superseded_too() {
    let dir = workspace();
    let agent = Arc::new(Librarian::stalling_at("cards"));
    let runtime = runtime(&agent, dir.path()).await;
    let old = runtime.open_session(&work()).await.unwrap();
    agent.reached().await;
    std::fs::write(dir.path().join("books/b.md"), "four five six").unwrap();
    agent.let_on.add_permits(2);
    let new = runtime.open_session(&work()).await.unwrap();
    assert_ne!(new.id(), old.id());
    assert_eq!(terminals(&messages(new).await), ["completed"]);
    assert_eq!(terminals(&messages(old).await).len(), 1);
    runtime.close().await;
}

#[tokio::test]
async fn another_input_within_one_pin_fails_loudly() {
    let dir = workspace();
    let agent = Arc::new(Librarian { stall_at: Some("cards"), ..Librarian::with(Mischief::ChangingInput) });
    let first = runtime(&agent, dir.path()).await;
    first.open_session(&work()).await.unwrap();
    agent.reached().await;
    first.interrupt().await;
    let second = runtime(&agent, dir.path()).await;
    let said = messages(second.open_session(&work()).await.unwrap()).await;
    assert_eq!(terminals(&said), ["failed"]);
    assert_eq!(said.last().unwrap()["error"]["code"], "STEP_CHANGED");
    second.close().await;
}

#[tokio::test]
async fn whatever_goes_wrong_in_the_work_ends_in_one_failed_message() {
    let rows = [
        (Mischief::Panic, "INTERNAL"),
        (Mischief::NoPin, "DATASET_INVALID"),
        (Mischief::StepFails, "DATASET_INVALID"),
        (Mischief::RowsNotKept, "INTERNAL"),
    ];
    for (mischief, code) in rows {
        let dir = workspace();
        let agent = Arc::new(Librarian::with(mischief));
        let runtime = runtime(&agent, dir.path()).await;
        let said = messages(runtime.open_session(&work()).await.unwrap()).await;
        assert_eq!(terminals(&said), ["failed"], "{code} {said:#?}");
        assert_eq!(said.last().unwrap()["error"]["code"], code);
        runtime.close().await;
    }
}
