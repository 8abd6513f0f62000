//! What any store must do. Another store is tried by calling [`conforms`] with it.

use std::collections::BTreeMap;

use agent_core::store::{
    Answered, ApprovalAnswer, ApprovalFilter, ApprovalRecord, Claim, Commit, ContextEntry, ContextQuery,
    JournalEntry, NewSession, Opened, OutboxEntry, SessionKind, SessionState, SharedBody, SqliteStore, Store,
    StoreError,
};
use protocol::FigureId;
use protocol::payload::{ApprovalState, Decision};
use serde_json::json;

fn new(id: &str, pin: &str, key: Option<&str>) -> NewSession {
    NewSession {
        id: id.to_owned(),
        tenant: "t".to_owned(),
        kind: SessionKind::Work,
        pin: pin.to_owned(),
        pin_parts: BTreeMap::from([("data".to_owned(), pin.to_owned())]),
        request: json!({ "request_type": "x" }),
        request_hash: "h".to_owned(),
        idempotency_key: key.map(str::to_owned),
        claim: None,
        at: 10,
    }
}

fn claim(owner: &str, until: i64, locked: bool) -> Claim {
    Claim { owner: owner.to_owned(), until, locked }
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
    keys_of_another_request_stay(store).await;
    questions_exclude_nothing(store).await;
    what_is_looked_up_is_found(store).await;
    what_messages_share_is_given_back_with_each(store).await;
    what_was_written_and_published_is_found(store).await;
    an_approval_is_answered_once(store).await;
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
    let first = store.take_lease("s1", &claim("one", 100, false), 10).await.unwrap();
    // Who has the lock knows nothing of a holder who took the session without it.
    let unknown = store.take_lease("s1", &claim("two", 200, true), 20).await;
    assert!(matches!(unknown, Err(StoreError::LeaseHeld { owner, .. }) if owner == "one"));
    store.commit(&first, step("a", 1)).await.unwrap();
    let held = store.take_lease("s1", &claim("two", 200, false), 110).await;
    assert!(matches!(held, Err(StoreError::LeaseHeld { owner, .. }) if owner == "one"), "commits extend");

    // A commit that cannot be whole leaves nothing behind.
    let mut twice = step("b", 2);
    twice.messages.push(OutboxEntry { seq: 1, message: "{}".to_owned() });
    assert!(matches!(store.commit(&first, twice).await, Err(StoreError::Duplicate { .. })));
    assert_eq!(store.journal("s1").await.unwrap().len(), 1);
    assert_eq!(store.last_seq("s1").await.unwrap(), 1);

    let second = store.take_lease("s1", &claim("two", 300, true), 121).await.unwrap();
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
    let third = store.take_lease("s1", &claim("three", 300, true), 122).await.unwrap();

    let end = Commit { close: Some(SessionState::Cancelled), ..step("c", 3) };
    let next = store.supersede(&third, end, new("s2", "p2", Some("k"))).await.unwrap();
    assert_eq!((next.id.as_str(), next.state), ("s2", SessionState::Open));
    let closed = store.session("s1").await.unwrap().unwrap();
    assert_eq!((closed.state, closed.closed_at), (SessionState::Cancelled, Some(20)));
    assert!(matches!(store.commit(&third, step("d", 4)).await, Err(StoreError::Closed { .. })));
    assert!(matches!(
        store.take_lease("s1", &claim("x", 1000, true), 999).await,
        Err(StoreError::Closed { .. })
    ));
    // Every key of the same request leads to the successor, not only the one it came with.
    for key in ["k", "k2"] {
        assert_eq!(store.keyed("t", key).await.unwrap().unwrap().1.id, "s2", "a retry finds the successor");
    }
    let ids: Vec<String> =
        store.sessions("t", 9).await.unwrap().into_iter().map(|record| record.id).collect();
    assert_eq!(ids, ["s2", "s1"]);
    let keys: Vec<String> = store.journal("s1").await.unwrap().into_iter().map(|entry| entry.key).collect();
    assert_eq!(keys, ["a", "b", "c"]);
    let rest: Vec<i64> = store.outbox("s1", 1).await.unwrap().into_iter().map(|entry| entry.seq).collect();
    assert_eq!(rest, [2, 3]);
}

async fn keys_of_another_request_stay(store: &dyn Store) {
    let held = |id: &str, key| NewSession {
        tenant: "moved".to_owned(),
        claim: Some(claim("me", 100, true)),
        ..new(id, "p", Some(key))
    };
    let Opened::New(old) = store.open_session(held("m1", "old")).await.unwrap() else { panic!("new") };
    let end = Commit { close: Some(SessionState::Cancelled), ..step("a", 1) };
    let other = NewSession { request_hash: "other".to_owned(), ..held("m2", "new") };
    // It ends while it is live, by the lease it was opened with.
    let next = store.supersede(&old.lease().unwrap(), end, other).await.unwrap();
    assert_eq!(next.lease().unwrap().epoch, 1, "the successor is held at once");
    store.commit(&next.lease().unwrap(), step("a", 1)).await.unwrap();
    assert_eq!(store.keyed("moved", "old").await.unwrap().unwrap().1.id, "m1");
    assert_eq!(store.keyed("moved", "new").await.unwrap().unwrap().1.id, "m2");
}

/// A question of the tenant `q`, held from its first moment.
fn question(id: &str, key: Option<&str>) -> NewSession {
    NewSession {
        tenant: "q".to_owned(),
        kind: SessionKind::Question,
        claim: Some(claim("me", 100, false)),
        ..new(id, "p", key)
    }
}

async fn questions_exclude_nothing(store: &dyn Store) {
    let work = NewSession { tenant: "q".to_owned(), ..new("w1", "p", None) };
    assert!(matches!(store.open_session(work).await.unwrap(), Opened::New(_)));
    let mut leases = Vec::new();
    for (id, key) in [("q1", Some("kq")), ("q2", None), ("q3", None)] {
        let Opened::New(record) = store.open_session(question(id, key)).await.unwrap() else {
            panic!("{id}")
        };
        assert_eq!(
            (record.kind, record.lease_until, record.lease_locked),
            (SessionKind::Question, 100, false)
        );
        assert_eq!(store.session(id).await.unwrap().unwrap(), record, "it is as it was told");
        leases.push(record.lease().unwrap());
    }
    let held = store.take_lease("q1", &claim("you", 200, true), 50).await;
    assert!(matches!(held, Err(StoreError::LeaseHeld { owner, .. }) if owner == "me"));
    let again = store.open_session(question("q4", Some("kq"))).await.unwrap();
    assert!(matches!(again, Opened::Existing(record) if record.id == "q1"));
    let other = NewSession { request_hash: "other".to_owned(), ..question("q4", Some("kq")) };
    let conflict = store.open_session(other).await.unwrap();
    assert!(matches!(conflict, Opened::KeyConflict { session_id } if session_id == "q1"));
    assert!(store.open_session(question("q2", None)).await.is_err(), "an id is used once");

    let messages = (1..=2).map(|seq| OutboxEntry { seq, message: format!("{{\"n\":{seq}}}") }).collect();
    let answered = Commit { messages, close: Some(SessionState::Completed), at: 30, ..Commit::default() };
    store.commit(&leases[0], answered.clone()).await.unwrap();
    assert_eq!(store.last_message("q1").await.unwrap().unwrap().seq, 2);
    assert_eq!(store.last_message("q2").await.unwrap(), None);
    assert!(matches!(store.commit(&leases[0], answered).await, Err(StoreError::Closed { .. })));
    let open: Vec<String> = store.unfinished("q").await.unwrap().into_iter().map(|open| open.id).collect();
    assert_eq!(open, ["q2", "q3", "w1"]);
}

async fn what_messages_share_is_given_back_with_each(store: &dyn Store) {
    let answered = |id: &str| {
        let shared = SharedBody { seq: 1, sha256: "of the body".into(), text: "{\"n\":0}".into() };
        let message = |seq, message: String| OutboxEntry { seq, message };
        Commit {
            messages: vec![message(1, format!("{{\"id\":\"{id}\"}}")), message(2, "{\"n\":2}".to_owned())],
            shared: vec![shared],
            close: Some(SessionState::Completed),
            at: 30,
            ..Commit::default()
        }
    };
    let mut leases = Vec::new();
    for id in ["b1", "b2", "b3", "b4", "b5"] {
        let Opened::New(record) = store.open_session(question(id, None)).await.unwrap() else {
            panic!("{id}")
        };
        leases.push(record.lease().unwrap());
    }
    // One alone, then several at once.
    store.commit(&leases[0], answered("b1")).await.unwrap();
    let rest = leases[1..].iter().map(|lease| store.commit(lease, answered(&lease.session_id)));
    for done in futures_util::future::join_all(rest).await {
        done.unwrap();
    }
    for id in ["b1", "b2", "b3", "b4", "b5"] {
        let messages = store.outbox(id, 0).await.unwrap();
        assert_eq!(messages[0].message, format!("{{\"n\":0,\"_meta\":{{\"id\":\"{id}\"}}}}"));
        assert_eq!(messages[1].message, "{\"n\":2}");
    }
}

async fn what_is_looked_up_is_found(store: &dyn Store) {
    assert_eq!(store.previous("q", None).await.unwrap(), None, "a question comes before nothing");
    assert_eq!(store.figured("q").await.unwrap(), None);
    for (id, at) in [("l1", 10), ("l2", 20), ("l3", 20)] {
        let new = NewSession {
            tenant: "look".to_owned(),
            claim: Some(claim("me", 100, true)),
            at,
            ..new(id, id, None)
        };
        let Opened::New(record) = store.open_session(new).await.unwrap() else { panic!("{id}") };
        let state = if id == "l2" { SessionState::Failed } else { SessionState::Completed };
        let end = Commit { close: Some(state), ..step("a", 1) };
        store.commit(&record.lease().unwrap(), end).await.unwrap();
    }
    let before = async |at, id| {
        let previous = store.previous("look", Some((at, id))).await.unwrap();
        previous.map(|record| record.id)
    };
    assert_eq!(store.previous("look", None).await.unwrap().unwrap().id, "l3");
    assert_eq!(before(20, "l3").await.as_deref(), Some("l1"), "failed ones do not count");
    assert_eq!(before(10, "l1").await, None);
    let two: Vec<String> = store.sessions("look", 2).await.unwrap().into_iter().map(|one| one.id).collect();
    assert_eq!(two, ["l3", "l2"]);
}

async fn what_was_written_and_published_is_found(store: &dyn Store) {
    let lease = store.take_lease("s2", &claim("one", 100, false), 10).await.unwrap();
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
        let found = store.contexts("t", &asking(at)).await.unwrap();
        found.entries.into_iter().map(|entry| entry.author).collect::<Vec<_>>()
    };
    assert_eq!(authors(4).await, ["at 2", "at 1"]);
    assert_eq!(authors(5).await, ["at 1"]);
    assert_eq!(store.context_types("t", 4).await.unwrap(), ["get_x_context"]);
    assert!(store.contexts("another", &asking(4)).await.unwrap().entries.is_empty());
    let small = ContextQuery { bytes: 600, ..asking(4) };
    let found = store.contexts("t", &small).await.unwrap();
    assert_eq!((found.entries.len(), found.left_out), (1, 1), "the older one does not fit");

    // Of one author the newest stands; what it replaced, and what has expired, is history.
    store.publish("t", ContextEntry { author: "at 1".to_owned(), ..entry(3, None) }).await.unwrap();
    assert_eq!(authors(5).await, ["at 1"]);
    let history = ContextQuery { history: true, ..asking(5) };
    let found = store.contexts("t", &history).await.unwrap();
    assert_eq!(found.entries.iter().map(|entry| entry.at).collect::<Vec<_>>(), [3, 2, 1]);
    let found = store.contexts("t", &ContextQuery { limit: 1, ..history }).await.unwrap();
    assert_eq!((found.entries[0].at, found.left_out), (3, 2));
}

fn asking(at: i64) -> ContextQuery {
    let context_type = "get_x_context".to_owned();
    ContextQuery { context_type, at, history: false, limit: 100, bytes: 1 << 20 }
}

async fn an_approval_is_answered_once(store: &dyn Store) {
    let ask = |id: &str, content: &str, at: i64| ApprovalRecord {
        id: id.to_owned(),
        tenant: "t".to_owned(),
        session_id: "s2".to_owned(),
        key: "k".to_owned(),
        content: content.to_owned(),
        action: "order".to_owned(),
        summary: "Order it.".to_owned(),
        figures: vec![FigureId::from("words@book=a")],
        details: json!({ "pieces": 2 }).as_object().unwrap().clone(),
        state: ApprovalState::Pending,
        asked_at: at,
        expires_at: at + 100,
        decided_at: None,
        decided_by: None,
        note: None,
        outcome: None,
        finished_at: None,
    };
    let lease = store.take_lease("s2", &claim("one", 100, false), 10).await.unwrap();
    let commit =
        |approval| Commit { approvals: vec![approval], at: 10, lease_until: 100, ..Commit::default() };
    store.commit(&lease, commit(ask("a-1", "c1", 10))).await.unwrap();
    store.commit(&lease, commit(ask("a-1", "c1", 10))).await.unwrap();
    assert_eq!(store.approval("t", "a-1", 20).await.unwrap().unwrap(), ask("a-1", "c1", 10));
    assert_eq!(store.standing_approval("t", "c1", 20).await.unwrap().unwrap().id, "a-1");
    assert!(store.standing_approval("t", "c1", 110).await.unwrap().is_none(), "nobody answered in time");
    assert!(store.commit(&lease, commit(ask("a-2", "c1", 20))).await.is_err(), "it is asked already");
    store.commit(&lease, commit(ask("a-3", "c1", 110))).await.unwrap();
    assert_eq!(store.approval("t", "a-1", 20).await.unwrap().unwrap().state, ApprovalState::Expired);

    let yes = |decision| ApprovalAnswer::new(decision, "Ida");
    let answer = |id: &'static str, decision, at| async move {
        store.answer_approval("t", id, &yes(decision), at).await.unwrap()
    };
    assert_eq!(answer("none", Decision::Approved, 120).await, None);
    assert!(matches!(answer("a-1", Decision::Approved, 120).await, Some(Answered::Expired(_))));
    assert!(matches!(answer("a-3", Decision::Approved, 120).await, Some(Answered::Now(_))));
    assert!(matches!(answer("a-3", Decision::Approved, 130).await, Some(Answered::Before(_))));
    let Some(Answered::Otherwise(stands)) = answer("a-3", Decision::Rejected, 130).await else { panic!() };
    assert_eq!((stands.decided_at, stands.state), (Some(120), ApprovalState::Approved));
    assert_eq!(store.standing_approval("t", "c1", 500).await.unwrap().unwrap().id, "a-3", "not done yet");

    let outcome = json!({ "sent": true }).as_object().unwrap().clone();
    store.finish_approval("t", "a-3", true, &outcome, 140).await.unwrap();
    store.finish_approval("t", "a-3", false, &protocol::Members::new(), 150).await.unwrap();
    let done = store.approval("t", "a-3", 150).await.unwrap().unwrap();
    assert_eq!((done.state, done.outcome, done.finished_at), (ApprovalState::Done, Some(outcome), Some(140)));
    assert!(store.standing_approval("t", "c1", 150).await.unwrap().is_none());

    store.commit(&lease, commit(ask("a-4", "c4", 200))).await.unwrap();
    let listed = |state, at| async move {
        let found = store.approvals("t", &ApprovalFilter { state, limit: 10 }, at).await.unwrap();
        found.into_iter().map(|approval| approval.id).collect::<Vec<_>>()
    };
    assert_eq!(listed(None, 200).await, ["a-4", "a-3", "a-1"]);
    assert_eq!(listed(Some(ApprovalState::Expired), 300).await, ["a-4", "a-1"]);
    assert_eq!(store.expire_approvals("t", 299).await.unwrap(), 0);
    assert_eq!(store.expire_approvals("t", 300).await.unwrap(), 1);
    assert!(store.approvals("another", &ApprovalFilter::default(), 300).await.unwrap().is_empty());

    // Asked by many at once: a store may do their commits together.
    let asking = (0..40).map(|nth| {
        let question = NewSession { kind: SessionKind::Question, ..new(&format!("qa{nth}"), "p", None) };
        let approval = ask(&format!("m-{nth}"), &format!("m{nth}"), 1000);
        let commit = Commit { approvals: vec![approval], at: 10, lease_until: 100, ..Commit::default() };
        async move {
            let question = NewSession { claim: Some(claim("one", 100, false)), ..question };
            let Opened::New(record) = store.open_session(question).await.unwrap() else { panic!() };
            store.commit(&record.lease().unwrap(), commit).await.unwrap();
        }
    });
    futures_util::future::join_all(asking).await;
    let listed = store.approvals("t", &ApprovalFilter::standing(ApprovalState::Pending), 1000).await.unwrap();
    assert_eq!(listed.iter().filter(|approval| approval.id.starts_with("m-")).count(), 40);
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
