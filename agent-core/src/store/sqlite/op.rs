use futures_util::future::BoxFuture;
use sqlx::SqliteConnection;
use tokio::sync::oneshot;

use super::StoreError;
use super::sessions::NewRow;
use super::write::CommitRow;
use super::writer::again;
use crate::store::records::Opened;

/// A write that waits to be done. Nobody is told of its outcome before that is on disk.
pub(super) enum Op {
    /// Opens a question: done together with others.
    Question(Box<Told<NewRow, Opened>>),
    /// Commits to a session: done together with others.
    Commit(Box<Told<CommitRow, ()>>),
    /// Anything else.
    Alone(Box<dyn Work>),
    /// What cannot be part of a transaction: done between two batches.
    Outside(Box<dyn Work>),
}

/// What is to be done, and who is to be told.
pub(super) struct Told<W, T> {
    pub(super) work: W,
    /// The outcome, once it is certain but for the commit.
    pub(super) done: Option<Result<T, StoreError>>,
    reply: oneshot::Sender<Result<T, StoreError>>,
}

impl<W, T> Told<W, T> {
    pub(super) fn new(work: W, reply: oneshot::Sender<Result<T, StoreError>>) -> Self {
        Self { work, done: None, reply }
    }

    fn answer(self, broken: Option<&StoreError>) {
        let outcome = match (broken, self.done) {
            (Some(error), _) => Err(again(error)),
            (None, Some(done)) => done,
            // Every operation of a batch that did not break was done.
            (None, None) => return,
        };
        // Who no longer waits does not want to know; what was done stands.
        let _ = self.reply.send(outcome);
    }
}

impl Op {
    /// Says how it ended; `broken` is what kept the whole batch from being written.
    pub(super) fn answer(self, broken: Option<&StoreError>) {
        match self {
            Self::Question(told) => told.answer(broken),
            Self::Commit(told) => told.answer(broken),
            Self::Alone(work) | Self::Outside(work) => work.answer(broken),
        }
    }
}

/// Work whose kind the writer need not know.
pub(super) trait Work: Send {
    /// Does it; whether it went well.
    fn run<'c>(&'c mut self, db: &'c mut SqliteConnection) -> BoxFuture<'c, Result<(), StoreError>>;

    /// It failed, and what it did was undone.
    fn undone(&mut self, error: StoreError);

    /// Says how it ended.
    fn answer(self: Box<Self>, broken: Option<&StoreError>);
}

/// One function that writes.
pub(super) struct Alone<F, T>(Told<Option<F>, T>);

impl<F, T> Alone<F, T>
where
    T: Send + 'static,
    F: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, StoreError>> + Send + 'static,
{
    pub(super) fn boxed(work: F, reply: oneshot::Sender<Result<T, StoreError>>) -> Box<dyn Work> {
        Box::new(Self(Told::new(Some(work), reply)))
    }
}

impl<F, T> Work for Alone<F, T>
where
    T: Send + 'static,
    F: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, StoreError>> + Send + 'static,
{
    fn run<'c>(&'c mut self, db: &'c mut SqliteConnection) -> BoxFuture<'c, Result<(), StoreError>> {
        Box::pin(async move {
            if let Some(work) = self.0.work.take() {
                self.0.done = Some(Ok(work(db).await?));
            }
            Ok(())
        })
    }

    fn undone(&mut self, error: StoreError) {
        self.0.done = Some(Err(error));
    }

    fn answer(self: Box<Self>, broken: Option<&StoreError>) {
        self.0.answer(broken);
    }
}
