//! Stopping and starting again: everything unfinished goes on.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use agent_core::store::{SessionState, SqliteStore, Store};
use serde_json::{Value, json};

use super::faulty::{FaultyStore, When};
use super::librarian::{ANSWER, Librarian};
use super::support::{messages, question, request, runtime, runtime_on, terminals, work, workspace};

#[tokio::test]
async fn a_drained_runtime_takes_nothing_new_and_leaves_the_rest_to_the_next_start() {
    let dir = workspace();
    let agent = Arc::new(Librarian::stalling_at("cards"));
    let first = runtime(&agent, dir.path()).await;
    let held = first.open_session(&work()).await.unwrap();
    agent.reached().await;
    assert_eq!(first.under_way(), 1);
    let drained = first.drain(Duration::ZERO).await;
    assert_eq!((drained.interrupted, first.under_way()), (1, 0));
    assert_eq!(messages(held).await.last().unwrap()["error"]["code"], "SHUTTING_DOWN");
    for refused in [first.open_session(&work()).await, first.open_session(&question()).await] {
        assert_eq!(refused.err().unwrap().code.as_str(), "SHUTTING_DOWN");
    }

    let agent = Arc::new(Librarian::stalling_at(ANSWER));
    let second = runtime(&agent, dir.path()).await;
    let mut handles = second.resume_all().await.unwrap().sessions;
    assert_eq!(terminals(&messages(handles.remove(0)).await), ["completed"]);
    for _ in 0..20 {
        second.open_session(&question()).await.unwrap();
    }
    agent.reached().await;
    assert_eq!(second.drain(Duration::ZERO).await.interrupted, 20);

    let third = runtime(&Arc::new(Librarian::new()), dir.path()).await;
    let resumed = third.resume_all().await.unwrap();
    assert_eq!((resumed.sessions.len(), resumed.left.len()), (20, 0));
    for handle in resumed.sessions {
        let said = messages(handle).await;
        assert_eq!((said.len(), terminals(&said)), (2, vec!["completed"]));
    }
    assert!(third.resume_all().await.unwrap().sessions.is_empty());
    // With time enough, nothing is interrupted.
    let last = third.open_session(&work()).await.unwrap();
    assert_eq!(third.drain(Duration::from_secs(60)).await.interrupted, 0);
    drop(last);
    let store = SqliteStore::open(&dir.path().join(".csm/store.db")).await.unwrap();
    assert!(store.unfinished("workspace").await.unwrap().is_empty());
}

#[tokio::test]
async fn the_key_of_a_superseded_session_leads_to_its_successor() {
    let dir = workspace();
    let agent = Arc::new(Librarian::stalling_at("cards"));
    let first = runtime(&agent, dir.path()).await;
    let keyed = request("get_library_context", json!({ "idempotency_key": "monday" }), "r-1");
    let old = first.open_session(&keyed).await.unwrap().id().to_owned();
    agent.reached().await;
    first.interrupt().await;

    std::fs::write(dir.path().join("books/b.md"), "four five six").unwrap();
    let second = runtime(&Arc::new(Librarian::new()), dir.path()).await;
    let handle = second.open_session(&keyed).await.unwrap();
    let new = handle.id().to_owned();
    assert_ne!(new, old);
    let said = messages(handle).await;
    assert_eq!(terminals(&said), ["completed"]);
    assert_eq!(said.last().unwrap()["message"], "Counted 6 words in 2 books.");
    assert_eq!(second.open_session(&keyed).await.unwrap().id(), new);
    // Who asks for the old one by its id is told who took over.
    let said = messages(second.attach(&old, 0).await.unwrap()).await;
    assert_eq!(said.last().unwrap()["_meta"]["superseded_by"], new);
    second.close().await;
}

/// Lets the data change under a session that stands still and asks again, on a store that dies at a write.
async fn superseding(workspace: &Path, fail_at: usize) -> bool {
    let store = SqliteStore::open(&workspace.join(".csm/store.db")).await.unwrap();
    let store = Arc::new(FaultyStore::new(Arc::new(store), Some((fail_at, When::Before))));
    let agent = Arc::new(Librarian::stalling_at("cards"));
    let runtime = runtime_on(&agent, workspace, Arc::clone(&store) as Arc<dyn Store>).await;
    let old = runtime.open_session(&work()).await.unwrap();
    agent.reached().await;
    std::fs::write(workspace.join("books/b.md"), "four five six").unwrap();
    if let Ok(new) = runtime.open_session(&work()).await {
        assert_ne!(new.id(), old.id());
        agent.let_on.add_permits(1);
        messages(new).await;
    }
    runtime.interrupt().await;
    store.fired()
}

#[tokio::test]
async fn a_running_session_is_superseded_in_one_commit() {
    let mut superseded = 0;
    // From the first write after the six that led to the step that stalls, until the fault no longer fires.
    for nth in 7.. {
        let dir = workspace();
        let fired = superseding(dir.path(), nth).await;
        let store = SqliteStore::open(&dir.path().join(".csm/store.db")).await.unwrap();
        for record in store.sessions("workspace", 10).await.unwrap() {
            if record.state == SessionState::Cancelled {
                let last = store.last_message(&record.id).await.unwrap().unwrap();
                let last: Value = serde_json::from_str(&last.message).unwrap();
                let by = last["_meta"]["superseded_by"].as_str().unwrap();
                assert!(store.session(by).await.unwrap().is_some(), "nobody took over at write {nth}");
                superseded += 1;
            }
        }
        if !fired {
            break;
        }
    }
    assert!(superseded >= 3, "the session was superseded in {superseded} of the attempts only");
}

#[tokio::test]
async fn every_report_has_progress_as_told_last_and_after_a_restart_too() {
    let dir = workspace();
    let agent = Arc::new(Librarian::stalling_at("cards"));
    let first = runtime(&agent, dir.path()).await;
    let mut held = first.open_session(&work()).await.unwrap();
    let id = held.id().to_owned();
    agent.reached().await;
    // Books `a` and `b` have three and two words; a tick follows each.
    let (mut told, mut ticks) = (Vec::new(), 0);
    while told.len() < 2 || ticks < 2 {
        let message = Value::Object(held.next().await.unwrap().into_members());
        if message["_meta"]["percent"].is_u64() {
            let last = [json!({ "words": 3 }), json!({ "words": 2 })];
            assert!(last.contains(&message["progress"]), "not what was told last: {message}");
            ticks += 1;
        } else if message["status"].is_string() {
            told.push(message["progress"].clone());
        }
    }
    assert_eq!(told, [json!({ "words": 3 }), json!({ "words": 2 })]);
    first.interrupt().await;

    // The next process told none of it, and its last word repeats it all the same.
    let agent = Arc::new(Librarian::stalling_at("cards"));
    let second = runtime(&agent, dir.path()).await;
    let mut resumed = second.resume_all().await.unwrap().sessions.remove(0);
    agent.reached().await;
    resumed.cancel("enough");
    let mut last = Value::Null;
    while let Some(message) = resumed.next().await {
        last = Value::Object(message.into_members());
    }
    assert_eq!((&last["status"], &last["progress"]), (&json!("cancelled"), &json!({ "words": 2 })));
    let again = messages(second.attach(&id, 0).await.unwrap()).await;
    let mut reports = again.iter().filter(|message| message["status"].is_string());
    assert!(reports.all(|message| message["progress"].is_object()), "{again:?}");
    second.close().await;

    // What was told before a session that runs in no process is ended is repeated too.
    let dir = workspace();
    let agent = Arc::new(Librarian::stalling_at("cards"));
    let first = runtime(&agent, dir.path()).await;
    let id = first.open_session(&work()).await.unwrap().id().to_owned();
    agent.reached().await;
    first.interrupt().await;
    std::fs::write(dir.path().join("books/b.md"), "four five six").unwrap();
    let second = runtime(&Arc::new(Librarian::new()), dir.path()).await;
    messages(second.open_session(&work()).await.unwrap()).await;
    let old = messages(second.attach(&id, 0).await.unwrap()).await;
    let last = old.last().unwrap();
    assert_eq!((&last["status"], &last["progress"]), (&json!("cancelled"), &json!({ "words": 2 })));
    second.close().await;
}
