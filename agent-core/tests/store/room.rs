//! What the store takes on the disk, and gives back.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use agent_core::store::{
    Claim, Commit, NewSession, Opened, OutboxEntry, SessionKind, SessionState, SqliteStore, Store,
    StoreError, Upkeep,
};
use protocol::{Definition, Evidence, Figure, FigureId, FigureStatus, Scope, Unit};
use serde_json::json;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode};
use sqlx::{ConnectOptions, Connection};

use super::support::{end, opened, question};

/// A reading as a session of a large book records it: for each account the same, but for a few digits.
fn reading(account: usize, value: u64) -> Figure {
    let scope = Scope::one("account", &format!("A{account:05}"));
    Figure {
        id: FigureId::of("seat_utilisation", &scope),
        metric: "seat_utilisation".to_owned(),
        title: "Seats in use of those that were bought".to_owned(),
        scope,
        value: Some(value.into()),
        shown: format!("{value}%"),
        unit: Unit::Percent,
        currency: None,
        n: value,
        window: None,
        as_of: "2026-09-30".to_owned(),
        status: FigureStatus::Known,
        target: None,
        reason: None,
        implausible: None,
        definition: Definition {
            file: "signals/seat_utilisation.sql".to_owned(),
            sha256: "ab".repeat(32),
            value: "100.0 * sum(active) / sum(seats)".to_owned(),
            population: Some("managed accounts on the as-of date".to_owned()),
        },
        evidence: Some(Evidence { rows: "cd".repeat(32), format: "parquet".to_owned(), count: value }),
    }
}

async fn work(store: &SqliteStore, id: &str) -> agent_core::store::Lease {
    let claim = Some(Claim { owner: "me".to_owned(), until: 1_000, locked: true });
    let new = NewSession { kind: SessionKind::Work, idempotency_key: None, claim, ..question(id) };
    match store.open_session(new).await.unwrap() {
        Opened::New(record) => record.lease().unwrap(),
        other => panic!("{other:?}"),
    }
}

fn size(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |there| there.len())
}

#[tokio::test]
async fn readings_take_a_tenth_of_their_text_and_each_is_found_by_its_id() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("store.db");
    let store = SqliteStore::open(&path).await.unwrap();
    let lease = work(&store, "s").await;
    let readings: Vec<Figure> = (0..5_000).map(|nth| reading(nth, nth as u64 % 101)).collect();
    let text: usize = readings.iter().map(|it| serde_json::to_string(it).unwrap().len()).sum();
    // In no order, and some of them again later: they are the same ones.
    let (even, odd): (Vec<Figure>, Vec<Figure>) = readings.iter().cloned().partition(|it| it.n % 2 == 0);
    for figures in [odd, even, readings[100..300].to_vec()] {
        store.commit(&lease, Commit { figures, ..Commit::default() }).await.unwrap();
    }
    assert_eq!(store.figures("s").await.unwrap(), readings);
    for nth in [0, 1, 511, 512, 4_999] {
        let id = &readings[nth].id;
        assert_eq!(store.figure("s", id).await.unwrap().as_ref(), Some(&readings[nth]));
    }
    for absent in ["figure:seat_utilisation@account=A05000", "figure:a", "figure:z"] {
        assert_eq!(store.figure("s", &FigureId::from(absent)).await.unwrap(), None);
    }
    store.close().await;
    let taken = size(&path);
    assert!(taken < text as u64 / 10, "{taken} bytes for {text}");
}

#[tokio::test]
async fn another_value_under_the_same_id_is_refused_also_beside_figures_of_an_older_version() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("store.db");
    let store = SqliteStore::open(&path).await.unwrap();
    let lease = work(&store, "s").await;
    store.commit(&lease, Commit { figures: vec![reading(1, 10)], ..Commit::default() }).await.unwrap();
    // As a version before this one kept it.
    let mut raw = SqliteConnectOptions::new().filename(&path).connect().await.unwrap();
    let old = serde_json::to_string(&reading(2, 20)).unwrap();
    sqlx::query("INSERT INTO figures (session_id, id, figure) VALUES ('s', ?, ?)")
        .bind(reading(2, 20).id.as_str())
        .bind(old)
        .execute(&mut raw)
        .await
        .unwrap();
    raw.close().await.unwrap();
    for (account, value, fine) in [(1, 10, true), (1, 11, false), (2, 20, true), (2, 21, false), (3, 1, true)]
    {
        let figures = vec![reading(account, value)];
        let done = store.commit(&lease, Commit { figures, ..Commit::default() }).await;
        match done {
            Ok(()) => assert!(fine, "{account} {value}"),
            Err(StoreError::FigureConflict { figure, .. }) => {
                assert!(!fine && figure == reading(account, value).id.as_str(), "{figure}");
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    let both = Commit { figures: vec![reading(9, 1), reading(9, 2)], ..Commit::default() };
    assert!(matches!(store.commit(&lease, both).await, Err(StoreError::FigureConflict { .. })));
    let there = || async { store.figures("s").await.unwrap() };
    assert_eq!(there().await, [reading(1, 10), reading(2, 20), reading(3, 1)]);
    // Packed later, they are the same figures.
    while store.pack_figures().await.unwrap() {}
    assert_eq!(there().await, [reading(1, 10), reading(2, 20), reading(3, 1)]);
    store.close().await;
}

#[tokio::test]
async fn the_file_and_its_companions_are_their_owners_alone() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("store.db");
    // One that an older version made, readable to all.
    std::fs::write(&path, "").unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let store = SqliteStore::open(&path).await.unwrap();
    opened(&store, "q").await.unwrap();
    for name in ["store.db", "store.db-wal", "store.db-shm"] {
        let mode = std::fs::metadata(dir.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    store.close().await;
}

/// Asks, answers with 8 kB, and prunes, as often as `rounds`.
async fn rounds(store: &SqliteStore, rounds: std::ops::Range<usize>) {
    for round in rounds {
        for nth in 0..20 {
            let lease = opened(store, &format!("q-{round:04}-{nth:02}")).await.unwrap();
            store.commit(&lease, Commit { at: 20 + round as i64, ..end() }).await.unwrap();
        }
        while store.prune_questions("t", i64::MIN, 50, 256, 30).await.unwrap() == 256 {}
    }
    store.give_back(10_000).await.unwrap();
}

#[tokio::test]
async fn pruned_questions_give_their_room_back_and_the_file_stops_growing() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("store.db");
    let store = SqliteStore::open(&path).await.unwrap();
    let mut sizes = Vec::new();
    for turn in 0..3 {
        rounds(&store, turn * 25..(turn + 1) * 25).await;
        sizes.push(size(&path) + size(&path.with_extension("db-wal")));
    }
    // 1,500 questions of about 9 kB, of which 50 are kept: 450 kB, and the log of the last commits.
    assert!(sizes[2] <= sizes[0] + 500_000, "{sizes:?}");
    assert_eq!(store.sessions("t", 1_000).await.unwrap().len(), 50);
    store.close().await;
    assert!(size(&path) < 1_000_000, "{}", size(&path));
}

#[tokio::test]
async fn a_file_of_an_older_version_gives_its_room_back_once_it_is_compacted() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("store.db");
    // Made as older versions did: without the table that says which pages can be given back.
    let options = SqliteConnectOptions::new()
        .filename(&path)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal);
    let mut raw = options.connect().await.unwrap();
    sqlx::raw_sql("CREATE TABLE before (x); DROP TABLE before;").execute(&mut raw).await.unwrap();
    raw.close().await.unwrap();
    let store = SqliteStore::open(&path).await.unwrap();
    for nth in 0..400 {
        let lease = opened(&store, &format!("q-{nth:04}")).await.unwrap();
        store.commit(&lease, end()).await.unwrap();
    }
    while store.prune_questions("t", i64::MIN, 10, 256, 30).await.unwrap() == 256 {}
    assert_eq!(store.give_back(10_000).await.unwrap(), 0, "it has nothing to give back by pages");
    store.compact().await.unwrap();
    let compacted = size(&path);
    assert!(compacted < 400_000, "{compacted} bytes for ten questions");
    // From then on pages go back one by one.
    rounds(&store, 0..25).await;
    store.close().await;
    assert!(size(&path) < 1_200_000, "{}", size(&path));
}

#[tokio::test]
async fn the_key_of_a_pruned_question_is_known_to_have_been_used_alone_and_among_others() {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&dir.path().join("store.db")).await.unwrap();
    let lease = opened(&store, "old").await.unwrap();
    store.commit(&lease, end()).await.unwrap();
    assert_eq!(store.prunable_questions("t", 21, 100).await.unwrap(), 1);
    assert_eq!(store.prune_questions("t", 21, 100, 256, 30).await.unwrap(), 1);
    assert!(store.session("old").await.unwrap().is_none());
    let again = |id: &str| NewSession { id: id.to_owned(), ..question("old") };
    assert!(matches!(store.open_session(again("new")).await.unwrap(), Opened::KeyPruned));
    // Many at once are opened in few statements; the one with the used key is told all the same.
    let some = (0..9).map(|nth| store.open_session(question(&format!("other-{nth}"))));
    let (used, others) =
        tokio::join!(store.open_session(again("newer")), futures_util::future::join_all(some));
    assert!(matches!(used.unwrap(), Opened::KeyPruned));
    assert!(others.into_iter().all(|other| matches!(other.unwrap(), Opened::New(_))));
    // What is forgotten for good is what was used longest ago.
    store.forget_keys("t", 0).await.unwrap();
    store.close().await;
}

#[tokio::test]
async fn a_session_with_an_unanswered_approval_or_an_open_one_is_not_pruned() {
    let dir = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(&dir.path().join("store.db")).await.unwrap();
    let lease = work(&store, "s").await;
    assert!(!store.prune_work("t", "s", 50).await.unwrap(), "it is open");
    let messages = vec![OutboxEntry { seq: 1, message: "{}".to_owned() }];
    let close = Some(SessionState::Completed);
    store.commit(&lease, Commit { messages, close, at: 20, ..Commit::default() }).await.unwrap();
    let mut raw = SqliteConnectOptions::new().filename(dir.path().join("store.db")).connect().await.unwrap();
    sqlx::raw_sql(
        "INSERT INTO approvals (id, tenant, session_id, key, content, action, summary, figures, details, state,
                                asked_at, expires_at)
         VALUES ('ap', 't', 's', 'k', 'c', 'send', 's', '[]', '{}', 'pending', 1, 100)",
    )
    .execute(&mut raw)
    .await
    .unwrap();
    assert!(!store.prune_work("t", "s", 50).await.unwrap(), "its approval waits");
    sqlx::raw_sql("UPDATE approvals SET state = 'rejected', decided_at = 5, decided_by = 'Ann'")
        .execute(&mut raw)
        .await
        .unwrap();
    assert!(store.prune_work("t", "s", 50).await.unwrap());
    let record = store.session("s").await.unwrap().unwrap();
    assert_eq!((record.pruned_at, record.request), (Some(50), json!({})));
    assert!(
        store.outbox("s", 0).await.unwrap().is_empty() && store.previous("t", None).await.unwrap().is_none()
    );
    assert!(store.approval("t", "ap", 6).await.unwrap().is_some(), "who decided what is kept");
    raw.close().await.unwrap();
    store.close().await;
}
