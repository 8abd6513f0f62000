//! The store on SQLite: one writer, several readers, every commit on disk before it is acknowledged.

mod context;
mod migrate;
mod read;
mod sessions;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use protocol::{Figure, FigureId};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Sqlite, SqlitePool, Transaction};

use super::records::{
    Commit, ContextEntry, JournalEntry, Lease, NewSession, Opened, OutboxEntry, SessionRecord,
};
use super::{Store, StoreError};

/// How long a writer waits for another process to finish its transaction.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
const READERS: u32 = 4;

/// A [`Store`] in one SQLite file.
#[derive(Clone, Debug)]
pub struct SqliteStore {
    writer: SqlitePool,
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
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // NORMAL can lose acknowledged commits when the power goes.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(busy_timeout);
        let writer = pool(1, options.clone()).await.map_err(failed("opening the database"))?;
        migrate::to_newest(&writer).await?;
        let readers = pool(READERS, options.read_only(true)).await.map_err(failed("opening the database"))?;
        Ok(Self { writer, readers })
    }

    /// A transaction that has the write lock from its start: one that reads first and then writes
    /// would fail at once when another process wrote in between.
    async fn write(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        self.writer.begin_with("BEGIN IMMEDIATE").await.map_err(failed("starting to write"))
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

/// Sorts what the database said into busy and broken, with what was being done.
fn failed(doing: &'static str) -> impl Fn(sqlx::Error) -> StoreError {
    const BUSY: i32 = 5;
    const LOCKED: i32 = 6;
    move |source| {
        // The low byte of an extended code is the plain one.
        let code = source
            .as_database_error()
            .and_then(|error| error.code())
            .and_then(|code| code.parse::<i32>().ok())
            .map(|code| code & 0xff);
        match code {
            Some(BUSY | LOCKED) => StoreError::Busy { doing, source },
            _ if matches!(source, sqlx::Error::PoolTimedOut) => StoreError::Busy { doing, source },
            _ => StoreError::Database { doing, source },
        }
    }
}

fn unreadable(what: &'static str) -> impl Fn(serde_json::Error) -> StoreError {
    move |source| StoreError::Corrupt { what, source: Some(source) }
}

#[async_trait]
impl Store for SqliteStore {
    async fn open_session(&self, new: NewSession) -> Result<Opened, StoreError> {
        sessions::open(self, new).await
    }

    async fn keyed(&self, tenant: &str, key: &str) -> Result<Option<(String, SessionRecord)>, StoreError> {
        sessions::keyed(self, tenant, key).await
    }

    async fn session(&self, id: &str) -> Result<Option<SessionRecord>, StoreError> {
        sessions::one(&self.readers, id).await
    }

    async fn sessions(&self, tenant: &str) -> Result<Vec<SessionRecord>, StoreError> {
        sessions::all(self, tenant).await
    }

    async fn take_lease(
        &self,
        id: &str,
        owner: &str,
        at: i64,
        until: i64,
        owner_is_dead: bool,
    ) -> Result<Lease, StoreError> {
        write::take_lease(self, id, owner, at, until, owner_is_dead).await
    }

    async fn renew_lease(&self, lease: &Lease, until: i64) -> Result<(), StoreError> {
        write::renew_lease(self, lease, until).await
    }

    async fn commit(&self, lease: &Lease, commit: Commit) -> Result<(), StoreError> {
        write::commit(self, lease, commit).await
    }

    async fn supersede(
        &self,
        lease: &Lease,
        commit: Commit,
        new: NewSession,
    ) -> Result<SessionRecord, StoreError> {
        write::supersede(self, lease, commit, new).await
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

    async fn figure(&self, session_id: &str, id: &FigureId) -> Result<Option<Figure>, StoreError> {
        read::figure(self, session_id, id).await
    }

    async fn figures(&self, session_id: &str) -> Result<Vec<Figure>, StoreError> {
        read::figures(self, session_id).await
    }

    async fn publish(&self, tenant: &str, entry: ContextEntry) -> Result<(), StoreError> {
        context::publish(self, tenant, entry).await
    }

    async fn contexts(
        &self,
        tenant: &str,
        context_type: &str,
        at: i64,
    ) -> Result<Vec<ContextEntry>, StoreError> {
        context::under(self, tenant, context_type, at).await
    }

    async fn context_types(&self, tenant: &str, at: i64) -> Result<Vec<String>, StoreError> {
        context::types(self, tenant, at).await
    }

    async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}
