//! What is given up, and what is not: on a real file.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use agent_core::runtime::{Keeping, Options, Runtime};
use protocol::{FigureId, Request};
use serde_json::json;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

use super::librarian::Librarian;
use super::support::{
    ManualClock, manual, messages, options, question, request, runtime_with, work, workspace,
};

/// So many sessions and questions are kept.
fn keeping(sessions: usize, questions: usize) -> Options {
    Options { keeping: Keeping { sessions, questions, ..Keeping::default() }, ..options() }
}

async fn done(runtime: &Runtime, request: &Request) -> String {
    let handle = runtime.open_session(request).await.unwrap();
    let id = handle.id().to_owned();
    messages(handle).await;
    id
}

/// What a query counts in the file, once nobody writes it.
async fn count(workspace: &Path, query: &'static str) -> i64 {
    let file = SqliteConnectOptions::new().filename(workspace.join(".csm/store.db"));
    let mut raw = file.connect().await.unwrap();
    let count = sqlx::query_scalar(query).fetch_one(&mut raw).await.unwrap();
    raw.close().await.unwrap();
    count
}

/// The names of all objects on the disk.
fn objects(workspace: &Path) -> BTreeSet<String> {
    let folders = std::fs::read_dir(workspace.join(".csm/objects")).unwrap();
    let files = folders.flat_map(|folder| std::fs::read_dir(folder.unwrap().path()).unwrap());
    files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
}

#[tokio::test]
async fn answered_questions_stop_taking_room_while_they_are_asked() {
    let dir = workspace();
    let runtime = runtime_with(&Arc::new(Librarian::new()), dir.path(), keeping(10, 30)).await;
    for nth in 0..700 {
        let words = format!("{nth} {}", "long ".repeat(900));
        let asked = request("get_library_context", json!({ "phases": [], "query": words }), "q");
        done(&runtime, &asked).await;
    }
    runtime.close().await;
    // It is looked after every 256th: at most so many beyond the 30 that are kept.
    let kept = count(dir.path(), "SELECT count(*) FROM sessions").await;
    assert!((30..=30 + 256).contains(&kept), "{kept}");
    let said = count(dir.path(), "SELECT count(*) FROM outbox").await;
    assert_eq!(said, 2 * kept, "what pruned questions said is gone");
    // 700 questions of 4.5 kB are above 3 MB.
    let size = std::fs::metadata(dir.path().join(".csm/store.db")).unwrap().len();
    assert!(size < 2_500_000, "{size}");
}

#[tokio::test]
async fn an_answer_is_kept_for_its_time_and_its_key_is_told_that_it_was_pruned() {
    let (dir, clock) = (workspace(), Arc::new(ManualClock::default()));
    let runtime = runtime_with(&Arc::new(Librarian::new()), dir.path(), manual(&clock)).await;
    let asked = question().with_payload("idempotency_key", "monday");
    let id = done(&runtime, &asked).await;
    const DAY: i64 = 24 * 60 * 60 * 1_000_000;
    clock.0.store(7 * DAY, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(runtime.prune().await.unwrap().questions, 0, "seven days are kept");
    assert_eq!(done(&runtime, &asked).await, id);
    clock.0.store(7 * DAY + 1, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(runtime.prunable().await.unwrap().questions, 1);
    assert_eq!(runtime.prune().await.unwrap().questions, 1);
    let refused = runtime.open_session(&asked).await.err().unwrap();
    assert_eq!(refused.code.as_str(), "SESSION_PRUNED");
    assert!(refused.message.contains("`monday`"), "{}", refused.message);
    assert_eq!(runtime.attach(&id, 0).await.err().unwrap().code.as_str(), "SESSION_UNKNOWN");
    runtime.close().await;
}

#[tokio::test]
async fn old_sessions_go_but_for_the_one_that_a_file_rests_on() {
    let dir = workspace();
    let librarian = Arc::new(Librarian::new());
    let runtime = runtime_with(&librarian, dir.path(), keeping(2, 100)).await;
    let mut ids = Vec::new();
    for words in 1..=6 {
        // The card of a.md stays as the first session wrote it; that of b.md and the catalogue change each time.
        std::fs::write(dir.path().join("books/b.md"), "word ".repeat(words)).unwrap();
        let asked = work().with_payload("idempotency_key", format!("week {words}"));
        ids.push(done(&runtime, &asked).await);
    }
    runtime.close().await;

    let runtime = runtime_with(&librarian, dir.path(), keeping(2, 100)).await;
    let left = runtime.prunable().await.unwrap();
    assert_eq!(
        (left.sessions.len(), left.needed.as_slice()),
        (0, &ids[..1]),
        "the rest was pruned as they ended"
    );
    let there: Vec<String> = runtime.sessions(100).await.unwrap().into_iter().map(|it| it.id).collect();
    assert_eq!(there, [&ids[5], &ids[4], &ids[0]].map(Clone::clone));
    for kept in [&ids[0], &ids[4], &ids[5]] {
        let (sound, wrong) = runtime.ledger().check(kept).await.unwrap();
        assert_eq!((sound, wrong.len()), (2, 0), "{kept}");
    }
    // Of the others nothing is left but that they were there.
    let figure = FigureId::from("words@book=a.md");
    assert!(runtime.ledger().figure(&ids[2], &figure).await.unwrap().is_none());
    let gone = runtime.attach(&ids[2], 0).await.err().unwrap();
    assert_eq!(gone.code.as_str(), "SESSION_PRUNED");
    let asked = work().with_payload("idempotency_key", "week 3");
    let used = runtime.open_session(&asked).await.err().unwrap();
    assert_eq!(
        (used.code.as_str(), used.details.unwrap()["session_id"].as_str()),
        ("SESSION_PRUNED", Some(ids[2].as_str()))
    );
    let known = count(dir.path(), "SELECT count(DISTINCT sha256) FROM session_objects").await;
    assert_eq!(objects(dir.path()).len(), usize::try_from(known).unwrap(), "an object that no session needs");

    // What a person makes of the card still rests on the first session; without the card nothing does.
    std::fs::write(dir.path().join("cards/a.md"), "three words, all short").unwrap();
    assert_eq!(runtime.prune().await.unwrap().needed, ids[..1]);
    std::fs::remove_file(dir.path().join("cards/a.md")).unwrap();
    assert_eq!(runtime.prune().await.unwrap().sessions, ids[..1]);
    let (sound, wrong) = runtime.ledger().check(&ids[5]).await.unwrap();
    assert_eq!((sound, wrong.len()), (2, 0), "rows that a kept session shares with a pruned one stay");
    runtime.close().await;
}

#[tokio::test]
async fn objects_of_a_session_of_an_older_version_and_those_that_nobody_names_are_told_apart() {
    let dir = workspace();
    let librarian = Arc::new(Librarian::new());
    let runtime = runtime_with(&librarian, dir.path(), keeping(5, 100)).await;
    let id = done(&runtime, &work()).await;
    runtime.close().await;
    // As a version before this one left it: its objects are not listed.
    let file = SqliteConnectOptions::new().filename(dir.path().join(".csm/store.db"));
    let mut raw = file.connect().await.unwrap();
    sqlx::raw_sql("DELETE FROM session_objects").execute(&mut raw).await.unwrap();
    raw.close().await.unwrap();
    let before = objects(dir.path());
    // What a step kept that was cut off before it was recorded.
    let orphan = agent_core::store::sha256_hex(b"orphan");
    let place = dir.path().join(".csm/objects").join(&orphan[..2]);
    std::fs::create_dir_all(&place).unwrap();
    std::fs::write(place.join(&orphan), "orphan").unwrap();

    let runtime = runtime_with(&librarian, dir.path(), keeping(5, 100)).await;
    let compacted = runtime.compact().await.unwrap();
    assert_eq!((compacted.objects, compacted.bytes), (1, 6));
    assert_eq!(objects(dir.path()), before);
    assert_eq!(runtime.ledger().check(&id).await.unwrap().0, 2);
    runtime.close().await;
}
