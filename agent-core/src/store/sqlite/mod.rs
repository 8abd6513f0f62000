//! The store on SQLite: one writer, several readers, every commit on disk before it is acknowledged.

mod approvals;
mod context;
mod counted;
mod figures;
mod merge;
mod migrate;
mod op;
mod pieces;
mod read;
mod sessions;
mod upkeep;
mod write;
mod writer;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::BoxFuture;
use protocol::payload::ApprovalState;
use protocol::{Figure, FigureId, Members};
use sqlx::sqlite::{
    SqliteAutoVacuum, SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{ConnectOptions, SqliteConnection, SqlitePool};

use self::counted::Counted;
use self::writer::Writer;
use super::approvals::{Answered, ApprovalAnswer, ApprovalFilter, ApprovalRecord};
use super::records::{
    Claim, Commit, ContextEntry, ContextQuery, ContextsFound, JournalEntry, Lease, NewSession, Opened,
    OutboxEntry, SessionRecord,
};
use super::{Objects, Store, StoreError, Upkeep};
use crate::telemetry::Meter;

/// How long a writer waits for another process to finish its transaction.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
const READERS: u32 = 4;
/// Bytes of the write-ahead log that are kept for the next commits.
const LOG_KEPT: &str = "4194304";

/// A [`Store`] in one SQLite file.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    writer: Writer,
    readers: SqlitePool,
}

impl SqliteStore {
    /// Opens the file, making it and its folder when absent, and brings it to the newest version.
    pub async fn open(path: &Path) -> Result<Self, StoreError> {
        Self::open_with(path, BUSY_TIMEOUT).await
    }

    /// Like [`SqliteStore::open`], waiting at most `busy_timeout` for another writer.
    pub async fn open_with(path: &Path, busy_timeout: Duration) -> Result<Self, StoreError> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)
                .map_err(|source| StoreError::Folder { path: folder.to_owned(), source })?;
        }
        keep_private(path).map_err(|source| StoreError::Folder { path: path.to_owned(), source })?;
        let base = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            // What a large commit made of the log is given back once it is in the database.
            .pragma("journal_size_limit", LOG_KEPT)
            .journal_mode(SqliteJournalMode::Wal)
            // NORMAL can lose acknowledged commits when the power goes.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(busy_timeout);
        // Room that pruning frees goes back to the disk. A file from before keeps its own way until `compact`. Saying so
        // writes to the file, which a reader must not.
        let options = base.clone().auto_vacuum(SqliteAutoVacuum::Incremental);
        let mut db = options.connect().await.map_err(failed("opening the database"))?;
        migrate::to_newest(&mut db).await?;
        let readers = base.read_only(true);
        let readers = pool(READERS, readers).await.map_err(failed("opening the database"))?;
        Ok(Self { writer: Writer::start(db, options), readers })
    }

    /// The same store, whose commits are counted.
    #[must_use]
    pub fn measured(self, meter: Meter) -> Self {
        self.writer.measure(meter);
        self
    }

    /// Does `work` whole or not at all; it is on disk when this returns.
    ///
    /// Others' work is in the same transaction: what `work` returns as an error undoes only its own.
    async fn writing<T, F>(&self, doing: &'static str, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut SqliteConnection) -> BoxFuture<'c, Result<T, StoreError>> + Send + 'static,
    {
        self.writer.alone(doing, work).await
    }
}

async fn pool(connections: u32, options: SqliteConnectOptions) -> Result<SqlitePool, sqlx::Error> {
    SqlitePoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(60))
        .idle_timeout(None)
        .max_lifetime(None)
        .connect_with(options)
        .await
}

/// Sees that only the owner can read the file, which holds requests and figures; SQLite gives its companions
/// the same mode, and those that are there already get it here.
fn keep_private(path: &Path) -> io::Result<()> {
    OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(path)?;
    for companion in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(companion);
        match fs::metadata(&name) {
            Ok(there) if there.permissions().mode() & 0o077 != 0 => {
                fs::set_permissions(&name, Permissions::from_mode(0o600))?;
            }
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

/// Sorts what the database said into busy and broken, with what was being done.
fn failed(doing: &'static str) -> impl Fn(sqlx::Error) -> StoreError {
    const BUSY: i32 = 5;
    const LOCKED: i32 = 6;
    move |source| {
        let code = code(&source);
        let source = Arc::new(source);
        match code {
            Some(BUSY | LOCKED) => StoreError::Busy { doing, source },
            _ if matches!(*source, sqlx::Error::PoolTimedOut) => StoreError::Busy { doing, source },
            _ => StoreError::Database { doing, source },
        }
    }
}

/// The plain result code of SQLite: the low byte of the extended one.
fn code(error: &sqlx::Error) -> Option<i32> {
    let code = error.as_database_error()?.code()?;
    code.parse::<i32>().ok().map(|code| code & 0xff)
}

fn unreadable(what: &'static str) -> impl Fn(serde_json::Error) -> StoreError {
    move |source| StoreError::Corrupt { what, source: Some(source) }
}

#[async_trait]
impl Store for SqliteStore {
    async fn open_session(&self, new: NewSession) -> Result<Opened, StoreError> {
        let opened = sessions::open(self, new).await?;
        if let Opened::New(record) = &opened {
            self.writer.meter().session_opened(record.kind.as_str());
        }
        Ok(opened)
    }

    async fn keyed(&self, tenant: &str, key: &str) -> Result<Option<(String, SessionRecord)>, StoreError> {
        sessions::keyed(self, tenant, key).await
    }

    async fn session(&self, id: &str) -> Result<Option<SessionRecord>, StoreError> {
        sessions::one(&self.readers, id).await
    }

    async fn sessions(&self, tenant: &str, limit: usize) -> Result<Vec<SessionRecord>, StoreError> {
        sessions::newest(self, tenant, limit).await
    }

    async fn unfinished(&self, tenant: &str) -> Result<Vec<SessionRecord>, StoreError> {
        sessions::unfinished(self, tenant).await
    }

    async fn previous(
        &self,
        tenant: &str,
        before: Option<(i64, &str)>,
    ) -> Result<Option<SessionRecord>, StoreError> {
        sessions::previous(self, tenant, before).await
    }

    async fn figured(&self, tenant: &str) -> Result<Option<String>, StoreError> {
        figures::newest(self, tenant).await
    }

    async fn take_lease(&self, id: &str, claim: &Claim, at: i64) -> Result<Lease, StoreError> {
        write::take_lease(self, id, claim, at).await
    }

    async fn renew_lease(&self, lease: &Lease, until: i64) -> Result<(), StoreError> {
        write::renew_lease(self, lease, until).await
    }

    async fn commit(&self, lease: &Lease, commit: Commit) -> Result<(), StoreError> {
        let counted = Counted::of(&commit);
        write::commit(self, lease, commit).await?;
        counted.count(&self.writer.meter());
        Ok(())
    }

    async fn supersede(
        &self,
        lease: &Lease,
        commit: Commit,
        new: NewSession,
    ) -> Result<SessionRecord, StoreError> {
        let counted = Counted::of(&commit);
        let record = write::supersede(self, lease, commit, new).await?;
        counted.count(&self.writer.meter());
        self.writer.meter().session_opened(record.kind.as_str());
        Ok(record)
    }

    async fn record_file(
        &self,
        lease: &Lease,
        path: &str,
        sha256: &str,
        placed: &str,
    ) -> Result<(), StoreError> {
        write::record_file(self, lease, path, sha256, placed).await
    }

    async fn placed(&self, session_id: &str, path: &str, sha256: &str) -> Result<Option<String>, StoreError> {
        read::placed(self, session_id, path, sha256).await
    }

    async fn file_hashes(&self, tenant: &str, path: &str) -> Result<BTreeSet<String>, StoreError> {
        read::file_hashes(self, tenant, path).await
    }

    async fn all_file_hashes(&self, tenant: &str) -> Result<BTreeMap<String, BTreeSet<String>>, StoreError> {
        read::all_file_hashes(self, tenant).await
    }

    async fn journal(&self, id: &str) -> Result<Vec<JournalEntry>, StoreError> {
        read::journal(self, id).await
    }

    async fn outbox(&self, id: &str, after_seq: i64) -> Result<Vec<OutboxEntry>, StoreError> {
        read::outbox(self, id, after_seq).await
    }

    async fn last_seq(&self, id: &str) -> Result<i64, StoreError> {
        read::last_seq(self, id).await
    }

    async fn last_message(&self, id: &str) -> Result<Option<OutboxEntry>, StoreError> {
        read::last_message(self, id).await
    }

    async fn figure(&self, session_id: &str, id: &FigureId) -> Result<Option<Figure>, StoreError> {
        figures::one(self, session_id, id).await
    }

    async fn figures(&self, session_id: &str) -> Result<Vec<Figure>, StoreError> {
        figures::all(self, session_id).await
    }

    async fn publish(&self, tenant: &str, entry: ContextEntry) -> Result<(), StoreError> {
        context::publish(self, tenant, entry).await
    }

    async fn contexts(&self, tenant: &str, query: &ContextQuery) -> Result<ContextsFound, StoreError> {
        context::under(self, tenant, query).await
    }

    async fn context_types(&self, tenant: &str, at: i64) -> Result<Vec<String>, StoreError> {
        context::types(self, tenant, at).await
    }

    async fn approval(&self, tenant: &str, id: &str, at: i64) -> Result<Option<ApprovalRecord>, StoreError> {
        approvals::one(&self.readers, tenant, id, at).await
    }

    async fn standing_approval(
        &self,
        tenant: &str,
        content: &str,
        at: i64,
    ) -> Result<Option<ApprovalRecord>, StoreError> {
        approvals::standing(self, tenant, content, at).await
    }

    async fn approvals(
        &self,
        tenant: &str,
        filter: &ApprovalFilter,
        at: i64,
    ) -> Result<Vec<ApprovalRecord>, StoreError> {
        approvals::all(self, tenant, filter, at).await
    }

    async fn answer_approval(
        &self,
        tenant: &str,
        id: &str,
        answer: &ApprovalAnswer,
        at: i64,
    ) -> Result<Option<Answered>, StoreError> {
        let answered = approvals::answer(self, tenant, id, answer, at).await?;
        if let Some(Answered::Now(record)) = &answered {
            self.writer.meter().approval(record.state.as_str());
        }
        Ok(answered)
    }

    async fn finish_approval(
        &self,
        tenant: &str,
        id: &str,
        done: bool,
        outcome: &Members,
        at: i64,
    ) -> Result<(), StoreError> {
        approvals::finish(self, tenant, id, done, outcome, at).await?;
        let state = if done { ApprovalState::Done } else { ApprovalState::Failed };
        self.writer.meter().approval(state.as_str());
        Ok(())
    }

    async fn expire_approvals(&self, tenant: &str, at: i64) -> Result<u64, StoreError> {
        let expired = approvals::expire(self, tenant, at).await?;
        for _ in 0..expired {
            self.writer.meter().approval(ApprovalState::Expired.as_str());
        }
        Ok(expired)
    }

    async fn probe(&self, at: i64) -> Result<(), StoreError> {
        write::probe(self, at).await
    }

    async fn close(&self) {
        self.writer.close().await;
        self.readers.close().await;
    }
}

#[async_trait]
impl Upkeep for SqliteStore {
    async fn prune_questions(
        &self,
        tenant: &str,
        before: i64,
        keep: usize,
        most: usize,
        at: i64,
    ) -> Result<usize, StoreError> {
        upkeep::prune_questions(self, tenant, before, keep, most, at).await
    }

    async fn prunable_questions(&self, tenant: &str, before: i64, keep: usize) -> Result<usize, StoreError> {
        upkeep::prunable_questions(self, tenant, before, keep).await
    }

    async fn forget_keys(&self, tenant: &str, keep: usize) -> Result<(), StoreError> {
        upkeep::forget_keys(self, tenant, keep).await
    }

    async fn ended_work(&self, tenant: &str) -> Result<Vec<SessionRecord>, StoreError> {
        upkeep::ended_work(self, tenant).await
    }

    async fn written(&self, tenant: &str) -> Result<Vec<(String, String, String)>, StoreError> {
        upkeep::written(self, tenant).await
    }

    async fn prune_work(&self, tenant: &str, id: &str, at: i64) -> Result<bool, StoreError> {
        upkeep::prune_work(self, tenant, id, at).await
    }

    async fn only_of(&self, sessions: &[String]) -> Result<Vec<String>, StoreError> {
        upkeep::only_of(self, sessions).await
    }

    async fn unlisted(&self, tenant: &str) -> Result<Vec<(String, Vec<String>)>, StoreError> {
        upkeep::unlisted(self, tenant).await
    }

    async fn list_objects(&self, session: &str, objects: Vec<String>) -> Result<(), StoreError> {
        upkeep::list_objects(self, session, objects).await
    }

    async fn mark_spare(&self, objects: Vec<String>) -> Result<usize, StoreError> {
        upkeep::mark_spare(self, objects).await
    }

    async fn sweep(&self, objects: &Objects, most: usize) -> Result<(usize, u64), StoreError> {
        upkeep::sweep(self, objects, most).await
    }

    async fn pack_figures(&self) -> Result<bool, StoreError> {
        upkeep::pack_figures(self).await
    }

    async fn give_back(&self, pages: u32) -> Result<u64, StoreError> {
        upkeep::give_back(self, pages).await
    }

    async fn compact(&self) -> Result<(), StoreError> {
        upkeep::compact(self).await
    }
}
