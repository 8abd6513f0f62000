use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use protocol::{Figure, Outgoing, Request};
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio::task::{JoinError, JoinHandle};
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::ask::{AskContext, Ground};
use super::context::{Inner, SessionContext};
use super::ending::{Ending, closing};
use super::handle::{CancelSwitch, Live, Progress, Standing, interrupted};
use super::message::Stamp;
use crate::agent::{Agent, Completion, Failure, Pin, Then};
use crate::store::{Commit, JournalEntry, Lease, OutboxEntry, SessionRecord, StoreError, WorkspaceLock};
use crate::tool::Toolbox;

/// Steps wait for their commit one at a time; a few may be under way side by side.
const STEP_QUEUE: usize = 16;
/// A listener that is further behind than this loses ticks, which it may.
const TICK_QUEUE: usize = 64;

/// A step that asks to be recorded, and where the answer goes.
pub(super) struct Told {
    pub(super) step: StepDone,
    pub(super) done: oneshot::Sender<Result<(), Failure>>,
}

/// What a step led to.
pub(super) struct StepDone {
    pub(super) entry: JournalEntry,
    pub(super) messages: Vec<Outgoing>,
    pub(super) figures: Vec<Figure>,
}

/// How long things may take, and what stops them.
#[derive(Clone, Debug)]
pub(crate) struct Terms {
    /// For how long a session is held without a sign of life.
    pub(crate) lease: Duration,
    /// For how long work may wind down after it was told to end.
    pub(crate) grace: Duration,
    /// Stops the session as it is, to be resumed.
    pub(crate) interrupt: CancellationToken,
}

/// The one task that owns a session: its sequence numbers, its lease, its end.
///
/// The agent's work runs in a second task, which the actor starts, waits for, and ends.
pub(crate) struct Actor {
    ground: Arc<Ground>,
    name: String,
    lease: Lease,
    stamp: Stamp,
    seq: i64,
    progress: watch::Sender<Progress>,
    told: mpsc::Receiver<Told>,
    cancel: CancelSwitch,
    terms: Terms,
    /// Held while the session runs, so that others know its owner to be alive.
    lock: Option<WorkspaceLock>,
    /// The first reason for which a step could not be recorded; the session cannot complete after it.
    broken: Option<Failure>,
}

/// The right to run a session.
pub(crate) struct Hold {
    pub(crate) lease: Lease,
    /// Absent when another live process has it, whose own lease ran out.
    pub(crate) lock: Option<WorkspaceLock>,
}

/// Why the actor stopped listening to the work.
enum Turn {
    Over(Result<Result<Completion, Failure>, JoinError>),
    Cancel,
    Stop(Failure),
}

impl Actor {
    /// Takes over a session under a lease. Returns what others share of it, and what the work stands on.
    pub(crate) async fn new(
        ground: Arc<Ground>,
        name: &str,
        tools: &Toolbox,
        record: &SessionRecord,
        pin: Pin,
        hold: Hold,
        terms: Terms,
    ) -> Result<(Self, Live, SessionContext), StoreError> {
        let Hold { lease, lock } = hold;
        let journal: BTreeMap<String, JournalEntry> = ground
            .store
            .journal(&record.id)
            .await?
            .into_iter()
            .map(|entry| (entry.key.clone(), entry))
            .collect();
        let seq = ground.store.last_seq(&record.id).await?;
        let (progress, listening) = watch::channel(Progress { at: Standing::Running });
        let (actor, told) = mpsc::channel(STEP_QUEUE);
        let (ticks, _) = broadcast::channel(TICK_QUEUE);
        let cancel = CancelSwitch::default();
        let stamp = Stamp::of(record);
        let live = Live {
            session_id: record.id.clone(),
            progress: listening,
            ticks: ticks.clone(),
            cancel: cancel.clone(),
        };
        let ask = AskContext {
            ground: Arc::clone(&ground),
            tools: tools.with_cancel(cancel.token().clone()),
            before: Some((record.opened_at, record.id.clone())),
        };
        let inner = Inner {
            agent: name.to_owned(),
            pin,
            lease: lease.clone(),
            cancelled: cancel.token().clone(),
            stamp: stamp.clone(),
            actor,
            ticks,
            journal: Mutex::new(journal),
        };
        let cx = SessionContext::new(ask, inner);
        let name = name.to_owned();
        let actor =
            Self { ground, name, lease, stamp, seq, progress, told, cancel, terms, broken: None, lock };
        Ok((actor, live, cx))
    }

    /// Runs the work to its end, and says how it ended.
    pub(crate) async fn run(
        mut self,
        agent: Arc<dyn Agent>,
        request: Request,
        cx: SessionContext,
        tasks: TaskTracker,
    ) {
        let pin = cx.pin().clone();
        let mut work = tasks.spawn(async move { agent.work(&request, &pin, &cx).await });
        let turn = self.drive(&mut work).await;
        // From here on nothing is recorded but the end.
        self.told.close();
        while self.told.try_recv().is_ok() {}
        let standing = match turn {
            Turn::Over(result) => self.end_of(result).await,
            Turn::Cancel => {
                wind_down(work, self.terms.grace).await;
                self.end(self.cancel.why().into()).await
            }
            Turn::Stop(failure) => {
                wind_down(work, Duration::ZERO).await;
                Standing::Stopped(failure)
            }
        };
        if let Standing::Stopped(failure) = &standing {
            tracing::warn!(session = %self.lease.session_id, %failure, "session stopped unfinished");
        }
        // Whoever hears of the end may open the next session at once.
        self.lock = None;
        self.progress.send_replace(Progress { at: standing });
    }

    async fn drive(&mut self, work: &mut JoinHandle<Result<Completion, Failure>>) -> Turn {
        let beat = self.terms.lease / 3;
        let mut heartbeat = interval_at(Instant::now() + beat, beat);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                biased;
                () = self.cancel.token().cancelled() => return Turn::Cancel,
                () = self.terms.interrupt.cancelled() => return Turn::Stop(interrupted()),
                Some(told) = self.told.recv() => self.record(told).await,
                result = &mut *work => return Turn::Over(result),
                _ = heartbeat.tick() => {
                    let until = self.lease_until(self.ground.clock.now_micros());
                    match self.ground.store.renew_lease(&self.lease, until).await {
                        Err(error @ StoreError::LeaseLost { .. }) => return Turn::Stop(error.into()),
                        // A store that is busy now may be free at the next beat, within the lease.
                        Err(error) => tracing::warn!(%error, "lease not extended"),
                        Ok(()) => {}
                    }
                }
            }
        }
    }

    /// Commits a step, then lets listeners know, then lets the work go on.
    async fn record(&mut self, told: Told) {
        let StepDone { entry, messages, figures } = told.step;
        let at = self.ground.clock.now_micros();
        let messages: Vec<OutboxEntry> = (self.seq + 1..)
            .zip(messages)
            .map(|(seq, message)| {
                let message = protocol::encode(&self.stamp.journaled(message, seq, at));
                OutboxEntry { seq, message }
            })
            .collect();
        let seq = messages.last().map_or(self.seq, |message| message.seq);
        let commit = Commit {
            step: Some(entry),
            messages,
            figures,
            close: None,
            at,
            lease_until: self.lease_until(at),
        };
        let result = match self.ground.store.commit(&self.lease, commit).await {
            Ok(()) => {
                self.seq = seq;
                self.progress.send_replace(Progress { at: Standing::Running });
                Ok(())
            }
            Err(error) => {
                let failure = Failure::from(error);
                self.broken.get_or_insert_with(|| failure.clone());
                Err(failure)
            }
        };
        // A step that no longer waits was dropped by the agent; the record stands.
        let _ = told.done.send(result);
    }

    async fn end_of(&mut self, result: Result<Result<Completion, Failure>, JoinError>) -> Standing {
        let failure = match (self.broken.take(), result) {
            // An agent cannot talk itself past a step that was not recorded.
            (Some(broken), _) => broken,
            (None, Ok(Ok(completion))) => return self.end(Ending::Completed(completion)).await,
            (None, Ok(Err(failure))) => failure,
            (None, Err(panic)) => {
                tracing::error!(session = %self.lease.session_id, %panic, "the agent's work panicked");
                Failure::bug("the agent's work broke off")
            }
        };
        match failure.then() {
            Then::Stop => Standing::Stopped(failure),
            Then::End => self.end(Ending::Failed(failure)).await,
            Then::Cancel => self.end(self.cancel.why().into()).await,
        }
    }

    /// Persists the end; only what is persisted is announced.
    async fn end(&mut self, ending: Ending) -> Standing {
        let at = self.ground.clock.now_micros();
        let commit = closing(&self.name, &self.stamp, self.seq + 1, at, ending);
        match self.ground.store.commit(&self.lease, commit).await {
            Ok(()) => {
                self.seq += 1;
                Standing::Ended
            }
            Err(error) => Standing::Stopped(error.into()),
        }
    }

    fn lease_until(&self, at: i64) -> i64 {
        at.saturating_add(i64::try_from(self.terms.lease.as_micros()).unwrap_or(i64::MAX))
    }
}

/// Waits a while for work that was told to end, then ends it.
async fn wind_down(mut work: JoinHandle<Result<Completion, Failure>>, grace: Duration) {
    if timeout(grace, &mut work).await.is_err() {
        work.abort();
        let _ = work.await;
    }
}
