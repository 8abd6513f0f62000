//! What is given up so that the store does not grow for ever: old questions, old sessions, what only they needed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use protocol::{Deliverable, WireError};
use serde::Deserialize;
use serde_json::Value;
use tracing::Instrument;

use super::host::{Inner, Runtime};
use crate::agent::Failure;
use crate::store::{SessionRecord, SessionState, sha256_hex};

/// Rows that one write gives up; others get their turn in between.
const AT_ONCE: usize = 256;
/// After so many questions it is looked whether there are too many.
const LOOK_AFTER: usize = 256;
/// Keys of pruned questions that are still known to have been used.
const KEYS: usize = 1_000_000;
/// Pages of the database that one write gives back to the disk.
const PAGES: u32 = 512;
/// A file larger than this was written by no session.
const LARGEST: u64 = 32 << 20;

/// How much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keeping {
    /// Answered questions, the newest.
    pub questions: usize,
    /// For how long after its answer a question is kept.
    pub question_age: Duration,
    /// Work sessions that completed, the newest, and as many that did not. At least one.
    pub sessions: usize,
}

impl Default for Keeping {
    fn default() -> Self {
        Self { questions: 10_000, question_age: Duration::from_secs(7 * 24 * 60 * 60), sessions: 104 }
    }
}

/// What was given up, or would be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pruned {
    /// Answered questions.
    pub questions: usize,
    /// Work sessions, oldest first.
    pub sessions: Vec<String>,
    /// Work sessions that are older than what is kept, and stay: files in the workspace rest on their figures.
    pub needed: Vec<String>,
    /// Objects that nothing needs any more.
    pub objects: usize,
    /// Bytes of those objects on the disk.
    pub bytes: u64,
}

/// When the next look is due.
#[derive(Default)]
pub(super) struct Broom {
    ended: AtomicUsize,
    sweeping: AtomicBool,
}

impl Runtime {
    /// Gives up what is older or more than is kept, in small writes; others get their turn in between.
    ///
    /// # Errors
    /// `STORE_FAILED`; what was given up by then is gone.
    pub async fn prune(&self) -> Result<Pruned, WireError> {
        self.inner.prune().await.map_err(Failure::into_error)
    }

    /// What [`Runtime::prune`] would give up; nothing is changed.
    ///
    /// # Errors
    /// `STORE_FAILED`.
    pub async fn prunable(&self) -> Result<Pruned, WireError> {
        self.inner.prunable().await.map_err(Failure::into_error)
    }

    /// Prunes, then looks for objects that no session names and makes the database as small as it can be: for a
    /// person who waits for it.
    ///
    /// # Errors
    /// `STORE_FAILED`.
    pub async fn compact(&self) -> Result<Pruned, WireError> {
        self.inner.compact().await.map_err(Failure::into_error)
    }
}

impl Inner {
    /// A question has ended: looks from time to time whether there are too many.
    pub(super) fn question_ended(self: &Arc<Self>) {
        if self.broom.ended.fetch_add(1, Ordering::Relaxed) % LOOK_AFTER == LOOK_AFTER - 1 {
            self.prune_soon();
        }
    }

    /// Prunes in a task of its own, unless that is under way or everything is stopping.
    pub(super) fn prune_soon(self: &Arc<Self>) {
        if self.tasks.is_closed() {
            return;
        }
        let inner = Arc::clone(self);
        let pruning = async move {
            if let Err(failure) = inner.prune().await {
                tracing::warn!(code = %failure.error().code, "old sessions were not pruned");
            }
        };
        self.tasks.spawn(pruning.in_current_span());
    }

    pub(super) async fn prune(&self) -> Result<Pruned, Failure> {
        if self.broom.sweeping.swap(true, Ordering::AcqRel) {
            return Ok(Pruned::default());
        }
        let pruned = self.sweep_out().await;
        self.broom.sweeping.store(false, Ordering::Release);
        pruned
    }

    async fn sweep_out(&self) -> Result<Pruned, Failure> {
        let (store, tenant, at) = (&self.ground.store, &self.ground.tenant, self.now());
        let (before, keep) = self.of_questions();
        let mut pruned = Pruned::default();
        loop {
            let gone = store.prune_questions(tenant, before, keep, AT_ONCE, at).await?;
            pruned.questions += gone;
            if gone < AT_ONCE {
                break;
            }
        }
        if pruned.questions > 0 {
            store.forget_keys(tenant, KEYS).await?;
        }
        let (mut old, needed) = self.old_work().await?;
        pruned.needed = needed;
        old.reverse();
        if !old.is_empty() {
            self.list_objects().await?;
        }
        for id in old {
            if store.prune_work(tenant, &id, at).await? {
                pruned.sessions.push(id);
            }
        }
        let (objects, bytes) = self.sweep_objects().await?;
        (pruned.objects, pruned.bytes) = (objects, bytes);
        if pruned.questions > 0 || !pruned.sessions.is_empty() {
            let mut free = u64::MAX;
            loop {
                let left = store.give_back(PAGES).await?;
                // Readers may hold on to what would be given back.
                if left == 0 || left >= free {
                    break;
                }
                free = left;
            }
        }
        Ok(pruned)
    }

    async fn prunable(&self) -> Result<Pruned, Failure> {
        let (before, keep) = self.of_questions();
        let questions = self.ground.store.prunable_questions(&self.ground.tenant, before, keep).await?;
        let (mut sessions, needed) = self.old_work().await?;
        sessions.reverse();
        let only: BTreeSet<String> = self.ground.store.only_of(&sessions).await?.into_iter().collect();
        let there = self.objects_there().await?;
        let gone = there.into_iter().filter(|(name, _)| only.contains(name));
        let (objects, bytes) = gone.fold((0, 0), |(files, all), (_, bytes)| (files + 1, all + bytes));
        Ok(Pruned { questions, sessions, needed, objects, bytes })
    }

    async fn compact(&self) -> Result<Pruned, Failure> {
        let mut pruned = self.prune().await?;
        self.list_objects().await?;
        while self.ground.store.pack_figures().await? {}
        // What was kept for a step that never came to its end is named by nobody.
        let names: Vec<String> = self.objects_there().await?.into_iter().map(|(name, _)| name).collect();
        for some in names.chunks(AT_ONCE) {
            self.ground.store.mark_spare(some.to_vec()).await?;
        }
        let (objects, bytes) = self.sweep_objects().await?;
        pruned.objects += objects;
        pruned.bytes += bytes;
        self.ground.store.compact().await?;
        Ok(pruned)
    }

    /// Answered before when, and beyond how many, questions are given up.
    fn of_questions(&self) -> (i64, usize) {
        let age = i64::try_from(self.keeping.question_age.as_micros()).unwrap_or(i64::MAX);
        (self.now().saturating_sub(age), self.keeping.questions)
    }

    /// The work sessions beyond what is kept, newest first: those that can go, and those that files rest on.
    async fn old_work(&self) -> Result<(Vec<String>, Vec<String>), Failure> {
        let ended = self.ground.store.ended_work(&self.ground.tenant).await?;
        let keep = self.keeping.sessions.max(1);
        let beyond = |completed: bool| {
            let of_kind =
                move |record: &&SessionRecord| (record.state == SessionState::Completed) == completed;
            ended.iter().filter(of_kind).skip(keep)
        };
        let old: BTreeSet<&str> =
            beyond(true).chain(beyond(false)).map(|record| record.id.as_str()).collect();
        if old.is_empty() {
            return Ok(Default::default());
        }
        let needed = self.rested_on(&ended, &old).await?;
        let ids = ended.iter().map(|record| record.id.as_str()).filter(|id| old.contains(id));
        let (needed, old): (Vec<&str>, Vec<&str>) = ids.partition(|id| needed.contains(*id));
        let owned = |ids: Vec<&str>| ids.into_iter().map(str::to_owned).collect();
        Ok((owned(old), owned(needed)))
    }

    /// The sessions among `old` that were the last to write a file as it is now: what it says opens there.
    /// Of a file that a person has changed since, the last to write it at all.
    async fn rested_on(
        &self,
        ended: &[SessionRecord],
        old: &BTreeSet<&str>,
    ) -> Result<BTreeSet<String>, Failure> {
        let mut written: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        for (session, path, sha256) in self.ground.store.written(&self.ground.tenant).await? {
            written.entry(session).or_default().push((path, sha256));
        }
        // Newest first, so that the first of a path is the last to have written it.
        let mut last: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        for record in ended {
            let mut files = written.remove(&record.id).unwrap_or_default();
            let listed = self.listed(record).await?.into_iter();
            files.extend(listed.filter_map(|one: Deliverable| Some((one.path, one.sha256?))));
            for (path, sha256) in files {
                last.entry(path).or_default().push((sha256, record.id.clone()));
            }
        }
        last.retain(|_, writers| writers.iter().any(|(_, id)| old.contains(id.as_str())));
        let root = self.ground.workspace.clone();
        let looked = tokio::task::spawn_blocking(move || {
            let stands = last.into_iter().filter_map(|(path, writers)| {
                let now = hash_of(&root.join(path))?;
                let same = writers.iter().find(|(sha256, _)| *sha256 == now);
                same.or(writers.first()).map(|(_, id)| id.clone())
            });
            stands.collect()
        });
        looked.await.map_err(|broken| Failure::bug(format!("looking at files broke off: {broken}")))
    }

    /// Records of sessions of an older version which objects they need: those they name, and whatever looks like
    /// the name of one in what their steps put out.
    async fn list_objects(&self) -> Result<(), Failure> {
        for (session, mut names) in self.ground.store.unlisted(&self.ground.tenant).await? {
            let objects = self.ground.objects.clone();
            let outputs = names.clone();
            let found = tokio::task::spawn_blocking(move || {
                let read = outputs.iter().filter_map(|name| objects.get(name).ok());
                read.flat_map(|bytes| hashes_in(&bytes)).collect::<BTreeSet<String>>()
            });
            let found = found.await.map_err(|broken| Failure::bug(format!("reading broke off: {broken}")))?;
            names.extend(found);
            self.ground.store.list_objects(&session, names).await?;
        }
        Ok(())
    }

    async fn sweep_objects(&self) -> Result<(usize, u64), Failure> {
        let (mut files, mut all) = (0, 0);
        loop {
            let (looked_at, bytes) = self.ground.store.sweep(&self.ground.objects, AT_ONCE).await?;
            files += looked_at;
            all += bytes;
            if looked_at < AT_ONCE {
                return Ok((files, all));
            }
        }
    }

    async fn objects_there(&self) -> Result<Vec<(String, u64)>, Failure> {
        let objects = self.ground.objects.clone();
        let listed = tokio::task::spawn_blocking(move || objects.list()).await;
        listed.map_err(|broken| Failure::bug(format!("listing objects broke off: {broken}")))
    }

    /// The files that the delivery of a session lists; none before it has completed.
    pub(super) async fn listed(&self, record: &SessionRecord) -> Result<Vec<Deliverable>, Failure> {
        if record.state != SessionState::Completed {
            return Ok(Vec::new());
        }
        let Some(entry) = self.ground.store.last_message(&record.id).await? else {
            return Ok(Vec::new());
        };
        let delivery: Value = serde_json::from_str(&entry.message)
            .map_err(|error| Failure::bug(format!("the delivery of session `{}`: {error}", record.id)))?;
        let listed = delivery.get("deliverables").and_then(Value::as_array).into_iter().flatten();
        Ok(listed.filter_map(|one| Deliverable::deserialize(one).ok()).collect())
    }
}

/// The hash of a file; `None` where there is none that a session can have written.
fn hash_of(path: &Path) -> Option<String> {
    let there = std::fs::symlink_metadata(path).ok()?;
    if !there.is_file() || there.len() > LARGEST {
        return None;
    }
    std::fs::read(path).ok().map(|bytes| sha256_hex(&bytes))
}

/// Whatever looks like the name of an object.
fn hashes_in(bytes: &[u8]) -> Vec<String> {
    let hex = |byte: &u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte);
    let words = bytes.split(|byte| !hex(byte)).filter(|word| word.len() == 64);
    words.filter_map(|word| str::from_utf8(word).ok()).map(str::to_owned).collect()
}
