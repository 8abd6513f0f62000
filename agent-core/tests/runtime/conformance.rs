//! What any store must do. Another store is tried by calling [`conforms`] with it.

use std::collections::BTreeMap;

use agent_core::store::{
    Commit, ContextEntry, JournalEntry, NewSession, Opened, OutboxEntry, SessionState, SqliteStore, Store,
    StoreError,
};
use protocol::FigureId;
use serde_json::json;

fn new(id: &str, pin: &str, key: Option<&str>) -> NewSession {
    NewSession {
        id: id.to_owned(),
        tenant: "t".to_owned(),
        pin: pin.to_owned(),
        pin_parts: BTreeMap::from([("data".to_owned(), pin.to_owned())]),
        request: json!({ "request_type": "x" }),
        request_hash: "h".to_owned(),
        idempotency_key: key.map(str::to_owned),
        at: 10,
    }
}

fn step(key: &str, seq: i64) -> Commit {
    Commit {
        step: Some(JournalEntry {
            key: key.to_owned(),
            input_hash: format!("in {key}"),
            output_hash: format!("out {key}"),
        }),
        messages: vec![OutboxEntry { seq, message: format!("{{\"n\":{seq}}}") }],
        at: 20,
        lease_until: 120,
        ..Commit::default()
    }
}

pub(crate) async fn conforms(store: &dyn Store) {
    one_session_at_a_time(store).await;
    a_commit_is_whole_and_fenced(store).await;
    what_was_written_and_published_is_found(store).await;
}

async fn one_session_at_a_time(store: &dyn Store) {
    assert!(matches!(store.open_session(new("s1", "p1", Some("k"))).await.unwrap(), Opened::New(_)));
    // By its pin and request, and by its key, it is found again.
    let by_pin = store.open_session(new("s2", "p1", Some("k2"))).await.unwrap();
    assert!(matches!(by_pin, Opened::Existing(record) if record.id == "s1"));
    let by_key = store.open_session(new("s2", "p9", Some("k2"))).await.unwrap();
    assert!(matches!(by_key, Opened::Existing(record) if record.id == "s1"));
    let other_pin = store.open_session(new("s2", "p2", None)).await.unwrap();
    assert!(matches!(other_pin, Opened::Unfinished(record) if record.id == "s1"));
    let other_body = NewSession { request_hash: "other".to_owned(), ..new("s2", "p1", Some("k")) };
    let conflict = store.open_session(other_body).await.unwrap();
    assert!(matches!(conflict, Opened::KeyConflict { session_id } if session_id == "s1"));
    let (hash, record) = store.keyed("t", "k").await.unwrap().unwrap();
    assert_eq!((hash.as_str(), record.id.as_str(), record.pin_parts["data"].as_str()), ("h", "s1", "p1"));
    assert!(store.keyed("another", "k").await.unwrap().is_none());
}

async fn a_commit_is_whole_and_fenced(store: &dyn Store) {
    let first = store.take_lease("s1", "one", 10, 100, false).await.unwrap();
    store.commit(&first, step("a", 1)).await.unwrap();
    let held = store.take_lease("s1", "two", 110, 200, false).await;
    assert!(matches!(held, Err(StoreError::LeaseHeld { owner, .. }) if owner == "one"), "commits extend");

    // A commit that cannot be whole leaves nothing behind.
    let mut twice = step("b", 2);
    twice.messages.push(OutboxEntry { seq: 1, message: "{}".to_owned() });
    assert!(matches!(store.commit(&first, twice).await, Err(StoreError::Duplicate { .. })));
    assert_eq!(store.journal("s1").await.unwrap().len(), 1);
    assert_eq!(store.last_seq("s1").await.unwrap(), 1);

    let second = store.take_lease("s1", "two", 121, 300, false).await.unwrap();
    assert!(second.epoch > first.epoch);
    for late in [
        store.commit(&first, step("b", 2)).await,
        store.renew_lease(&first, 900).await,
        store.record_file(&first, "f", "x", "{}").await,
    ] {
        assert!(matches!(late, Err(StoreError::LeaseLost { .. })), "{late:?}");
    }
    store.commit(&second, step("b", 2)).await.unwrap();
    store.record_file(&second, "f", "x", "{}").await.unwrap();
    let third = store.take_lease("s1", "three", 122, 300, true).await.unwrap();

    let end = Commit { close: Some(SessionState::Cancelled), ..step("c", 3) };
    let next = store.supersede(&third, end, new("s2", "p2", Some("k"))).await.unwrap();
    assert_eq!((next.id.as_str(), next.state), ("s2", SessionState::Open));
    let closed = store.session("s1").await.unwrap().unwrap();
    assert_eq!((closed.state, closed.closed_at), (SessionState::Cancelled, Some(20)));
    assert!(matches!(store.commit(&third, step("d", 4)).await, Err(StoreError::Closed { .. })));
    assert!(matches!(store.take_lease("s1", "x", 999, 1000, true).await, Err(StoreError::Closed { .. })));
    assert_eq!(store.keyed("t", "k").await.unwrap().unwrap().1.id, "s2", "a retry finds the successor");
    let ids: Vec<String> = store.sessions("t").await.unwrap().into_iter().map(|record| record.id).collect();
    assert_eq!(ids, ["s2", "s1"]);
    let keys: Vec<String> = store.journal("s1").await.unwrap().into_iter().map(|entry| entry.key).collect();
    assert_eq!(keys, ["a", "b", "c"]);
    let rest: Vec<i64> = store.outbox("s1", 1).await.unwrap().into_iter().map(|entry| entry.seq).collect();
    assert_eq!(rest, [2, 3]);
}

async fn what_was_written_and_published_is_found(store: &dyn Store) {
    let lease = store.take_lease("s2", "one", 10, 100, false).await.unwrap();
    store.record_file(&lease, "f", "y", "\"Written\"").await.unwrap();
    assert_eq!(store.file_hashes("t", "f").await.unwrap().into_iter().collect::<Vec<_>>(), ["x", "y"]);
    assert_eq!(store.all_file_hashes("t").await.unwrap()["f"].len(), 2);
    assert_eq!(store.placed("s2", "f", "y").await.unwrap().as_deref(), Some("\"Written\""));
    assert_eq!(store.placed("s2", "f", "x").await.unwrap(), None, "that was another session");
    assert!(store.figure("s2", &FigureId::from("none")).await.unwrap().is_none());

    let entry = |at, expires| ContextEntry {
        context_type: "get_x_context".to_owned(),
        author: format!("at {at}"),
        at,
        expires,
        payload: json!({ "at": at }),
    };
    store.publish("t", entry(1, None)).await.unwrap();
    store.publish("t", entry(2, Some(5))).await.unwrap();
    let authors = |at| async move {
        let entries = store.contexts("t", "get_x_context", at).await.unwrap();
        entries.into_iter().map(|entry| entry.author).collect::<Vec<_>>()
    };
    assert_eq!(authors(4).await, ["at 2", "at 1"]);
    assert_eq!(authors(5).await, ["at 1"]);
    assert_eq!(store.context_types("t", 4).await.unwrap(), ["get_x_context"]);
    assert!(store.contexts("another", "get_x_context", 4).await.unwrap().is_empty());
}

#[tokio::test]
async fn sqlite_conforms_and_a_newer_file_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("deep/store.db");
    let store = SqliteStore::open(&path).await.unwrap();
    conforms(&store).await;
    store.close().await;

    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&path);
    let raw = sqlx::SqlitePool::connect_with(options).await.unwrap();
    let mode: String = sqlx::query_scalar("PRAGMA journal_mode").fetch_one(&raw).await.unwrap();
    assert_eq!(mode, "wal");
    sqlx::raw_sql("PRAGMA user_version = 99").execute(&raw).await.unwrap();
    raw.close().await;
    assert!(matches!(SqliteStore::open(&path).await, Err(StoreError::TooNew { found: 99, .. })));
}
