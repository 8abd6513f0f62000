//! A store that dies at a chosen write, before or after it took effect.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use agent_core::store::{
    Answered, ApprovalAnswer, ApprovalFilter, ApprovalRecord, Claim, Commit, ContextEntry, ContextQuery,
    ContextsFound, JournalEntry, Lease, NewSession, Objects, Opened, OutboxEntry, SessionRecord, Store,
    StoreError, Upkeep,
};
use async_trait::async_trait;
use protocol::{Figure, FigureId, Members};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    Before,
    After,
}

pub(crate) struct FaultyStore {
    inner: Arc<dyn Store>,
    fail_at: Option<(usize, When)>,
    writes: AtomicUsize,
    /// How often messages were read.
    outbox_reads: AtomicUsize,
    dead: AtomicBool,
    /// So many of the next writes fail before they take effect, without the store dying of it.
    fail_next: AtomicUsize,
    /// Called with the path each time it is asked which of its files are ours.
    on_file_hashes: Mutex<Option<Hook>>,
}

type Hook = Box<dyn FnMut(&str) + Send>;

impl FaultyStore {
    pub(crate) fn new(inner: Arc<dyn Store>, fail_at: Option<(usize, When)>) -> Self {
        Self {
            inner,
            fail_at,
            writes: AtomicUsize::new(0),
            outbox_reads: AtomicUsize::new(0),
            dead: AtomicBool::new(false),
            fail_next: AtomicUsize::new(0),
            on_file_hashes: Mutex::new(None),
        }
    }

    pub(crate) fn fail_next(&self, writes: usize) {
        self.fail_next.store(writes, Ordering::SeqCst);
    }

    pub(crate) fn on_file_hashes(&self, hook: impl FnMut(&str) + Send + 'static) {
        *self.on_file_hashes.lock().unwrap() = Some(Box::new(hook));
    }

    pub(crate) fn writes(&self) -> usize {
        self.writes.load(Ordering::SeqCst)
    }

    pub(crate) fn outbox_reads(&self) -> usize {
        self.outbox_reads.load(Ordering::SeqCst)
    }

    /// Whether the fault happened.
    pub(crate) fn fired(&self) -> bool {
        self.dead.load(Ordering::SeqCst)
    }

    fn up(&self) -> Result<(), StoreError> {
        if self.fired() { Err(gone()) } else { Ok(()) }
    }

    async fn write<T>(
        &self,
        work: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, StoreError> {
        self.up()?;
        let passing = |left: usize| left.checked_sub(1);
        if self.fail_next.fetch_update(Ordering::SeqCst, Ordering::SeqCst, passing).is_ok() {
            return Err(gone());
        }
        let nth = self.writes.fetch_add(1, Ordering::SeqCst) + 1;
        match self.fail_at {
            Some((at, When::Before)) if at == nth => {
                self.dead.store(true, Ordering::SeqCst);
                Err(gone())
            }
            Some((at, When::After)) if at == nth => {
                work.await?;
                self.dead.store(true, Ordering::SeqCst);
                Err(gone())
            }
            _ => work.await,
        }
    }
}

fn gone() -> StoreError {
    let source = sqlx::Error::Io(std::io::Error::other("the machine is gone"));
    StoreError::Database { doing: "dying", source: Arc::new(source) }
}

#[async_trait]
impl Store for FaultyStore {
    async fn open_session(&self, new: NewSession) -> Result<Opened, StoreError> {
        self.write(self.inner.open_session(new)).await
    }
    async fn keyed(&self, tenant: &str, key: &str) -> Result<Option<(String, SessionRecord)>, StoreError> {
        self.up()?;
        self.inner.keyed(tenant, key).await
    }
    async fn session(&self, id: &str) -> Result<Option<SessionRecord>, StoreError> {
        self.up()?;
        self.inner.session(id).await
    }
    async fn sessions(&self, tenant: &str, limit: usize) -> Result<Vec<SessionRecord>, StoreError> {
        self.up()?;
        self.inner.sessions(tenant, limit).await
    }
    async fn unfinished(&self, tenant: &str) -> Result<Vec<SessionRecord>, StoreError> {
        self.up()?;
        self.inner.unfinished(tenant).await
    }
    async fn previous(
        &self,
        tenant: &str,
        before: Option<(i64, &str)>,
    ) -> Result<Option<SessionRecord>, StoreError> {
        self.up()?;
        self.inner.previous(tenant, before).await
    }
    async fn figured(&self, tenant: &str) -> Result<Option<String>, StoreError> {
        self.up()?;
        self.inner.figured(tenant).await
    }
    async fn take_lease(&self, id: &str, claim: &Claim, at: i64) -> Result<Lease, StoreError> {
        self.write(self.inner.take_lease(id, claim, at)).await
    }
    async fn renew_lease(&self, lease: &Lease, until: i64) -> Result<(), StoreError> {
        self.up()?;
        self.inner.renew_lease(lease, until).await
    }
    async fn commit(&self, lease: &Lease, commit: Commit) -> Result<(), StoreError> {
        self.write(self.inner.commit(lease, commit)).await
    }
    async fn supersede(
        &self,
        lease: &Lease,
        commit: Commit,
        new: NewSession,
    ) -> Result<SessionRecord, StoreError> {
        self.write(self.inner.supersede(lease, commit, new)).await
    }
    async fn record_file(
        &self,
        lease: &Lease,
        path: &str,
        sha256: &str,
        placed: &str,
    ) -> Result<(), StoreError> {
        self.write(self.inner.record_file(lease, path, sha256, placed)).await
    }
    async fn placed(&self, session_id: &str, path: &str, sha256: &str) -> Result<Option<String>, StoreError> {
        self.up()?;
        self.inner.placed(session_id, path, sha256).await
    }
    async fn file_hashes(&self, tenant: &str, path: &str) -> Result<BTreeSet<String>, StoreError> {
        self.up()?;
        if let Some(hook) = self.on_file_hashes.lock().unwrap().as_mut() {
            hook(path);
        }
        self.inner.file_hashes(tenant, path).await
    }
    async fn all_file_hashes(&self, tenant: &str) -> Result<BTreeMap<String, BTreeSet<String>>, StoreError> {
        self.up()?;
        self.inner.all_file_hashes(tenant).await
    }
    async fn journal(&self, id: &str) -> Result<Vec<JournalEntry>, StoreError> {
        self.up()?;
        self.inner.journal(id).await
    }
    async fn outbox(&self, id: &str, after_seq: i64) -> Result<Vec<OutboxEntry>, StoreError> {
        self.up()?;
        self.outbox_reads.fetch_add(1, Ordering::SeqCst);
        self.inner.outbox(id, after_seq).await
    }
    async fn last_seq(&self, id: &str) -> Result<i64, StoreError> {
        self.up()?;
        self.inner.last_seq(id).await
    }
    async fn last_message(&self, id: &str) -> Result<Option<OutboxEntry>, StoreError> {
        self.up()?;
        self.inner.last_message(id).await
    }
    async fn figure(&self, session_id: &str, id: &FigureId) -> Result<Option<Figure>, StoreError> {
        self.up()?;
        self.inner.figure(session_id, id).await
    }
    async fn figures(&self, session_id: &str) -> Result<Vec<Figure>, StoreError> {
        self.up()?;
        self.inner.figures(session_id).await
    }
    async fn publish(&self, tenant: &str, entry: ContextEntry) -> Result<(), StoreError> {
        self.write(self.inner.publish(tenant, entry)).await
    }
    async fn contexts(&self, tenant: &str, query: &ContextQuery) -> Result<ContextsFound, StoreError> {
        self.up()?;
        self.inner.contexts(tenant, query).await
    }
    async fn context_types(&self, tenant: &str, at: i64) -> Result<Vec<String>, StoreError> {
        self.up()?;
        self.inner.context_types(tenant, at).await
    }
    async fn approval(&self, tenant: &str, id: &str, at: i64) -> Result<Option<ApprovalRecord>, StoreError> {
        self.up()?;
        self.inner.approval(tenant, id, at).await
    }
    async fn standing_approval(
        &self,
        tenant: &str,
        content: &str,
        at: i64,
    ) -> Result<Option<ApprovalRecord>, StoreError> {
        self.up()?;
        self.inner.standing_approval(tenant, content, at).await
    }
    async fn approvals(
        &self,
        tenant: &str,
        filter: &ApprovalFilter,
        at: i64,
    ) -> Result<Vec<ApprovalRecord>, StoreError> {
        self.up()?;
        self.inner.approvals(tenant, filter, at).await
    }
    async fn answer_approval(
        &self,
        tenant: &str,
        id: &str,
        answer: &ApprovalAnswer,
        at: i64,
    ) -> Result<Option<Answered>, StoreError> {
        self.write(self.inner.answer_approval(tenant, id, answer, at)).await
    }
    async fn finish_approval(
        &self,
        tenant: &str,
        id: &str,
        done: bool,
        outcome: &Members,
        at: i64,
    ) -> Result<(), StoreError> {
        self.write(self.inner.finish_approval(tenant, id, done, outcome, at)).await
    }
    async fn expire_approvals(&self, tenant: &str, at: i64) -> Result<u64, StoreError> {
        self.up()?;
        self.inner.expire_approvals(tenant, at).await
    }
    async fn probe(&self, at: i64) -> Result<(), StoreError> {
        self.write(self.inner.probe(at)).await
    }
    async fn close(&self) {
        self.inner.close().await;
    }
}

#[async_trait]
impl Upkeep for FaultyStore {
    async fn prune_questions(
        &self,
        tenant: &str,
        before: i64,
        keep: usize,
        most: usize,
        at: i64,
    ) -> Result<usize, StoreError> {
        self.up()?;
        self.inner.prune_questions(tenant, before, keep, most, at).await
    }
    async fn prunable_questions(&self, tenant: &str, before: i64, keep: usize) -> Result<usize, StoreError> {
        self.up()?;
        self.inner.prunable_questions(tenant, before, keep).await
    }
    async fn forget_keys(&self, tenant: &str, keep: usize) -> Result<(), StoreError> {
        self.up()?;
        self.inner.forget_keys(tenant, keep).await
    }
    async fn ended_work(&self, tenant: &str) -> Result<Vec<SessionRecord>, StoreError> {
        self.up()?;
        self.inner.ended_work(tenant).await
    }
    async fn written(&self, tenant: &str) -> Result<Vec<(String, String, String)>, StoreError> {
        self.up()?;
        self.inner.written(tenant).await
    }
    async fn prune_work(&self, tenant: &str, id: &str, at: i64) -> Result<bool, StoreError> {
        self.up()?;
        self.inner.prune_work(tenant, id, at).await
    }
    async fn only_of(&self, sessions: &[String]) -> Result<Vec<String>, StoreError> {
        self.up()?;
        self.inner.only_of(sessions).await
    }
    async fn unlisted(&self, tenant: &str) -> Result<Vec<(String, Vec<String>)>, StoreError> {
        self.up()?;
        self.inner.unlisted(tenant).await
    }
    async fn list_objects(&self, session: &str, objects: Vec<String>) -> Result<(), StoreError> {
        self.up()?;
        self.inner.list_objects(session, objects).await
    }
    async fn mark_spare(&self, objects: Vec<String>) -> Result<usize, StoreError> {
        self.up()?;
        self.inner.mark_spare(objects).await
    }
    async fn sweep(&self, objects: &Objects, most: usize) -> Result<(usize, u64), StoreError> {
        self.up()?;
        self.inner.sweep(objects, most).await
    }
    async fn pack_figures(&self) -> Result<bool, StoreError> {
        self.up()?;
        self.inner.pack_figures().await
    }
    async fn give_back(&self, pages: u32) -> Result<u64, StoreError> {
        self.up()?;
        self.inner.give_back(pages).await
    }
    async fn compact(&self) -> Result<(), StoreError> {
        self.up()?;
        self.inner.compact().await
    }
}
