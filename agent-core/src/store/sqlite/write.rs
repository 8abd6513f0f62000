use std::collections::BTreeSet;

use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::figures::{self, Packs};
use super::op::{Op, Told};
use super::pieces::{chunks, run};
use super::sessions::{NewRow, insert, move_keys, one};
use super::{SqliteStore, StoreError, approvals, failed};
use crate::store::records::{
    Claim, Commit, JournalEntry, Lease, NewSession, OutboxEntry, SessionRecord, SessionState, SharedBody,
};

const TAKING: &str = "taking a session";
const EXTENDING: &str = "extending a lease";
const COMMITTING: &str = "committing a step";
const RECORDING: &str = "recording a file";
/// So many figures are packed at once without a thread of their own.
const FEW: usize = 64;

pub(super) async fn take_lease(
    store: &SqliteStore,
    id: &str,
    claim: &Claim,
    at: i64,
) -> Result<Lease, StoreError> {
    let (id, claim) = (id.to_owned(), claim.clone());
    store.writing(TAKING, move |db| Box::pin(take(db, id, claim, at))).await
}

async fn take(db: &mut SqliteConnection, id: String, claim: Claim, at: i64) -> Result<Lease, StoreError> {
    let Some(record) = one(&mut *db, &id).await? else { return Err(StoreError::NoSession { id }) };
    if record.state != SessionState::Open {
        return Err(StoreError::Closed { id });
    }
    if let Some(holder) = record.lease_owner {
        // Two live processes never have the lock; of a holder who took it without, nothing is known.
        let dead = claim.locked && record.lease_locked;
        if holder != claim.owner && record.lease_until > at && !dead {
            return Err(StoreError::LeaseHeld { id, owner: holder });
        }
    }
    let epoch = record.lease_epoch + 1;
    sqlx::query(
        "UPDATE sessions SET lease_owner = ?, lease_epoch = ?, lease_until = ?, lease_locked = ? WHERE id = ?",
    )
    .bind(&claim.owner)
    .bind(epoch)
    .bind(claim.until)
    .bind(claim.locked)
    .bind(&id)
    .execute(db)
    .await
    .map_err(failed(TAKING))?;
    Ok(Lease { session_id: id, owner: claim.owner, epoch })
}

pub(super) async fn renew_lease(store: &SqliteStore, lease: &Lease, until: i64) -> Result<(), StoreError> {
    let lease = lease.clone();
    store
        .writing(EXTENDING, move |db| {
            Box::pin(async move {
                check_lease(db, &lease).await?;
                extend_lease(db, &lease, until).await
            })
        })
        .await
}

/// Writes a row that nobody reads.
pub(super) async fn probe(store: &SqliteStore, at: i64) -> Result<(), StoreError> {
    const PROBING: &str = "seeing whether anything can be written";
    let write = "INSERT INTO probes (id, at) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET at = excluded.at";
    store
        .writing(PROBING, move |db| {
            Box::pin(async move {
                sqlx::query(write).bind(at).execute(db).await.map(drop).map_err(failed(PROBING))
            })
        })
        .await
}

/// A commit as it is written.
pub(super) struct CommitRow {
    pub(super) lease: Lease,
    pub(super) commit: Commit,
    pub(super) figures: Packs,
    /// Names of the objects that the session needs from now on.
    pub(super) objects: Vec<String>,
}

impl CommitRow {
    /// Made before the writer gets it, which has enough to do; many figures off the async threads.
    async fn new(lease: &Lease, mut commit: Commit) -> Result<Self, StoreError> {
        let figures = std::mem::take(&mut commit.figures);
        let rows = figures.iter().filter_map(|figure| Some(figure.evidence.as_ref()?.rows.clone()));
        let output = commit.step.iter().map(|step| step.output_hash.clone());
        let objects: BTreeSet<String> =
            rows.chain(output).chain(std::mem::take(&mut commit.objects)).collect();
        let figures = if figures.len() <= FEW {
            Packs::new(figures)?
        } else {
            let packed = tokio::task::spawn_blocking(move || Packs::new(figures)).await;
            packed.map_err(|broken| failed(COMMITTING)(sqlx::Error::Io(std::io::Error::other(broken))))??
        };
        Ok(Self { lease: lease.clone(), commit, figures, objects: objects.into_iter().collect() })
    }
}

pub(super) async fn commit(store: &SqliteStore, lease: &Lease, commit: Commit) -> Result<(), StoreError> {
    let row = CommitRow::new(lease, commit).await?;
    store.writer.tell(COMMITTING, |reply| Op::Commit(Box::new(Told::new(row, reply)))).await
}

pub(super) async fn supersede(
    store: &SqliteStore,
    lease: &Lease,
    commit: Commit,
    new: NewSession,
) -> Result<SessionRecord, StoreError> {
    let (end, new) = (CommitRow::new(lease, commit).await?, NewRow::new(new)?);
    store
        .writing("superseding a session", move |db| {
            Box::pin(async move {
                apply(db, &end).await?;
                insert(db, &new).await?;
                move_keys(db, &end.lease.session_id, &new.record).await?;
                Ok(new.record)
            })
        })
        .await
}

/// One commit, step by step, so that it is known what is wrong with it.
pub(super) async fn apply(db: &mut SqliteConnection, row: &CommitRow) -> Result<(), StoreError> {
    let CommitRow { lease, commit, figures, objects } = row;
    check_lease(db, lease).await?;
    if let Some(step) = &commit.step {
        add_step(db, lease, step).await?;
    }
    for body in &commit.shared {
        add_body(db, body).await?;
    }
    for message in &commit.messages {
        add_message(db, lease, message, body_of(commit, message)).await?;
    }
    figures::add(db, &lease.session_id, figures).await?;
    add_objects(db, &lease.session_id, objects).await?;
    for approval in &commit.approvals {
        approvals::add(db, approval).await?;
    }
    approvals::withdraw(db, &commit.withdrawn, commit.at).await?;
    extend_lease(db, lease, commit.lease_until).await?;
    if let Some(state) = commit.close {
        close(db, lease, state, commit.at).await?;
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
    let lease = lease.clone();
    let (path, sha256, placed) = (path.to_owned(), sha256.to_owned(), placed.to_owned());
    store
        .writing(RECORDING, move |db| {
            Box::pin(async move {
                check_lease(db, &lease).await?;
                sqlx::query(
                    "INSERT INTO files (tenant, session_id, path, sha256, placed)
                     SELECT tenant, id, ?, ?, ? FROM sessions WHERE id = ?
                     ON CONFLICT (session_id, path, sha256) DO UPDATE SET placed = excluded.placed",
                )
                .bind(path)
                .bind(sha256)
                .bind(placed)
                .bind(lease.session_id)
                .execute(db)
                .await
                .map(drop)
                .map_err(failed(RECORDING))
            })
        })
        .await
}

/// The fence: a worker whose epoch was raised writes nothing, however late it wakes up.
async fn check_lease(db: &mut SqliteConnection, lease: &Lease) -> Result<(), StoreError> {
    let id = &lease.session_id;
    let held: Option<(Option<String>, i64, String)> =
        sqlx::query_as("SELECT lease_owner, lease_epoch, state FROM sessions WHERE id = ?")
            .bind(id)
            .fetch_optional(db)
            .await
            .map_err(failed("checking a lease"))?;
    let (owner, epoch, state) = held.ok_or_else(|| StoreError::NoSession { id: id.clone() })?;
    if epoch != lease.epoch || owner.as_ref() != Some(&lease.owner) {
        return Err(StoreError::LeaseLost { id: id.clone() });
    }
    if state != SessionState::Open.as_str() {
        return Err(StoreError::Closed { id: id.clone() });
    }
    Ok(())
}

async fn extend_lease(db: &mut SqliteConnection, lease: &Lease, until: i64) -> Result<(), StoreError> {
    sqlx::query("UPDATE sessions SET lease_until = max(lease_until, ?) WHERE id = ?")
        .bind(until)
        .bind(&lease.session_id)
        .execute(&mut *db)
        .await
        .map(drop)
        .map_err(failed("extending a lease"))
}

async fn add_step(db: &mut SqliteConnection, lease: &Lease, step: &JournalEntry) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO journal (session_id, step, key, input_hash, output_hash)
         SELECT ?1, 1 + count(*), ?2, ?3, ?4 FROM journal WHERE session_id = ?1",
    )
    .bind(&lease.session_id)
    .bind(&step.key)
    .bind(&step.input_hash)
    .bind(&step.output_hash)
    .execute(&mut *db)
    .await
    .map(drop)
    .map_err(duplicate(lease, format!("step `{}`", step.key)))
}

/// Records which objects a session needs.
pub(super) async fn add_objects(
    db: &mut SqliteConnection,
    session: &str,
    objects: &[String],
) -> Result<(), StoreError> {
    for names in chunks(objects) {
        let mut sql = QueryBuilder::<Sqlite>::new("INSERT INTO session_objects (session_id, sha256) ");
        sql.push_values(names, |mut row, sha256| {
            row.push_bind(session).push_bind(sha256);
        });
        sql.push(" ON CONFLICT DO NOTHING");
        run(db, sql).await?;
    }
    Ok(())
}

/// Keeps what many messages have in common; it may be there already.
pub(super) async fn add_body(db: &mut SqliteConnection, body: &SharedBody) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO bodies (sha256, text) VALUES (?, ?) ON CONFLICT DO NOTHING")
        .bind(&*body.sha256)
        .bind(&*body.text)
        .execute(db)
        .await
        .map(drop)
        .map_err(failed("keeping a message's body"))
}

/// The name of the body that a message of `commit` shares, if it does.
pub(super) fn body_of<'a>(commit: &'a Commit, message: &OutboxEntry) -> Option<&'a str> {
    commit.shared.iter().find(|body| body.seq == message.seq).map(|body| &*body.sha256)
}

async fn add_message(
    db: &mut SqliteConnection,
    lease: &Lease,
    message: &OutboxEntry,
    body: Option<&str>,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO outbox (session_id, seq, message, body) VALUES (?, ?, ?, ?)")
        .bind(&lease.session_id)
        .bind(message.seq)
        .bind(&message.message)
        .bind(body)
        .execute(&mut *db)
        .await
        .map(drop)
        .map_err(duplicate(lease, format!("message {}", message.seq)))
}

async fn close(
    db: &mut SqliteConnection,
    lease: &Lease,
    state: SessionState,
    at: i64,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE sessions SET state = ?, closed_at = ? WHERE id = ?")
        .bind(state.as_str())
        .bind(at)
        .bind(&lease.session_id)
        .execute(&mut *db)
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
