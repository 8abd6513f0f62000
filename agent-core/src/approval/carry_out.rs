use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use protocol::Members;
use tokio::sync::Notify;
use tokio::task::JoinError;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::ApprovalState;
use crate::agent::{Agent, Failure, Then};
use crate::session::{AskContext, Ground};
use crate::store::WorkspaceLock;

/// What this process is carrying out, and a sign each time one of it ends.
#[derive(Default)]
pub(crate) struct Carrying {
    ids: Mutex<BTreeSet<String>>,
    pub(crate) changed: Notify,
}

impl Carrying {
    pub(crate) fn has(&self, id: &str) -> bool {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner).contains(id)
    }

    /// Takes an approval on; `None` when it is taken on already.
    pub(crate) fn begin(self: &Arc<Self>, id: &str) -> Option<Begun> {
        let mut ids = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        ids.insert(id.to_owned()).then(|| Begun { id: id.to_owned(), carrying: Arc::clone(self) })
    }
}

/// One approval this process has taken on; let go of when dropped.
pub(crate) struct Begun {
    id: String,
    carrying: Arc<Carrying>,
}

impl Drop for Begun {
    fn drop(&mut self) {
        self.carrying.ids.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
        self.carrying.changed.notify_waiters();
    }
}

/// What it takes to carry out what was approved.
pub(crate) struct Carrier {
    pub(crate) agent: Arc<dyn Agent>,
    pub(crate) ground: Arc<Ground>,
    pub(crate) ask: AskContext,
    /// Folder of one lock file for each approval that is being carried out.
    pub(crate) locks: PathBuf,
    /// Stops it as it is, to be carried out at the next start.
    pub(crate) interrupt: CancellationToken,
    pub(crate) tasks: TaskTracker,
}

impl Carrier {
    /// Carries out one approval and records what came of it; then lets go of it.
    pub(crate) async fn run(&self, begun: Begun) {
        let id = begun.id.as_str();
        if let Err(failure) = self.carry_out(id).await {
            tracing::warn!(approval = id, %failure, "approved, and left to be carried out at the next start");
        }
    }

    /// A failure leaves the approval as it is.
    async fn carry_out(&self, id: &str) -> Result<(), Failure> {
        let path = self.locks.join(format!("{id}.lock"));
        let _lock = match WorkspaceLock::try_take(&path) {
            Ok(Some(lock)) => Some(lock),
            // Another live process is at it.
            Ok(None) => return Ok(()),
            Err(error) => {
                // Without the lock two processes may do it at once; the idempotency key is for that as well.
                tracing::warn!(%error, path = %path.display(), "an approval's lock cannot be used");
                None
            }
        };
        let Ground { store, tenant, clock, meter, .. } = self.ground.as_ref();
        // Read under the lock: whoever had it before may have done it.
        let approval = match store.approval(tenant, id, clock.now_micros()).await? {
            Some(approval) if approval.state == ApprovalState::Approved => approval,
            _ => return Ok(()),
        };
        let tools = self.ask.tools.for_approval(id).with_cancel(self.interrupt.child_token());
        let (agent, ask) = (Arc::clone(&self.agent), AskContext { tools, ..self.ask.clone() });
        let mut work = self.tasks.spawn(async move { agent.carry_out(&approval, &ask).await });
        let result = tokio::select! {
            biased;
            () = self.interrupt.cancelled() => {
                work.abort();
                let _ = work.await;
                return Ok(());
            }
            result = &mut work => result,
        };
        let (done, outcome) = outcome_of(result)?;
        store.finish_approval(tenant, id, done, &outcome, clock.now_micros()).await?;
        meter.approval(if done { "carried_out" } else { "failed" });
        // Nobody needs it now; whoever opened it meanwhile finds the outcome.
        let _ = std::fs::remove_file(&path);
        Ok(())
    }
}

/// What is recorded; a failure that is no verdict on the work is not.
fn outcome_of(result: Result<Result<Members, Failure>, JoinError>) -> Result<(bool, Members), Failure> {
    match result {
        Ok(Ok(outcome)) => Ok((true, outcome)),
        Ok(Err(failure)) if failure.then() == Then::End => Ok((false, failure.into_error().into_members())),
        Ok(Err(failure)) => Err(failure),
        Err(panic) => {
            tracing::error!(%panic, "carrying out an approval panicked");
            let failure = Failure::bug("the agent broke off while carrying it out; it may be half done");
            Ok((false, failure.into_error().into_members()))
        }
    }
}
