use std::collections::{BTreeMap, BTreeSet};

use super::{SqliteStore, StoreError, failed};
use crate::store::records::{JournalEntry, OutboxEntry, SharedBody};

pub(super) async fn journal(store: &SqliteStore, id: &str) -> Result<Vec<JournalEntry>, StoreError> {
    let rows: Vec<(String, String, String)> =
        sqlx::query_as("SELECT key, input_hash, output_hash FROM journal WHERE session_id = ? ORDER BY step")
            .bind(id)
            .fetch_all(&store.readers)
            .await
            .map_err(failed("reading the journal"))?;
    Ok(rows
        .into_iter()
        .map(|(key, input_hash, output_hash)| JournalEntry { key, input_hash, output_hash })
        .collect())
}

/// Place, message or `_meta` alone, and the body in the latter case.
type MessageRow = (i64, String, Option<String>);

fn whole((seq, message, body): MessageRow) -> OutboxEntry {
    match body {
        None => OutboxEntry { seq, message },
        Some(text) => OutboxEntry { seq, message: SharedBody::whole(&text, &message) },
    }
}

pub(super) async fn outbox(
    store: &SqliteStore,
    id: &str,
    after_seq: i64,
) -> Result<Vec<OutboxEntry>, StoreError> {
    let rows: Vec<MessageRow> = sqlx::query_as(
        "SELECT seq, message, text FROM outbox LEFT JOIN bodies ON sha256 = body
         WHERE session_id = ? AND seq > ? ORDER BY seq",
    )
    .bind(id)
    .bind(after_seq)
    .fetch_all(&store.readers)
    .await
    .map_err(failed("reading messages"))?;
    Ok(rows.into_iter().map(whole).collect())
}

pub(super) async fn last_seq(store: &SqliteStore, id: &str) -> Result<i64, StoreError> {
    sqlx::query_scalar("SELECT coalesce(max(seq), 0) FROM outbox WHERE session_id = ?")
        .bind(id)
        .fetch_one(&store.readers)
        .await
        .map_err(failed("reading messages"))
}

pub(super) async fn last_message(store: &SqliteStore, id: &str) -> Result<Option<OutboxEntry>, StoreError> {
    let row: Option<MessageRow> = sqlx::query_as(
        "SELECT seq, message, text FROM outbox LEFT JOIN bodies ON sha256 = body
         WHERE session_id = ? ORDER BY seq DESC LIMIT 1",
    )
    .bind(id)
    .fetch_optional(&store.readers)
    .await
    .map_err(failed("reading messages"))?;
    Ok(row.map(whole))
}

pub(super) async fn file_hashes(
    store: &SqliteStore,
    tenant: &str,
    path: &str,
) -> Result<BTreeSet<String>, StoreError> {
    let rows: Vec<String> =
        sqlx::query_scalar("SELECT DISTINCT sha256 FROM files WHERE tenant = ? AND path = ?")
            .bind(tenant)
            .bind(path)
            .fetch_all(&store.readers)
            .await
            .map_err(failed("reading what was written"))?;
    Ok(rows.into_iter().collect())
}

pub(super) async fn all_file_hashes(
    store: &SqliteStore,
    tenant: &str,
) -> Result<BTreeMap<String, BTreeSet<String>>, StoreError> {
    let rows: Vec<(String, String)> =
        sqlx::query_as("SELECT DISTINCT path, sha256 FROM files WHERE tenant = ?")
            .bind(tenant)
            .fetch_all(&store.readers)
            .await
            .map_err(failed("reading what was written"))?;
    Ok(rows.into_iter().fold(BTreeMap::new(), |mut all, (path, sha256)| {
        all.entry(path).or_insert_with(BTreeSet::new).insert(sha256);
        all
    }))
}

pub(super) async fn placed(
    store: &SqliteStore,
    session_id: &str,
    path: &str,
    sha256: &str,
) -> Result<Option<String>, StoreError> {
    sqlx::query_scalar("SELECT placed FROM files WHERE session_id = ? AND path = ? AND sha256 = ?")
        .bind(session_id)
        .bind(path)
        .bind(sha256)
        .fetch_optional(&store.readers)
        .await
        .map_err(failed("reading what was written"))
}
