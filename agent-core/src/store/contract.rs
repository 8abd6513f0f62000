use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use protocol::{Figure, FigureId};

use super::StoreError;
use super::records::{
    Commit, ContextEntry, JournalEntry, Lease, NewSession, Opened, OutboxEntry, SessionRecord,
};

/// What a database must be able to do for sessions to survive.
///
/// Every method that writes is one transaction.
/// Every write to a session names a [`Lease`] and is refused when its epoch is no longer the session's.
/// Times are given by the caller, in microseconds since 1970 UTC: a store has no clock.
#[async_trait]
pub trait Store: Send + Sync + 'static {
    /// Finds the session that answers for `new`, or makes it. At most one session of a tenant is unfinished.
    async fn open_session(&self, new: NewSession) -> Result<Opened, StoreError>;

    /// The session that `key` was used for, and the hash of the request it came with.
    async fn keyed(&self, tenant: &str, key: &str) -> Result<Option<(String, SessionRecord)>, StoreError>;

    /// One session.
    async fn session(&self, id: &str) -> Result<Option<SessionRecord>, StoreError>;

    /// All sessions of a tenant, newest first.
    async fn sessions(&self, tenant: &str) -> Result<Vec<SessionRecord>, StoreError>;

    /// Takes an unfinished session by raising its epoch: when its lease has run out at `at`,
    /// or at once when the caller knows the owner to be dead (`owner_is_dead`).
    async fn take_lease(
        &self,
        id: &str,
        owner: &str,
        at: i64,
        until: i64,
        owner_is_dead: bool,
    ) -> Result<Lease, StoreError>;

    /// Extends a lease that is still valid.
    async fn renew_lease(&self, lease: &Lease, until: i64) -> Result<(), StoreError>;

    /// Makes everything in `commit` true at once.
    async fn commit(&self, lease: &Lease, commit: Commit) -> Result<(), StoreError>;

    /// Ends one session with `commit` and opens `new` in its place, at once.
    async fn supersede(
        &self,
        lease: &Lease,
        commit: Commit,
        new: NewSession,
    ) -> Result<SessionRecord, StoreError>;

    /// Records that the bytes with this hash are about to be written to `path`.
    /// `placed` says how, for the same session when it is resumed.
    async fn record_file(
        &self,
        lease: &Lease,
        path: &str,
        sha256: &str,
        placed: &str,
    ) -> Result<(), StoreError>;

    /// How a session last recorded that it would write these bytes to `path`.
    async fn placed(&self, session_id: &str, path: &str, sha256: &str) -> Result<Option<String>, StoreError>;

    /// Hashes of everything ever written to `path` by sessions of the tenant.
    async fn file_hashes(&self, tenant: &str, path: &str) -> Result<BTreeSet<String>, StoreError>;

    /// Hashes of everything ever written, by path.
    async fn all_file_hashes(&self, tenant: &str) -> Result<BTreeMap<String, BTreeSet<String>>, StoreError>;

    /// The steps a session has done, in order.
    async fn journal(&self, id: &str) -> Result<Vec<JournalEntry>, StoreError>;

    /// The messages of a session after `after_seq`, in order.
    async fn outbox(&self, id: &str, after_seq: i64) -> Result<Vec<OutboxEntry>, StoreError>;

    /// The highest sequence number of a session; 0 when it has none.
    async fn last_seq(&self, id: &str) -> Result<i64, StoreError>;

    /// One figure of a session.
    async fn figure(&self, session_id: &str, id: &FigureId) -> Result<Option<Figure>, StoreError>;

    /// All figures of a session, by id.
    async fn figures(&self, session_id: &str) -> Result<Vec<Figure>, StoreError>;

    /// Keeps what an agent published.
    async fn publish(&self, tenant: &str, entry: ContextEntry) -> Result<(), StoreError>;

    /// What was published under a type and has not expired at `at`, newest first.
    async fn contexts(
        &self,
        tenant: &str,
        context_type: &str,
        at: i64,
    ) -> Result<Vec<ContextEntry>, StoreError>;

    /// The types under which anything unexpired was published.
    async fn context_types(&self, tenant: &str, at: i64) -> Result<Vec<String>, StoreError>;

    /// Finishes what is being written and lets go of the database.
    async fn close(&self);
}
