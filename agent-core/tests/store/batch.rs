use std::sync::Arc;

use agent_core::store::{
    Commit, Lease, NewSession, Opened, OutboxEntry, SessionKind, SqliteStore, Store, StoreError,
};
use protocol::Figure;
use serde_json::json;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};
use tokio::task::JoinSet;

use super::support::{end, opened, question};

fn figure(value: i64) -> Figure {
    serde_json::from_value(json!({
        "id": "figure:f", "metric": "f", "title": "F", "scope": { "dimension": "all" }, "value": value,
        "shown": value.to_string(), "unit": "count", "n": 1, "as_of": "2026-01-31", "status": "known",
        "definition": { "file": "f", "sha256": "0", "value": "1" },
    }))
    .unwrap()
}

/// What is done to the session with that number: most do well, some cannot.
fn commit_of(nth: usize, lease: &Lease) -> (Lease, Commit) {
    match nth % 20 {
        3 => (Lease { epoch: 7, ..lease.clone() }, end()),
        7 => {
            let mut commit = end();
            commit.messages.push(OutboxEntry { seq: 1, message: "again".to_owned() });
            (lease.clone(), commit)
        }
        11 => (lease.clone(), Commit { figures: vec![figure(1), figure(2)], ..end() }),
        15 => (Lease { session_id: "nobody".to_owned(), ..lease.clone() }, end()),
        _ => (lease.clone(), Commit { figures: vec![figure(1), figure(1)], ..end() }),
    }
}

/// Whether the outcome is the one that this commit alone would have.
fn is_its_own(nth: usize, result: &Result<(), StoreError>) -> bool {
    match nth % 20 {
        3 => matches!(result, Err(StoreError::LeaseLost { .. })),
        7 => matches!(result, Err(StoreError::Duplicate { what, .. }) if what == "message 1"),
        11 => matches!(result, Err(StoreError::FigureConflict { figure, .. }) if figure == "figure:f"),
        15 => matches!(result, Err(StoreError::NoSession { id }) if id == "nobody"),
        _ => result.is_ok(),
    }
}

#[tokio::test]
async fn nobody_fails_because_of_a_neighbour() {
    const MANY: usize = 150;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("store.db");
    let store = Arc::new(SqliteStore::open(&file).await.unwrap());

    // While another process writes, all of these queue up.
    let mut other = SqliteConnectOptions::new().filename(&file).connect().await.unwrap();
    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let mut tasks = JoinSet::new();
    for nth in 0..MANY {
        let store = Arc::clone(&store);
        tasks.spawn(async move {
            // Some come twice, with another id and with another body.
            let id = format!("s{nth}");
            let new = match nth % 10 {
                4 => NewSession { idempotency_key: Some(format!("key of s{}", nth - 1)), ..question(&id) },
                5 => NewSession {
                    idempotency_key: Some(format!("key of s{}", nth - 2)),
                    request_hash: "other".to_owned(),
                    ..question(&id)
                },
                _ => question(&id),
            };
            (nth, store.open_session(new).await)
        });
    }
    tokio::task::yield_now().await;
    sqlx::query("COMMIT").execute(&mut other).await.unwrap();
    let mut leases = Vec::new();
    let mut keys = 0;
    for (nth, result) in tasks.join_all().await {
        match (nth % 10, result.unwrap()) {
            // Of those with one key the first is made, whichever that is.
            (3..=5, Opened::Existing(_) | Opened::KeyConflict { .. }) => keys += 1,
            (_, Opened::New(record)) => leases.push((nth, record.lease().unwrap())),
            (_, other) => panic!("{nth}: {other:?}"),
        }
    }
    assert_eq!((leases.len(), keys), (MANY - MANY / 5, MANY / 5));

    sqlx::query("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let mut tasks = JoinSet::new();
    for (nth, lease) in leases {
        let store = Arc::clone(&store);
        tasks.spawn(async move {
            let (by, commit) = commit_of(nth, &lease);
            let result = store.commit(&by, commit).await;
            assert!(is_its_own(nth, &result), "{nth}: {result:?}");
            let written = (
                store.outbox(&lease.session_id, 0).await.unwrap().len(),
                store.journal(&lease.session_id).await.unwrap().len(),
                store.figures(&lease.session_id).await.unwrap().len(),
            );
            assert_eq!(written, if result.is_ok() { (2, 1, 1) } else { (0, 0, 0) }, "{nth}");
        });
    }
    tokio::task::yield_now().await;
    sqlx::query("COMMIT").execute(&mut other).await.unwrap();
    tasks.join_all().await;
    other.close().await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn what_was_queued_before_the_end_is_written_and_later_writes_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("store.db");
    let store = Arc::new(SqliteStore::open(&file).await.unwrap());
    let mut tasks = JoinSet::new();
    for nth in 0..40 {
        let store = Arc::clone(&store);
        tasks.spawn(async move { opened(&store, &format!("s{nth}")).await });
    }
    tokio::task::yield_now().await;
    store.close().await;
    let accepted = tasks.join_all().await.into_iter().filter(Result::is_ok).count();
    let work = NewSession { kind: SessionKind::Work, ..question("late") };
    assert!(store.open_session(work).await.is_err());
    assert!(store.open_session(question("later")).await.is_err());

    let (open, _) = super::support::whole(&file).await;
    assert_eq!((open.len(), accepted > 0), (accepted, true));
}
