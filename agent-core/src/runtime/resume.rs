use std::sync::Arc;

use protocol::{ErrorCode, WireError};
use tokio::task::JoinSet;

use super::clock::rfc3339;
use super::host::{Inner, Runtime};
use crate::agent::Failure;
use crate::session::SessionHandle;
use crate::store::{SessionKind, SessionRecord, SessionState};

/// So many unfinished sessions are taken up side by side.
const AT_ONCE: usize = 256;

/// What became of the sessions that were left unfinished.
#[non_exhaustive]
pub struct Resumed {
    /// Those that go on now, oldest first.
    pub sessions: Vec<SessionHandle>,
    /// Those that could not be taken up, with why: another process runs them, or the store failed.
    pub left: Vec<(String, WireError)>,
}

impl Runtime {
    /// Lets every unfinished session go on, and carries out what was approved: what a program does when it starts.
    ///
    /// It returns when all of them were taken up, not when they have ended.
    pub async fn resume_all(&self) -> Result<Resumed, WireError> {
        self.inner.resume_all().await.map_err(Failure::into_error)
    }

    /// Attaches to a session after a sequence number, resuming it when it is unfinished and does not run.
    pub async fn attach(&self, session_id: &str, after_seq: u64) -> Result<SessionHandle, WireError> {
        let after = i64::try_from(after_seq).unwrap_or(i64::MAX);
        self.inner.resume(session_id, after).await.map_err(Failure::into_error)
    }
}

impl Inner {
    async fn resume_all(self: &Arc<Self>) -> Result<Resumed, Failure> {
        self.admit()?;
        self.carry_out_approved().await?;
        self.prune_soon();
        let unfinished = self.ground.store.unfinished(&self.ground.tenant).await?;
        let mut resumed = Resumed { sessions: Vec::new(), left: Vec::new() };
        for some in unfinished.chunks(AT_ONCE) {
            // Dropped half-way it leaves the others as they are, and goes on with those it began.
            let mut tasks = JoinSet::new();
            for (nth, record) in some.iter().enumerate() {
                let (inner, id) = (Arc::clone(self), record.id.clone());
                tasks.spawn(async move {
                    let handle = inner.resume(&id, 0).await;
                    (nth, id, handle)
                });
            }
            let mut results = tasks.join_all().await;
            results.sort_by_key(|(nth, _, _)| *nth);
            for (_, id, result) in results {
                match result {
                    Ok(handle) => resumed.sessions.push(handle),
                    Err(failure) => {
                        let code = failure.error().code;
                        tracing::warn!(session = %id, %code, "unfinished session not resumed");
                        resumed.left.push((id, failure.into_error()));
                    }
                }
            }
        }
        Ok(resumed)
    }

    /// Attaches to a session after a sequence number, resuming it when it is unfinished and does not run.
    pub(super) async fn resume(self: &Arc<Self>, id: &str, after_seq: i64) -> Result<SessionHandle, Failure> {
        let record = self.record(id).await?;
        self.attach(record, after_seq, false).await
    }

    /// The stored session of this id.
    pub(super) async fn record(&self, id: &str) -> Result<SessionRecord, Failure> {
        let record = self.ground.store.session(id).await?;
        let record = record.filter(|record| record.tenant == self.ground.tenant).ok_or_else(|| {
            Failure::new(ErrorCode::SessionUnknown, format!("no session `{id}` in this workspace"))
        })?;
        if let Some(at) = record.pruned_at {
            let at = rfc3339(at);
            let error =
                WireError::new(ErrorCode::SessionPruned, format!("session `{id}` was pruned at {at}"));
            return Err(error.with_detail("session_id", id).with_detail("pruned_at", at).into());
        }
        Ok(record)
    }

    /// Attaches to a stored session, resuming it when it is unfinished and does not run.
    ///
    /// Where another takes its place, `follow` says whether that one is listened to or this one's end.
    pub(super) async fn attach(
        self: &Arc<Self>,
        record: SessionRecord,
        after_seq: i64,
        follow: bool,
    ) -> Result<SessionHandle, Failure> {
        if record.state != SessionState::Open {
            return Ok(self.listener(&record.id, None).after(after_seq));
        }
        if let Some(live) = self.live.get(&record.id) {
            return Ok(self.listener(&record.id, Some(live)).after(after_seq));
        }
        self.admit()?;
        match record.kind {
            SessionKind::Question => self.resume_question(record, after_seq).await,
            SessionKind::Work => {
                let id = record.id;
                let resumed =
                    self.at_the_door(move |inner| async move { inner.resume_work(&id, follow).await });
                let (handle, same) = resumed.await?;
                Ok(if same { handle.after(after_seq) } else { handle })
            }
        }
    }
}
