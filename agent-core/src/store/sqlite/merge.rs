//! Does a batch of operations in as few statements as it takes.
//!
//! Operations of one kind are tried together, a few statements for all of them. That either goes well for every
//! one of them or is undone, and then each half is tried; one alone is done step by step, and told why it fails.

use std::collections::HashSet;

use futures_util::future::BoxFuture;
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};

use super::op::{Op, Told};
use super::pieces::{chunks, run};
use super::sessions::{self, NewRow};
use super::upkeep::any_pruned;
use super::write::{self, CommitRow};
use super::writer::{execute, is_broken};
use super::{StoreError, approvals, figures};
use crate::store::records::Opened;

const SAVING: &str = "setting a savepoint";

/// Does every operation of the batch, or breaks: then nothing of the transaction can be trusted.
pub(super) async fn all(db: &mut SqliteConnection, batch: &mut [Op]) -> Result<(), StoreError> {
    // No operation in a batch can depend on a session that is opened in it: nobody was told of that yet.
    let mut questions: Vec<&mut Told<NewRow, Opened>> = Vec::new();
    let mut rest: Vec<&mut Op> = Vec::new();
    for op in batch {
        match op {
            Op::Question(told) => questions.push(told),
            op => rest.push(op),
        }
    }
    open(db, &mut questions).await?;
    // The others in their order, so that two writes to one session are never swapped.
    let mut together: Vec<&mut Told<CommitRow, ()>> = Vec::new();
    let mut sessions = HashSet::new();
    for op in rest {
        let another = match &*op {
            Op::Commit(told) => sessions.insert(told.work.lease.session_id.clone()),
            Op::Question(_) | Op::Alone(_) | Op::Outside(_) => false,
        };
        if !another {
            commit(db, &mut together).await?;
            together.clear();
            sessions.clear();
        }
        match op {
            Op::Commit(told) => {
                sessions.insert(told.work.lease.session_id.clone());
                together.push(told);
            }
            Op::Alone(work) => {
                execute(db, "SAVEPOINT op", SAVING).await?;
                let done = work.run(db).await;
                if let Err(error) = settle(db, done).await? {
                    work.undone(error);
                }
            }
            Op::Question(_) | Op::Outside(_) => {}
        }
    }
    commit(db, &mut together).await
}

/// Opens questions.
fn open<'c>(
    db: &'c mut SqliteConnection,
    told: &'c mut [&mut Told<NewRow, Opened>],
) -> BoxFuture<'c, Result<(), StoreError>> {
    Box::pin(async move {
        if let [one] = told {
            execute(db, "SAVEPOINT op", SAVING).await?;
            let done = sessions::find_or_insert(db, &one.work).await;
            one.done = Some(settle(db, done).await?);
            return Ok(());
        }
        if told.is_empty() {
            return Ok(());
        }
        execute(db, "SAVEPOINT op", SAVING).await?;
        let done = insert_sessions(db, told).await;
        if settle(db, done).await?.is_ok() {
            for told in told {
                told.done = Some(Ok(Opened::New(told.work.record.clone())));
            }
            return Ok(());
        }
        let (left, right) = told.split_at_mut(told.len() / 2);
        open(db, left).await?;
        open(db, right).await
    })
}

async fn insert_sessions(
    db: &mut SqliteConnection,
    told: &[&mut Told<NewRow, Opened>],
) -> Result<(), StoreError> {
    for rows in chunks(told) {
        let mut sql = QueryBuilder::<Sqlite>::new(sessions::INSERT);
        sql.push_values(rows, |row, told| sessions::values(row, &told.work));
        run(db, sql).await?;
    }
    let keyed: Vec<(&NewRow, &String)> =
        told.iter().filter_map(|told| Some((&told.work, told.work.key.as_ref()?))).collect();
    let keys: Vec<&String> = keyed.iter().map(|(_, key)| *key).collect();
    for (rows, keys) in chunks(&keyed).zip(chunks(&keys)) {
        let tenant = rows.first().map_or("", |(new, _)| new.record.tenant.as_str());
        if any_pruned(db, tenant, keys).await? {
            return Err(not_all(&[]));
        }
        let mut sql = QueryBuilder::<Sqlite>::new(
            "INSERT INTO idempotency_keys (tenant, key, request_hash, session_id) ",
        );
        sql.push_values(rows, |mut row, (new, key)| {
            let record = &new.record;
            row.push_bind(&record.tenant)
                .push_bind(*key)
                .push_bind(&record.request_hash)
                .push_bind(&record.id);
        });
        run(db, sql).await?;
    }
    Ok(())
}

/// Commits to sessions, each to another one.
fn commit<'c>(
    db: &'c mut SqliteConnection,
    told: &'c mut [&mut Told<CommitRow, ()>],
) -> BoxFuture<'c, Result<(), StoreError>> {
    Box::pin(async move {
        if let [one] = told {
            execute(db, "SAVEPOINT op", SAVING).await?;
            let done = write::apply(db, &one.work).await;
            one.done = Some(settle(db, done).await?);
            return Ok(());
        }
        if told.is_empty() {
            return Ok(());
        }
        execute(db, "SAVEPOINT op", SAVING).await?;
        let done = apply_all(db, told).await;
        if settle(db, done).await?.is_ok() {
            for told in told {
                told.done = Some(Ok(()));
            }
            return Ok(());
        }
        let (left, right) = told.split_at_mut(told.len() / 2);
        commit(db, left).await?;
        commit(db, right).await
    })
}

async fn apply_all(db: &mut SqliteConnection, told: &[&mut Told<CommitRow, ()>]) -> Result<(), StoreError> {
    // The fence, as in `write::check_lease`: a session that is not held under this epoch is not counted.
    for rows in chunks(told) {
        let mut sql = QueryBuilder::<Sqlite>::new("WITH new (id, owner, epoch, until, state, at) AS (");
        sql.push_values(rows, |mut row, told| {
            let CommitRow { lease, commit, .. } = &told.work;
            row.push_bind(&lease.session_id)
                .push_bind(&lease.owner)
                .push_bind(lease.epoch)
                .push_bind(commit.lease_until)
                .push_bind(commit.close.map(|state| state.as_str()))
                .push_bind(commit.close.map(|_| commit.at));
        });
        sql.push(
            ") UPDATE sessions SET lease_until = max(lease_until, new.until),
                                   state = coalesce(new.state, 'open'), closed_at = new.at
               FROM new WHERE sessions.id = new.id AND sessions.lease_owner = new.owner
               AND sessions.lease_epoch = new.epoch AND sessions.state = 'open'",
        );
        if run(db, sql).await? != rows.len() {
            return Err(not_all(rows));
        }
    }
    let steps: Vec<_> = told
        .iter()
        .filter_map(|told| Some((&told.work.lease.session_id, told.work.commit.step.as_ref()?)))
        .collect();
    for rows in chunks(&steps) {
        let mut sql = QueryBuilder::<Sqlite>::new(
            "INSERT INTO journal (session_id, step, key, input_hash, output_hash)
             SELECT column1, 1 + (SELECT count(*) FROM journal WHERE session_id = column1), column2, column3,
                    column4 FROM (",
        );
        sql.push_values(rows, |mut row, (id, step)| {
            row.push_bind(*id).push_bind(&step.key).push_bind(&step.input_hash).push_bind(&step.output_hash);
        });
        sql.push(")");
        run(db, sql).await?;
    }
    // Many sessions have one body: it goes to the database once.
    let mut bodies = HashSet::new();
    for body in told.iter().flat_map(|told| &told.work.commit.shared) {
        if bodies.insert(&body.sha256) {
            write::add_body(db, body).await?;
        }
    }
    let messages: Vec<_> = told
        .iter()
        .flat_map(|told| {
            let CommitRow { lease, commit, .. } = &told.work;
            let messages = commit.messages.iter();
            messages.map(|message| (&lease.session_id, message, write::body_of(commit, message)))
        })
        .collect();
    for rows in chunks(&messages) {
        let mut sql = QueryBuilder::<Sqlite>::new("INSERT INTO outbox (session_id, seq, message, body) ");
        sql.push_values(rows, |mut row, (id, message, body)| {
            row.push_bind(*id).push_bind(message.seq).push_bind(&message.message).push_bind(*body);
        });
        run(db, sql).await?;
    }
    // Few commits have any, and those have many.
    for told in told.iter().filter(|told| !told.work.figures.is_empty()) {
        figures::add(db, &told.work.lease.session_id, &told.work.figures).await?;
    }
    let objects: Vec<(&str, &String)> = told
        .iter()
        .flat_map(|told| told.work.objects.iter().map(|name| (told.work.lease.session_id.as_str(), name)))
        .collect();
    for names in chunks(&objects) {
        let mut sql = QueryBuilder::<Sqlite>::new("INSERT INTO session_objects (session_id, sha256) ");
        sql.push_values(names, |mut row, (session, sha256)| {
            row.push_bind(*session).push_bind(*sha256);
        });
        sql.push(" ON CONFLICT DO NOTHING");
        run(db, sql).await?;
    }
    // Rare, and each looks at what stands before it.
    for approval in told.iter().flat_map(|told| &told.work.commit.approvals) {
        approvals::add(db, approval).await?;
    }
    for told in told.iter() {
        let commit = &told.work.commit;
        approvals::withdraw(db, &commit.withdrawn, commit.at).await?;
    }
    Ok(())
}

/// One of several cannot be done, and it is not known which. It is told why when it is done alone.
fn not_all(told: &[&mut Told<CommitRow, ()>]) -> StoreError {
    let first = told.first().map(|told| told.work.lease.session_id.clone());
    StoreError::LeaseLost { id: first.unwrap_or_default() }
}

/// Keeps or undoes what was done since the savepoint. An error says that the transaction is broken.
async fn settle<T>(
    db: &mut SqliteConnection,
    done: Result<T, StoreError>,
) -> Result<Result<T, StoreError>, StoreError> {
    match done {
        Ok(done) => {
            execute(db, "RELEASE op", SAVING).await?;
            Ok(Ok(done))
        }
        Err(error) if is_broken(&error) => Err(error),
        Err(error) => {
            execute(db, "ROLLBACK TO op; RELEASE op", SAVING).await?;
            Ok(Err(error))
        }
    }
}
