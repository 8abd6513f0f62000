//! What a store gives up again, so that it does not grow for ever.

use async_trait::async_trait;

use super::objects::Objects;
use super::{SessionRecord, StoreError};

/// What a [`Store`](super::Store) does to stay small: each call is one small write, so that others get their turn.
#[async_trait]
pub trait Upkeep: Send + Sync + 'static {
    /// Forgets at most `most` answered questions: those that ended before `before`, and those beyond the newest
    /// `keep`. Of their keys it is remembered that they were used. Returns how many were forgotten.
    async fn prune_questions(
        &self,
        tenant: &str,
        before: i64,
        keep: usize,
        most: usize,
        at: i64,
    ) -> Result<usize, StoreError>;

    /// How many answered questions [`Upkeep::prune_questions`] would forget in all.
    async fn prunable_questions(&self, tenant: &str, before: i64, keep: usize) -> Result<usize, StoreError>;

    /// Remembers of at most `keep` keys of pruned questions that they were used: the newest.
    async fn forget_keys(&self, tenant: &str, keep: usize) -> Result<(), StoreError>;

    /// The work sessions that have ended and were not pruned, newest first.
    async fn ended_work(&self, tenant: &str) -> Result<Vec<SessionRecord>, StoreError>;

    /// What sessions that were not pruned recorded before writing it: session, path, hash.
    async fn written(&self, tenant: &str) -> Result<Vec<(String, String, String)>, StoreError>;

    /// Empties a work session that has ended: its steps, messages and figures go, its id and keys stay.
    /// One with an approval that is still to be answered or carried out is left alone. Whether it was emptied.
    async fn prune_work(&self, tenant: &str, id: &str, at: i64) -> Result<bool, StoreError>;

    /// The objects that the sessions named need and no other does.
    async fn only_of(&self, sessions: &[String]) -> Result<Vec<String>, StoreError>;

    /// The sessions of an older version, of which it was not recorded which objects they need, each with those
    /// that its steps and figures name.
    async fn unlisted(&self, tenant: &str) -> Result<Vec<(String, Vec<String>)>, StoreError>;

    /// Records which objects a session needs.
    async fn list_objects(&self, session: &str, objects: Vec<String>) -> Result<(), StoreError>;

    /// Marks as spare those of `objects` that no session needs; none while a work session is unfinished, which may
    /// be about to name them. Returns how many are marked.
    async fn mark_spare(&self, objects: Vec<String>) -> Result<usize, StoreError>;

    /// Removes at most `most` spare objects that still no session needs; none while a work session is unfinished.
    /// Returns how many, and their bytes on the disk.
    async fn sweep(&self, objects: &Objects, most: usize) -> Result<(usize, u64), StoreError>;

    /// Packs the figures of one session of an older version; whether there was one.
    async fn pack_figures(&self) -> Result<bool, StoreError>;

    /// Gives at most `pages` of free room back to the disk; how many there are left.
    async fn give_back(&self, pages: u32) -> Result<u64, StoreError>;

    /// Writes the whole database anew, as small as it can be. Others wait meanwhile.
    async fn compact(&self) -> Result<(), StoreError>;
}
