use agent_core::store::{Claim, Commit, NewSession, Opened, SessionKind, SessionState, SqliteStore, Store};
use serde_json::json;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

/// A file as the first version left it: one session that ended, one that was being worked on, and a key.
const FIRST: &str = "
INSERT INTO sessions (id, tenant, pin, pin_parts, request, request_hash, state, opened_at, closed_at)
VALUES ('s1', 't', 'p1', '{}', '{}', 'h', 'completed', 1, 2);
INSERT INTO sessions (id, tenant, pin, pin_parts, request, request_hash, state, opened_at,
                      lease_owner, lease_epoch, lease_until)
VALUES ('s2', 't', 'p2', '{}', '{}', 'h', 'open', 3, 'one', 4, 100);
INSERT INTO idempotency_keys VALUES ('t', 'k', 'h', 's2');
PRAGMA user_version = 1;";

#[tokio::test]
async fn a_file_of_the_first_version_goes_on_where_it_was() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("store.db");
    let mut raw =
        SqliteConnectOptions::new().filename(&path).create_if_missing(true).connect().await.unwrap();
    sqlx::raw_sql(include_str!("../../src/store/migrations/0001_sessions.sql"))
        .execute(&mut raw)
        .await
        .unwrap();
    sqlx::raw_sql(FIRST).execute(&mut raw).await.unwrap();
    raw.close().await.unwrap();

    let store = SqliteStore::open(&path).await.unwrap();
    let previous = store.previous("t", None).await.unwrap().unwrap();
    assert_eq!((previous.id.as_str(), previous.kind), ("s1", SessionKind::Work));
    let (_, open) = store.keyed("t", "k").await.unwrap().unwrap();
    assert_eq!((open.id.as_str(), open.lease_epoch, open.lease_locked), ("s2", 4, false));
    let new = |id: &str, kind| NewSession {
        id: id.to_owned(),
        tenant: "t".to_owned(),
        kind,
        pin: "p3".to_owned(),
        pin_parts: Default::default(),
        request: json!({}),
        request_hash: "other".to_owned(),
        idempotency_key: None,
        claim: None,
        at: 10,
    };
    let work = store.open_session(new("s3", SessionKind::Work)).await.unwrap();
    assert!(matches!(work, Opened::Unfinished(record) if record.id == "s2"));
    let question = store.open_session(new("s3", SessionKind::Question)).await.unwrap();
    assert!(matches!(question, Opened::New(_)));

    // How its holder took it is not known, so it is waited for.
    let claim = Claim { owner: "two".to_owned(), until: 300, locked: true };
    assert!(store.take_lease("s2", &claim, 99).await.is_err());
    let lease = store.take_lease("s2", &claim, 100).await.unwrap();
    let end = Commit { close: Some(SessionState::Completed), at: 120, ..Commit::default() };
    store.commit(&lease, end).await.unwrap();
    assert_eq!(store.previous("t", None).await.unwrap().unwrap().id, "s2");
    store.close().await;
}
