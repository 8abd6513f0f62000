use protocol::Figure;
use sqlx::{Sqlite, Transaction};

use super::sessions::{insert, one};
use super::{SqliteStore, StoreError, failed, unreadable};
use crate::store::records::{
    Commit, JournalEntry, Lease, NewSession, OutboxEntry, SessionRecord, SessionState,
};

pub(super) async fn take_lease(
    store: &SqliteStore,
    id: &str,
    owner: &str,
    at: i64,
    until: i64,
    owner_is_dead: bool,
) -> Result<Lease, StoreError> {
    let failed = failed("taking a session");
    let mut transaction = store.write().await?;
    let record =
        one(&mut *transaction, id).await?.ok_or_else(|| StoreError::NoSession { id: id.to_owned() })?;
    if record.state != SessionState::Open {
        return Err(StoreError::Closed { id: id.to_owned() });
    }
    if let Some(holder) = record.lease_owner
        && !owner_is_dead
        && holder != owner
        && record.lease_until > at
    {
        return Err(StoreError::LeaseHeld { id: id.to_owned(), owner: holder });
    }
    let epoch = record.lease_epoch + 1;
    sqlx::query("UPDATE sessions SET lease_owner = ?, lease_epoch = ?, lease_until = ? WHERE id = ?")
        .bind(owner)
        .bind(epoch)
        .bind(until)
        .bind(id)
        .execute(&mut *transaction)
        .await
        .map_err(&failed)?;
    transaction.commit().await.map_err(&failed)?;
    Ok(Lease { session_id: id.to_owned(), owner: owner.to_owned(), epoch })
}

pub(super) async fn renew_lease(store: &SqliteStore, lease: &Lease, until: i64) -> Result<(), StoreError> {
    let mut transaction = store.write().await?;
    check_lease(&mut transaction, lease).await?;
    extend_lease(&mut transaction, lease, until).await?;
    transaction.commit().await.map_err(failed("extending a lease"))
}

pub(super) async fn commit(store: &SqliteStore, lease: &Lease, commit: Commit) -> Result<(), StoreError> {
    let mut transaction = store.write().await?;
    apply(&mut transaction, lease, commit).await?;
    transaction.commit().await.map_err(failed("committing a step"))
}

pub(super) async fn supersede(
    store: &SqliteStore,
    lease: &Lease,
    commit: Commit,
    new: NewSession,
) -> Result<SessionRecord, StoreError> {
    let mut transaction = store.write().await?;
    apply(&mut transaction, lease, commit).await?;
    let record = insert(&mut transaction, &new).await?;
    transaction.commit().await.map_err(failed("superseding a session"))?;
    Ok(record)
}

async fn apply(
    transaction: &mut Transaction<'_, Sqlite>,
    lease: &Lease,
    commit: Commit,
) -> Result<(), StoreError> {
    check_lease(transaction, lease).await?;
    if let Some(step) = &commit.step {
        add_step(transaction, lease, step).await?;
    }
    for message in &commit.messages {
        add_message(transaction, lease, message).await?;
    }
    for figure in &commit.figures {
        add_figure(transaction, lease, figure).await?;
    }
    extend_lease(transaction, lease, commit.lease_until).await?;
    if let Some(state) = commit.close {
        close(transaction, lease, state, commit.at).await?;
    }
    Ok(())
}

pub(super) async fn record_file(
    store: &SqliteStore,
    lease: &Lease,
    path: &str,
    sha256: &str,
    placed: &str,
) -> Result<(), StoreError> {
    let failed = failed("recording a file");
    let mut transaction = store.write().await?;
    check_lease(&mut transaction, lease).await?;
    sqlx::query(
        "INSERT INTO files (tenant, session_id, path, sha256, placed)
         SELECT tenant, id, ?, ?, ? FROM sessions WHERE id = ?
         ON CONFLICT (session_id, path, sha256) DO UPDATE SET placed = excluded.placed",
    )
    .bind(path)
    .bind(sha256)
    .bind(placed)
    .bind(&lease.session_id)
    .execute(&mut *transaction)
    .await
    .map_err(&failed)?;
    transaction.commit().await.map_err(&failed)
}

/// The fence: a worker whose epoch was raised writes nothing, however late it wakes up.
async fn check_lease(transaction: &mut Transaction<'_, Sqlite>, lease: &Lease) -> Result<(), StoreError> {
    let id = &lease.session_id;
    let record =
        one(&mut **transaction, id).await?.ok_or_else(|| StoreError::NoSession { id: id.clone() })?;
    if record.lease_epoch != lease.epoch || record.lease_owner.as_deref() != Some(&lease.owner) {
        return Err(StoreError::LeaseLost { id: id.clone() });
    }
    if record.state != SessionState::Open {
        return Err(StoreError::Closed { id: id.clone() });
    }
    Ok(())
}

async fn extend_lease(
    transaction: &mut Transaction<'_, Sqlite>,
    lease: &Lease,
    until: i64,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE sessions SET lease_until = max(lease_until, ?) WHERE id = ?")
        .bind(until)
        .bind(&lease.session_id)
        .execute(&mut **transaction)
        .await
        .map(drop)
        .map_err(failed("extending a lease"))
}

async fn add_step(
    transaction: &mut Transaction<'_, Sqlite>,
    lease: &Lease,
    step: &JournalEntry,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO journal (session_id, step, key, input_hash, output_hash)
         SELECT ?1, 1 + count(*), ?2, ?3, ?4 FROM journal WHERE session_id = ?1",
    )
    .bind(&lease.session_id)
    .bind(&step.key)
    .bind(&step.input_hash)
    .bind(&step.output_hash)
    .execute(&mut **transaction)
    .await
    .map(drop)
    .map_err(duplicate(lease, format!("step `{}`", step.key)))
}

async fn add_message(
    transaction: &mut Transaction<'_, Sqlite>,
    lease: &Lease,
    message: &OutboxEntry,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO outbox (session_id, seq, message) VALUES (?, ?, ?)")
        .bind(&lease.session_id)
        .bind(message.seq)
        .bind(&message.message)
        .execute(&mut **transaction)
        .await
        .map(drop)
        .map_err(duplicate(lease, format!("message {}", message.seq)))
}

/// The same figure may be recorded again; another value under the same id may not.
async fn add_figure(
    transaction: &mut Transaction<'_, Sqlite>,
    lease: &Lease,
    figure: &Figure,
) -> Result<(), StoreError> {
    let failed = failed("recording a figure");
    let json = serde_json::to_string(figure).map_err(unreadable("figures.figure"))?;
    let added =
        sqlx::query("INSERT INTO figures (session_id, id, figure) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
            .bind(&lease.session_id)
            .bind(figure.id.as_str())
            .bind(&json)
            .execute(&mut **transaction)
            .await
            .map_err(&failed)?;
    if added.rows_affected() == 1 {
        return Ok(());
    }
    let kept: String = sqlx::query_scalar("SELECT figure FROM figures WHERE session_id = ? AND id = ?")
        .bind(&lease.session_id)
        .bind(figure.id.as_str())
        .fetch_one(&mut **transaction)
        .await
        .map_err(&failed)?;
    if kept == json {
        return Ok(());
    }
    Err(StoreError::FigureConflict { id: lease.session_id.clone(), figure: figure.id.to_string() })
}

async fn close(
    transaction: &mut Transaction<'_, Sqlite>,
    lease: &Lease,
    state: SessionState,
    at: i64,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE sessions SET state = ?, closed_at = ? WHERE id = ?")
        .bind(state.as_str())
        .bind(at)
        .bind(&lease.session_id)
        .execute(&mut **transaction)
        .await
        .map(drop)
        .map_err(failed("ending a session"))
}

fn duplicate(lease: &Lease, what: String) -> impl FnOnce(sqlx::Error) -> StoreError {
    let id = lease.session_id.clone();
    move |source| {
        if source.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation) {
            StoreError::Duplicate { id, what }
        } else {
            failed("committing a step")(source)
        }
    }
}
