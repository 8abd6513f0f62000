use std::sync::{Arc, OnceLock};

use futures_util::future::BoxFuture;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::merge;
use super::op::{Alone, Op, Work};
use super::{StoreError, failed};
use crate::telemetry::Meter;

/// Writes that may wait for the writer; who comes later waits for room.
const QUEUE: usize = 1024;
/// Writes that are made durable together. What waits longer than one commit is rare.
const BATCH: usize = 256;

/// The way to the one task that writes.
///
/// While a batch of writes is made durable, the next one queues up: the more there is to do,
/// the more is done by one commit.
#[derive(Clone, Debug)]
pub(super) struct Writer {
    ops: mpsc::Sender<Op>,
    stop: CancellationToken,
    tasks: TaskTracker,
    meter: Arc<OnceLock<Meter>>,
}

impl Writer {
    /// Starts the task, which owns `db`, and makes another one by `options` when it breaks.
    pub(super) fn start(db: SqliteConnection, options: SqliteConnectOptions) -> Self {
        let (ops, queue) = mpsc::channel(QUEUE);
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let meter = Arc::new(OnceLock::new());
        let task = Task { db: Some(db), options, meter: Arc::clone(&meter) };
        tasks.spawn(task.run(queue, stop.clone()));
        Self { ops, stop, tasks, meter }
    }

    /// Counts what is on disk.
    pub(super) fn meter(&self) -> Meter {
        self.meter.get().cloned().unwrap_or_default()
    }

    /// Has commits counted; the first meter stays.
    pub(super) fn measure(&self, meter: Meter) {
        let _ = self.meter.set(meter);
    }

    /// Does `work` whole or not at all; it is on disk when this returns.
    ///
    /// Others' work is in the same transaction: what `work` returns as an error undoes only its own.
    pub(super) async fn alone<T, F>(&self, doing: &'static str, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, StoreError>> + Send + 'static,
    {
        self.tell(doing, |reply| Op::Alone(Alone::boxed(work, reply))).await
    }

    /// Does `work` by itself, in no transaction.
    pub(super) async fn outside<T, F>(&self, doing: &'static str, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, StoreError>> + Send + 'static,
    {
        self.tell(doing, |reply| Op::Outside(Alone::boxed(work, reply))).await
    }

    /// Queues an operation and waits for its outcome.
    pub(super) async fn tell<T>(
        &self,
        doing: &'static str,
        op: impl FnOnce(oneshot::Sender<Result<T, StoreError>>) -> Op,
    ) -> Result<T, StoreError> {
        let closed = || failed(doing)(sqlx::Error::PoolClosed);
        let (reply, outcome) = oneshot::channel();
        self.ops.send(op(reply)).await.map_err(|_| closed())?;
        outcome.await.map_err(|_| closed())?
    }

    /// Takes no more, and returns when what was taken is on disk.
    pub(super) async fn close(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// The task that writes.
struct Task {
    /// Absent after it broke, until there is something to write.
    db: Option<SqliteConnection>,
    options: SqliteConnectOptions,
    meter: Arc<OnceLock<Meter>>,
}

impl Task {
    async fn run(mut self, mut queue: mpsc::Receiver<Op>, stop: CancellationToken) {
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            let taken = tokio::select! {
                biased;
                () = stop.cancelled(), if !queue.is_closed() => {
                    queue.close();
                    continue;
                }
                taken = queue.recv_many(&mut batch, BATCH) => taken,
            };
            if taken == 0 {
                break;
            }
            for op in batch.extract_if(.., |op| matches!(op, Op::Outside(_))) {
                if let Op::Outside(work) = op {
                    self.outside(work).await;
                }
            }
            if batch.is_empty() {
                continue;
            }
            let begun = Instant::now();
            let done = self.write(&mut batch).await;
            if let (Some(meter), Ok(())) = (self.meter.get(), &done) {
                meter.commit(batch.len(), begun.elapsed());
            }
            for op in batch.drain(..) {
                op.answer(done.as_ref().err());
            }
        }
        if let Some(db) = self.db
            && let Err(error) = db.close().await
        {
            tracing::warn!(%error, "the database was not closed");
        }
    }

    /// The connection, a new one after the last one broke.
    async fn connection(&mut self) -> Result<SqliteConnection, StoreError> {
        match self.db.take() {
            Some(db) => Ok(db),
            None => self.options.connect().await.map_err(failed("opening the database anew")),
        }
    }

    /// Does what is part of no transaction.
    async fn outside(&mut self, mut work: Box<dyn Work>) {
        let broken = match self.connection().await {
            Err(error) => Some(error),
            Ok(mut db) => {
                if let Err(error) = work.run(&mut db).await {
                    work.undone(error);
                }
                self.db = Some(db);
                None
            }
        };
        work.answer(broken.as_ref());
    }

    /// Makes the batch durable. An error says that nothing of it was written.
    async fn write(&mut self, batch: &mut [Op]) -> Result<(), StoreError> {
        let mut db = self.connection().await?;
        // The write lock from the start: a transaction that reads first and then writes would fail at once
        // when another process wrote in between.
        if let Err(error) = execute(&mut db, "BEGIN IMMEDIATE", "starting to write").await {
            // Another process is writing; this connection is as it was.
            if matches!(error, StoreError::Busy { .. }) {
                self.db = Some(db);
            }
            return Err(error);
        }
        let written = match merge::all(&mut db, batch).await {
            Ok(()) => execute(&mut db, "COMMIT", "making writes durable").await,
            Err(broken) => Err(broken),
        };
        match written {
            Ok(()) => self.db = Some(db),
            // SQLite may or may not have ended the transaction by itself: a new connection knows nothing of it.
            Err(_) => drop(db.close_hard().await),
        }
        written
    }
}

pub(super) async fn execute(
    db: &mut SqliteConnection,
    sql: &'static str,
    doing: &'static str,
) -> Result<(), StoreError> {
    sqlx::query(sql).execute(db).await.map(drop).map_err(failed(doing))
}

/// Whether the database itself failed, and not only the operation that was told so:
/// SQLite may then have undone the whole transaction.
pub(super) fn is_broken(error: &StoreError) -> bool {
    /// Codes of statements that are wrong in themselves: error, too big, constraint, mismatch, range.
    const OWN: [i32; 5] = [1, 18, 19, 20, 25];
    match error {
        StoreError::Busy { .. } => true,
        StoreError::Database { source, .. } => match super::code(source) {
            Some(code) => !OWN.contains(&code),
            None => !matches!(
                **source,
                sqlx::Error::RowNotFound | sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_)
            ),
        },
        _ => false,
    }
}

/// The same failure for another one whose work was in the same transaction.
pub(super) fn again(error: &StoreError) -> StoreError {
    match error {
        StoreError::Busy { doing, source } => StoreError::Busy { doing, source: Arc::clone(source) },
        StoreError::Database { doing, source } => StoreError::Database { doing, source: Arc::clone(source) },
        other => failed("making writes durable")(sqlx::Error::Io(std::io::Error::other(other.to_string()))),
    }
}
