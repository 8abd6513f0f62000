use sqlx::query_builder::Separated;
use sqlx::sqlite::SqliteRow;
use sqlx::{Executor, QueryBuilder, Row, Sqlite, SqliteConnection};

use super::op::{Op, Told};
use super::upkeep::any_pruned;
use super::{SqliteStore, StoreError, failed, unreadable};
use crate::store::records::{NewSession, Opened, SessionKind, SessionRecord, SessionState};

const OPENING: &str = "opening a session";
const READING: &str = "reading a session";

/// The columns of a session that is opened; `VALUES` follows.
pub(super) const INSERT: &str =
    "INSERT INTO sessions (id, tenant, kind, pin, pin_parts, request, request_hash, state,
                           lease_owner, lease_epoch, lease_until, lease_locked, opened_at) ";

/// A session to be opened, as it is written.
pub(super) struct NewRow {
    /// What it becomes when nothing stored answers for it.
    pub(super) record: SessionRecord,
    pub(super) key: Option<String>,
    pub(super) pin_parts: String,
    pub(super) request: String,
}

impl NewRow {
    /// Made before the writer gets it, which has enough to do.
    pub(super) fn new(new: NewSession) -> Result<Self, StoreError> {
        let pin_parts = serde_json::to_string(&new.pin_parts).map_err(unreadable("sessions.pin_parts"))?;
        let request = new.request.to_string();
        let mut record = SessionRecord {
            id: new.id,
            tenant: new.tenant,
            kind: new.kind,
            pin: new.pin,
            pin_parts: new.pin_parts,
            request: new.request,
            request_hash: new.request_hash,
            state: SessionState::Open,
            lease_owner: None,
            lease_epoch: 0,
            lease_until: 0,
            lease_locked: false,
            opened_at: new.at,
            closed_at: None,
            pruned_at: None,
        };
        if let Some(claim) = new.claim {
            record.lease_owner = Some(claim.owner);
            record.lease_epoch = 1;
            record.lease_until = claim.until;
            record.lease_locked = claim.locked;
        }
        Ok(Self { record, key: new.idempotency_key, pin_parts, request })
    }
}

pub(super) async fn open(store: &SqliteStore, new: NewSession) -> Result<Opened, StoreError> {
    let new = NewRow::new(new)?;
    if new.record.kind == SessionKind::Question {
        return store.writer.tell(OPENING, |reply| Op::Question(Box::new(Told::new(new, reply)))).await;
    }
    store.writing(OPENING, move |db| Box::pin(async move { find_or_insert(db, &new).await })).await
}

pub(super) async fn find_or_insert(db: &mut SqliteConnection, row: &NewRow) -> Result<Opened, StoreError> {
    let failed = failed(OPENING);
    let new = &row.record;
    if let Some(key) = &row.key {
        let used: Option<(String, String)> = sqlx::query_as(
            "SELECT request_hash, session_id FROM idempotency_keys WHERE tenant = ? AND key = ?",
        )
        .bind(&new.tenant)
        .bind(key)
        .fetch_optional(&mut *db)
        .await
        .map_err(&failed)?;
        if let Some((request_hash, session_id)) = used {
            if request_hash != new.request_hash {
                return Ok(Opened::KeyConflict { session_id });
            }
            let record = one(&mut *db, &session_id).await?;
            return record.map(Opened::Existing).ok_or(StoreError::NoSession { id: session_id });
        }
        if any_pruned(db, &new.tenant, &[key]).await? {
            return Ok(Opened::KeyPruned);
        }
    }
    if new.kind == SessionKind::Work {
        let unfinished =
            sqlx::query("SELECT * FROM sessions WHERE tenant = ? AND state = 'open' AND kind = 'work'")
                .bind(&new.tenant)
                .fetch_optional(&mut *db)
                .await
                .map_err(&failed)?;
        if let Some(there) = unfinished.as_ref().map(record).transpose()? {
            if there.pin != new.pin || there.request_hash != new.request_hash {
                return Ok(Opened::Unfinished(there));
            }
            keep_key(db, &there, row.key.as_deref()).await?;
            return Ok(Opened::Existing(there));
        }
    }
    insert(db, row).await?;
    Ok(Opened::New(new.clone()))
}

/// Adds a session, with its holder and its key if it has them.
pub(super) async fn insert(db: &mut SqliteConnection, row: &NewRow) -> Result<(), StoreError> {
    let mut sql = QueryBuilder::<Sqlite>::new(INSERT);
    sql.push_values([row], values);
    sql.build().execute(&mut *db).await.map_err(failed(OPENING))?;
    keep_key(db, &row.record, row.key.as_deref()).await
}

/// The values for the columns of [`INSERT`].
pub(super) fn values(mut sql: Separated<'_, Sqlite, &'static str>, row: &NewRow) {
    let NewRow { record, pin_parts, request, .. } = row;
    sql.push_bind(&record.id)
        .push_bind(&record.tenant)
        .push_bind(record.kind.as_str())
        .push_bind(&record.pin)
        .push_bind(pin_parts)
        .push_bind(request)
        .push_bind(&record.request_hash)
        .push_bind(record.state.as_str())
        .push_bind(&record.lease_owner)
        .push_bind(record.lease_epoch)
        .push_bind(record.lease_until)
        .push_bind(record.lease_locked)
        .push_bind(record.opened_at);
}

/// Lets `key`, which came with the request of `session`, lead to it from now on.
async fn keep_key(
    db: &mut SqliteConnection,
    session: &SessionRecord,
    key: Option<&str>,
) -> Result<(), StoreError> {
    let Some(key) = key else { return Ok(()) };
    sqlx::query(
        "INSERT INTO idempotency_keys (tenant, key, request_hash, session_id) VALUES (?, ?, ?, ?)
         ON CONFLICT (tenant, key) DO UPDATE SET session_id = excluded.session_id
         WHERE request_hash = excluded.request_hash",
    )
    .bind(&session.tenant)
    .bind(key)
    .bind(&session.request_hash)
    .bind(&session.id)
    .execute(db)
    .await
    .map(drop)
    .map_err(failed("keeping an idempotency key"))
}

/// Lets the keys of one session lead to another that answers the same request:
/// a retry must find the session that took over, not the one that was superseded.
pub(super) async fn move_keys(
    db: &mut SqliteConnection,
    from: &str,
    to: &SessionRecord,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE idempotency_keys SET session_id = ? WHERE session_id = ? AND request_hash = ?")
        .bind(&to.id)
        .bind(from)
        .bind(&to.request_hash)
        .execute(db)
        .await
        .map(drop)
        .map_err(failed("moving idempotency keys"))
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

pub(super) async fn newest(
    store: &SqliteStore,
    tenant: &str,
    limit: usize,
) -> Result<Vec<SessionRecord>, StoreError> {
    let rows =
        sqlx::query("SELECT * FROM sessions WHERE tenant = ? AND pruned_at IS NULL ORDER BY opened_at DESC, id DESC LIMIT ?")
            .bind(tenant)
            .bind(i64::try_from(limit).unwrap_or(i64::MAX))
            .fetch_all(&store.readers)
            .await
            .map_err(failed(READING))?;
    rows.iter().map(record).collect()
}

pub(super) async fn unfinished(store: &SqliteStore, tenant: &str) -> Result<Vec<SessionRecord>, StoreError> {
    let rows =
        sqlx::query("SELECT * FROM sessions WHERE tenant = ? AND state = 'open' ORDER BY opened_at, id")
            .bind(tenant)
            .fetch_all(&store.readers)
            .await
            .map_err(failed(READING))?;
    rows.iter().map(record).collect()
}

pub(super) async fn previous(
    store: &SqliteStore,
    tenant: &str,
    before: Option<(i64, &str)>,
) -> Result<Option<SessionRecord>, StoreError> {
    // Nothing is opened at or after the end of time.
    let (at, id) = before.unwrap_or((i64::MAX, ""));
    let row = sqlx::query(
        "SELECT * FROM sessions
         WHERE tenant = ? AND state = 'completed' AND kind = 'work' AND pruned_at IS NULL AND (opened_at, id) < (?, ?)
         ORDER BY opened_at DESC, id DESC LIMIT 1",
    )
    .bind(tenant)
    .bind(at)
    .bind(id)
    .fetch_optional(&store.readers)
    .await
    .map_err(failed(READING))?;
    row.as_ref().map(record).transpose()
}

pub(super) fn record(row: &SqliteRow) -> Result<SessionRecord, StoreError> {
    let text = |column: &str| row.try_get::<String, _>(column).map_err(failed(READING));
    let number = |column: &str| row.try_get::<i64, _>(column).map_err(failed(READING));
    let (state, kind) = (text("state")?, text("kind")?);
    Ok(SessionRecord {
        id: text("id")?,
        tenant: text("tenant")?,
        kind: SessionKind::from_word(&kind)
            .ok_or(StoreError::Corrupt { what: "sessions.kind", source: None })?,
        pin: text("pin")?,
        pin_parts: serde_json::from_str(&text("pin_parts")?).map_err(unreadable("sessions.pin_parts"))?,
        request: serde_json::from_str(&text("request")?).map_err(unreadable("sessions.request"))?,
        request_hash: text("request_hash")?,
        state: SessionState::from_word(&state)
            .ok_or(StoreError::Corrupt { what: "sessions.state", source: None })?,
        lease_owner: row.try_get("lease_owner").map_err(failed(READING))?,
        lease_epoch: number("lease_epoch")?,
        lease_until: number("lease_until")?,
        lease_locked: row.try_get("lease_locked").map_err(failed(READING))?,
        opened_at: number("opened_at")?,
        closed_at: row.try_get("closed_at").map_err(failed(READING))?,
        pruned_at: row.try_get("pruned_at").map_err(failed(READING))?,
    })
}
