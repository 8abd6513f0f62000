use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use protocol::{Figure, FigureId, Members};

use super::StoreError;
use super::approvals::{Answered, ApprovalAnswer, ApprovalFilter, ApprovalRecord};
use super::records::{
    Claim, Commit, ContextEntry, ContextQuery, ContextsFound, JournalEntry, Lease, NewSession, Opened,
    OutboxEntry, SessionRecord,
};
use super::upkeep::Upkeep;

/// What a database must be able to do for sessions to survive.
///
/// Every method that writes takes effect whole or not at all, and on disk before it returns.
/// One that fails with [`StoreError::Busy`] or [`StoreError::Database`] wrote nothing;
/// one whose caller no longer waits may still take effect.
/// Every write to a session names a [`Lease`] and is refused when its epoch is no longer the session's.
/// Times are given by the caller, in microseconds since 1970 UTC: a store has no clock.
#[async_trait]
pub trait Store: Upkeep {
    /// Finds the session that answers for `new`, or makes it, held by its claimant.
    /// At most one work session of a tenant is unfinished; of questions any number.
    async fn open_session(&self, new: NewSession) -> Result<Opened, StoreError>;

    /// The session that `key` was used for, and the hash of the request it came with.
    async fn keyed(&self, tenant: &str, key: &str) -> Result<Option<(String, SessionRecord)>, StoreError>;

    /// One session.
    async fn session(&self, id: &str) -> Result<Option<SessionRecord>, StoreError>;

    /// The newest sessions of a tenant, at most `limit`, newest first.
    async fn sessions(&self, tenant: &str, limit: usize) -> Result<Vec<SessionRecord>, StoreError>;

    /// The sessions of a tenant that have not ended, oldest first.
    async fn unfinished(&self, tenant: &str) -> Result<Vec<SessionRecord>, StoreError>;

    /// The newest completed work session; with `before`, the newest opened before that time and id.
    async fn previous(
        &self,
        tenant: &str,
        before: Option<(i64, &str)>,
    ) -> Result<Option<SessionRecord>, StoreError>;

    /// The newest work session that recorded any figure.
    async fn figured(&self, tenant: &str) -> Result<Option<String>, StoreError>;

    /// Takes an unfinished session by raising its epoch: when nobody else's lease on it is valid at `at`,
    /// or at once when both the claimant has the workspace lock and the holder had it,
    /// who is then known to be dead.
    async fn take_lease(&self, id: &str, claim: &Claim, at: i64) -> Result<Lease, StoreError>;

    /// Extends a lease that is still valid.
    async fn renew_lease(&self, lease: &Lease, until: i64) -> Result<(), StoreError>;

    /// Makes everything in `commit` true at once.
    async fn commit(&self, lease: &Lease, commit: Commit) -> Result<(), StoreError>;

    /// Ends one session with `commit` and opens `new` in its place, at once.
    /// Keys that came with the request of `new` lead to it from then on; those of another request stay.
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

    /// The newest message of a session.
    async fn last_message(&self, id: &str) -> Result<Option<OutboxEntry>, StoreError>;

    /// One figure of a session.
    async fn figure(&self, session_id: &str, id: &FigureId) -> Result<Option<Figure>, StoreError>;

    /// All figures of a session, by id.
    async fn figures(&self, session_id: &str) -> Result<Vec<Figure>, StoreError>;

    /// Keeps what an agent published, and forgets the oldest of what is more than it keeps.
    async fn publish(&self, tenant: &str, entry: ContextEntry) -> Result<(), StoreError>;

    /// What was published under a type: the newest of each author that has not expired, or all that is kept;
    /// newest first, as far as it fits.
    async fn contexts(&self, tenant: &str, query: &ContextQuery) -> Result<ContextsFound, StoreError>;

    /// The types under which anything unexpired was published.
    async fn context_types(&self, tenant: &str, at: i64) -> Result<Vec<String>, StoreError>;

    /// One approval as it stands at `at`. Approvals are asked for by [`Store::commit`].
    async fn approval(&self, tenant: &str, id: &str, at: i64) -> Result<Option<ApprovalRecord>, StoreError>;

    /// The approval of this content that is still pending at `at`, or approved and not carried out.
    async fn standing_approval(
        &self,
        tenant: &str,
        content: &str,
        at: i64,
    ) -> Result<Option<ApprovalRecord>, StoreError>;

    /// Approvals as they stand at `at`, newest first.
    async fn approvals(
        &self,
        tenant: &str,
        filter: &ApprovalFilter,
        at: i64,
    ) -> Result<Vec<ApprovalRecord>, StoreError>;

    /// Records the first answer to an approval; `None` when there is no such approval.
    async fn answer_approval(
        &self,
        tenant: &str,
        id: &str,
        answer: &ApprovalAnswer,
        at: i64,
    ) -> Result<Option<Answered>, StoreError>;

    /// Records what came of carrying out what was approved; the first outcome stands.
    async fn finish_approval(
        &self,
        tenant: &str,
        id: &str,
        done: bool,
        outcome: &Members,
        at: i64,
    ) -> Result<(), StoreError>;

    /// Writes down which pending approvals have expired at `at`; how many there were.
    async fn expire_approvals(&self, tenant: &str, at: i64) -> Result<u64, StoreError>;

    /// Writes something that nobody reads: fails where nothing can be written.
    async fn probe(&self, at: i64) -> Result<(), StoreError>;

    /// Finishes what is being written and lets go of the database.
    async fn close(&self);
}
