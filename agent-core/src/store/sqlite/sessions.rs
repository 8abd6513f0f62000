use sqlx::sqlite::SqliteRow;
use sqlx::{Executor, Row, Sqlite, Transaction};

use super::{SqliteStore, StoreError, failed, unreadable};
use crate::store::records::{NewSession, Opened, SessionRecord, SessionState};

pub(super) async fn open(store: &SqliteStore, new: NewSession) -> Result<Opened, StoreError> {
    let failed = failed("opening a session");
    let mut transaction = store.write().await?;

    if let Some(key) = &new.idempotency_key {
        let used: Option<(String, String)> = sqlx::query_as(
            "SELECT request_hash, session_id FROM idempotency_keys WHERE tenant = ? AND key = ?",
        )
        .bind(&new.tenant)
        .bind(key)
        .fetch_optional(&mut *transaction)
        .await
        .map_err(&failed)?;
        if let Some((request_hash, session_id)) = used {
            if request_hash != new.request_hash {
                return Ok(Opened::KeyConflict { session_id });
            }
            let record = one(&mut *transaction, &session_id).await?;
            return record.map(Opened::Existing).ok_or(StoreError::NoSession { id: session_id });
        }
    }

    let unfinished = sqlx::query("SELECT * FROM sessions WHERE tenant = ? AND state = 'open'")
        .bind(&new.tenant)
        .fetch_optional(&mut *transaction)
        .await
        .map_err(&failed)?;
    let opened = match unfinished.as_ref().map(record).transpose()? {
        Some(there) if there.pin == new.pin && there.request_hash == new.request_hash => {
            keep_key(&mut transaction, &new, &there.id).await?;
            Opened::Existing(there)
        }
        Some(there) => return Ok(Opened::Unfinished(there)),
        None => Opened::New(insert(&mut transaction, &new).await?),
    };
    transaction.commit().await.map_err(&failed)?;
    Ok(opened)
}

/// Adds `new`, with its key if it has one.
pub(super) async fn insert(
    transaction: &mut Transaction<'_, Sqlite>,
    new: &NewSession,
) -> Result<SessionRecord, StoreError> {
    sqlx::query(
        "INSERT INTO sessions (id, tenant, pin, pin_parts, request, request_hash, state, opened_at)
         VALUES (?, ?, ?, ?, ?, ?, 'open', ?)",
    )
    .bind(&new.id)
    .bind(&new.tenant)
    .bind(&new.pin)
    .bind(serde_json::to_string(&new.pin_parts).map_err(unreadable("sessions.pin_parts"))?)
    .bind(new.request.to_string())
    .bind(&new.request_hash)
    .bind(new.at)
    .execute(&mut **transaction)
    .await
    .map_err(failed("opening a session"))?;
    keep_key(transaction, new, &new.id).await?;
    let record = one(&mut **transaction, &new.id).await?;
    record.ok_or_else(|| StoreError::NoSession { id: new.id.clone() })
}

/// Lets the key of `new`, if it has one, lead to `session_id` from now on.
///
/// A key can move only when a resumed session was superseded: a retry must then find the successor.
async fn keep_key(
    transaction: &mut Transaction<'_, Sqlite>,
    new: &NewSession,
    session_id: &str,
) -> Result<(), StoreError> {
    let Some(key) = &new.idempotency_key else { return Ok(()) };
    sqlx::query(
        "INSERT INTO idempotency_keys (tenant, key, request_hash, session_id) VALUES (?, ?, ?, ?)
         ON CONFLICT (tenant, key) DO UPDATE SET session_id = excluded.session_id
         WHERE request_hash = excluded.request_hash",
    )
    .bind(&new.tenant)
    .bind(key)
    .bind(&new.request_hash)
    .bind(session_id)
    .execute(&mut **transaction)
    .await
    .map(drop)
    .map_err(failed("keeping an idempotency key"))
}

pub(super) async fn keyed(
    store: &SqliteStore,
    tenant: &str,
    key: &str,
) -> Result<Option<(String, SessionRecord)>, StoreError> {
    let row = sqlx::query(
        "SELECT s.*, k.request_hash AS keyed_hash
         FROM idempotency_keys k JOIN sessions s ON s.id = k.session_id
         WHERE k.tenant = ? AND k.key = ?",
    )
    .bind(tenant)
    .bind(key)
    .fetch_optional(&store.readers)
    .await
    .map_err(failed("reading an idempotency key"))?;
    row.map(|row| Ok((row.try_get("keyed_hash").map_err(failed(READING))?, record(&row)?))).transpose()
}

pub(super) async fn one<'e>(
    executor: impl Executor<'e, Database = Sqlite>,
    id: &str,
) -> Result<Option<SessionRecord>, StoreError> {
    let row = sqlx::query("SELECT * FROM sessions WHERE id = ?")
        .bind(id)
        .fetch_optional(executor)
        .await
        .map_err(failed(READING))?;
    row.as_ref().map(record).transpose()
}

pub(super) async fn all(store: &SqliteStore, tenant: &str) -> Result<Vec<SessionRecord>, StoreError> {
    let rows = sqlx::query("SELECT * FROM sessions WHERE tenant = ? ORDER BY opened_at DESC, id DESC")
        .bind(tenant)
        .fetch_all(&store.readers)
        .await
        .map_err(failed(READING))?;
    rows.iter().map(record).collect()
}

const READING: &str = "reading a session";

fn record(row: &SqliteRow) -> Result<SessionRecord, StoreError> {
    let text = |column: &str| row.try_get::<String, _>(column).map_err(failed(READING));
    let number = |column: &str| row.try_get::<i64, _>(column).map_err(failed(READING));
    let state = text("state")?;
    Ok(SessionRecord {
        id: text("id")?,
        tenant: text("tenant")?,
        pin: text("pin")?,
        pin_parts: serde_json::from_str(&text("pin_parts")?).map_err(unreadable("sessions.pin_parts"))?,
        request: serde_json::from_str(&text("request")?).map_err(unreadable("sessions.request"))?,
        request_hash: text("request_hash")?,
        state: SessionState::from_word(&state)
            .ok_or(StoreError::Corrupt { what: "sessions.state", source: None })?,
        lease_owner: row.try_get("lease_owner").map_err(failed(READING))?,
        lease_epoch: number("lease_epoch")?,
        lease_until: number("lease_until")?,
        opened_at: number("opened_at")?,
        closed_at: row.try_get("closed_at").map_err(failed(READING))?,
    })
}
