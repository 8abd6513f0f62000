//! Questions to open, and ends to commit.

use std::path::Path;

use agent_core::store::{
    Claim, Commit, JournalEntry, Lease, NewSession, Opened, OutboxEntry, SessionKind, SessionState,
    SqliteStore, Store, StoreError,
};
use serde_json::json;

pub(crate) fn question(id: &str) -> NewSession {
    NewSession {
        id: id.to_owned(),
        tenant: "t".to_owned(),
        kind: SessionKind::Question,
        pin: "p".to_owned(),
        pin_parts: Default::default(),
        request: json!({ "payload": { "query": "x".repeat(600) } }),
        request_hash: "h".to_owned(),
        idempotency_key: Some(format!("key of {id}")),
        claim: Some(Claim { owner: "me".to_owned(), until: 100, locked: true }),
        at: 10,
    }
}

pub(crate) async fn opened(store: &SqliteStore, id: &str) -> Result<Lease, StoreError> {
    match store.open_session(question(id)).await? {
        Opened::New(record) => Ok(record.lease().unwrap()),
        other => panic!("{id} is not new: {other:?}"),
    }
}

/// One step, two messages and the end, at once.
pub(crate) fn end() -> Commit {
    Commit {
        step: Some(JournalEntry {
            key: "answer".to_owned(),
            input_hash: "in".to_owned(),
            output_hash: "out".to_owned(),
        }),
        messages: (1..=2).map(|seq| OutboxEntry { seq, message: "m".repeat(4_000) }).collect(),
        close: Some(SessionState::Completed),
        at: 20,
        ..Commit::default()
    }
}

/// Opens the file anew and sees that everything in it is whole; the ids of its sessions that are open,
/// and of those that ended.
pub(crate) async fn whole(path: &Path) -> (Vec<String>, Vec<String>) {
    let store = SqliteStore::open(path).await.unwrap();
    let (mut open, mut ended) = (Vec::new(), Vec::new());
    for record in store.sessions("t", usize::MAX).await.unwrap() {
        let parts = (
            store.outbox(&record.id, 0).await.unwrap().len(),
            store.journal(&record.id).await.unwrap().len(),
            record.closed_at,
        );
        let (_, keyed) = store.keyed("t", &format!("key of {}", record.id)).await.unwrap().unwrap();
        assert_eq!(keyed, record, "a session without its key is half a session");
        assert_eq!(record.lease().unwrap().epoch, 1);
        match record.state {
            SessionState::Open => {
                assert_eq!(parts, (0, 0, None), "{}", record.id);
                open.push(record.id);
            }
            _ => {
                assert_eq!(parts, (2, 1, Some(20)), "{}", record.id);
                ended.push(record.id);
            }
        }
    }
    store.close().await;
    (open, ended)
}
