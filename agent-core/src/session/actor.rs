use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use protocol::{Figure, Outgoing};
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use tokio::task::{JoinError, JoinHandle};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at, sleep};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use super::ask::{AskContext, Ground};
use super::context::{Inner, SessionContext};
use super::ending::{Ending, Said, closing};
use super::handle::{CancelSwitch, Live, Progress, Standing, Why, interrupted};
use super::hold::{Hold, SharedLock};
use super::limits::{Budget, Ends, Limits};
use super::measured::Measured;
use super::message::{Stamp, request_of};
use crate::agent::{Agent, Completion, Failure, Pin, Then};
use crate::approval::list_pending;
use crate::context::Asker;
use crate::store::{
    ApprovalRecord, Commit, JournalEntry, Lease, NewSession, OutboxEntry, SessionRecord, StoreError,
    Withdrawal,
};
use crate::telemetry::{TraceContext, session_span};
use crate::tool::{Spend, Toolbox};

/// Steps wait for their commit one at a time; a few may be under way side by side.
const STEP_QUEUE: usize = 16;
/// A listener that is further behind than this loses ticks, which it may.
const TICK_QUEUE: usize = 64;

/// A step that asks to be recorded, and where the answer goes.
pub(crate) struct Told {
    pub(crate) step: StepDone,
    pub(crate) done: oneshot::Sender<Result<(), Failure>>,
}

/// What a step led to.
pub(crate) struct StepDone {
    pub(crate) entry: JournalEntry,
    pub(crate) messages: Vec<Outgoing>,
    pub(crate) figures: Vec<Figure>,
    /// Objects that were kept since the last step.
    pub(crate) objects: Vec<String>,
    pub(crate) approvals: Vec<ApprovalRecord>,
    pub(crate) withdrawn: Vec<Withdrawal>,
}

/// How long things may take, and what stops them.
#[derive(Clone, Debug)]
pub(crate) struct Terms {
    /// For how long a session is held without a sign of life.
    pub(crate) lease: Duration,
    /// For how long work may wind down after it was told to end.
    pub(crate) grace: Duration,
    /// The most any session may use up.
    pub(crate) budget: Budget,
    /// The longest any session may take from its acceptance.
    pub(crate) deadline: Option<Duration>,
    /// Stops the session as it is, to be resumed.
    pub(crate) interrupt: CancellationToken,
}

/// The one task that owns a session: its sequence numbers, its lease, its end.
///
/// The agent's work runs in a second task, which the actor starts, waits for, and ends.
pub(crate) struct Actor {
    ground: Arc<Ground>,
    agent: Arc<dyn Agent>,
    lease: Lease,
    stamp: Stamp,
    /// What was told so far, shared with the ticks of the work.
    measured: Arc<Mutex<Measured>>,
    seq: i64,
    progress: watch::Sender<Progress>,
    told: mpsc::Receiver<Told>,
    cancel: CancelSwitch,
    terms: Terms,
    ends: Ends,
    spend: Arc<Spend>,
    /// The calls of tools and other file work that no cancelled future can stop.
    under_way: TaskTracker,
    /// Held while the session runs, so that others know its owner to be alive.
    lock: Option<SharedLock>,
    /// The first reason for which a step could not be recorded; the session cannot complete after it.
    broken: Option<Failure>,
}

/// What an actor is made of.
pub(crate) struct Session<'a> {
    pub(crate) ground: Arc<Ground>,
    pub(crate) agent: &'a Arc<dyn Agent>,
    pub(crate) tools: &'a Toolbox,
    pub(crate) record: &'a SessionRecord,
    pub(crate) pin: Pin,
    pub(crate) hold: Hold,
    pub(crate) limits: Limits,
    pub(crate) terms: Terms,
}

type Work = JoinHandle<Result<Completion, Failure>>;

/// Why the actor stopped listening to the work.
enum Turn {
    Over(Result<Result<Completion, Failure>, JoinError>),
    Cancel,
    Stop(Failure),
}

impl Actor {
    /// Takes over a session under a lease. Returns what others share of it, and what the work stands on.
    pub(crate) async fn new(session: Session<'_>) -> Result<(Self, Live, SessionContext), Failure> {
        let Session { ground, agent, tools, record, pin, hold: Hold { lease, lock }, limits, terms } =
            session;
        let journal: BTreeMap<String, JournalEntry> = ground
            .store
            .journal(&record.id)
            .await?
            .into_iter()
            .map(|entry| (entry.key.clone(), entry))
            .collect();
        let seq = ground.store.last_seq(&record.id).await?;
        let measured = Measured::of_stored(&*ground.store, &record.id).await?;
        let measured = Arc::new(Mutex::new(measured));
        let (progress, listening) = watch::channel(Progress { at: Standing::Running });
        let (actor, told) = mpsc::channel(STEP_QUEUE);
        let (ticks, _) = broadcast::channel(TICK_QUEUE);
        let cancel = CancelSwitch::default();
        let stamp = Stamp::of(record);
        let live = Live {
            session_id: record.id.clone(),
            progress: listening,
            ticks: Some(ticks.clone()),
            cancel: cancel.clone(),
        };
        let spend = Arc::new(limits.spend());
        let ends = limits.from(record.opened_at, ground.clock.now_micros());
        let tools = tools.for_work(cancel.token().clone(), Arc::clone(&spend));
        let under_way = tools.calls_under_way().clone();
        let ask = AskContext {
            ground: Arc::clone(&ground),
            tools,
            before: Some((record.opened_at, record.id.clone())),
        };
        let agent = Arc::clone(agent);
        let inner = Inner {
            agent: Arc::clone(&agent),
            measured: Arc::clone(&measured),
            request: request_of(record)?,
            pin,
            lease: lease.clone(),
            cancelled: cancel.token().clone(),
            ends,
            stamp: stamp.clone(),
            actor,
            ticks,
            journal: Mutex::new(journal),
            kept: Mutex::default(),
            asker: Asker::current(),
        };
        let cx = SessionContext::new(ask, inner);
        let broken = None;
        let actor = Self {
            ground,
            agent,
            measured,
            lease,
            stamp,
            seq,
            progress,
            told,
            cancel,
            terms,
            ends,
            spend,
            under_way,
            lock,
            broken,
        };
        Ok((actor, live, cx))
    }

    /// Runs the work to its end, and says how it ended.
    pub(crate) async fn run(self, agent: Arc<dyn Agent>, cx: SessionContext, tasks: TaskTracker) {
        let trace = TraceContext::for_session(cx.request().meta(), cx.id());
        let span = session_span(cx.id(), &trace);
        self.run_within(agent, cx, tasks).instrument(span).await;
    }

    async fn run_within(mut self, agent: Arc<dyn Agent>, cx: SessionContext, tasks: TaskTracker) {
        let beat = self.terms.lease / 3;
        let mut beat = interval_at(Instant::now() + beat, beat);
        beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let work = async move { agent.work(cx.request(), cx.pin(), &cx).await };
        let mut work = tasks.spawn(work.in_current_span());
        let turn = self.drive(&mut work, &mut beat).await;
        // From here on nothing is recorded but the end.
        self.told.close();
        while self.told.try_recv().is_ok() {}
        match turn {
            Turn::Over(_) => {}
            Turn::Cancel => self.wind_down(work, self.terms.grace, &mut beat).await,
            Turn::Stop(_) => self.wind_down(work, Duration::ZERO, &mut beat).await,
        }
        self.settle(&mut beat).await;
        self.ground.meter.fetched(self.spend.spent().fetched_bytes);
        let standing = match turn {
            Turn::Over(result) => self.end_of(result).await,
            Turn::Cancel => self.end_as(self.cancel.why()).await,
            Turn::Stop(failure) => Standing::Stopped(failure),
        };
        if let Standing::Stopped(failure) = &standing {
            let code = failure.error().code;
            tracing::warn!(session = %self.lease.session_id, %code, "session stopped unfinished");
        }
        // Whoever hears of the end may open the next session at once.
        self.lock = None;
        self.progress.send_replace(Progress { at: standing });
    }

    async fn drive(&mut self, work: &mut Work, beat: &mut Interval) -> Turn {
        let ends = self.ends;
        let spend = Arc::clone(&self.spend);
        let mut passed = std::pin::pin!(ends.passed(Some(&*spend)));
        loop {
            tokio::select! {
                biased;
                () = self.cancel.token().cancelled() => return Turn::Cancel,
                () = self.terms.interrupt.cancelled() => return Turn::Stop(interrupted()),
                // What the agent makes of the refusal does not count.
                () = spend.over().cancelled() => {
                    let failure = ends.overspent(&spend).unwrap_or_else(Failure::cancelled);
                    self.cancel.cancel(Why::Limit(failure));
                    return Turn::Cancel;
                }
                failure = &mut passed => {
                    self.cancel.cancel(Why::Limit(failure));
                    return Turn::Cancel;
                }
                Some(told) = self.told.recv() => self.record(told).await,
                result = &mut *work => return Turn::Over(result),
                _ = beat.tick() => if let Err(error @ StoreError::LeaseLost { .. }) = self.renew().await {
                    return Turn::Stop(error.into());
                },
            }
        }
    }

    /// A sign of life.
    async fn renew(&self) -> Result<(), StoreError> {
        let until = self.lease_until(self.ground.clock.now_micros());
        let renewed = self.ground.store.renew_lease(&self.lease, until).await;
        if let Err(error) = &renewed {
            // A store that is busy now may be free at the next beat, within the lease.
            tracing::warn!(session = %self.lease.session_id, %error, "lease not extended");
        }
        renewed
    }

    /// Commits a step, then lets listeners know, then lets the work go on.
    async fn record(&mut self, told: Told) {
        let StepDone { entry, messages, figures, objects, approvals, withdrawn } = told.step;
        let at = self.ground.clock.now_micros();
        let mut last = self.told_last();
        let messages: Vec<OutboxEntry> = (self.seq + 1..)
            .zip(messages)
            .map(|(seq, mut message)| {
                last.fill(&*self.agent, &mut message);
                let message = protocol::encode(&self.stamp.journaled(message, seq, at));
                OutboxEntry { seq, message }
            })
            .collect();
        let seq = messages.last().map_or(self.seq, |message| message.seq);
        let (asked, taken_back) = (approvals.len(), withdrawn.len());
        let commit = Commit {
            step: Some(entry),
            messages,
            figures,
            objects,
            approvals,
            withdrawn,
            at,
            lease_until: self.lease_until(at),
            ..Commit::default()
        };
        let result = match self.ground.store.commit(&self.lease, commit).await {
            Ok(()) => {
                (0..asked).for_each(|_| self.ground.meter.approval("pending"));
                (0..taken_back).for_each(|_| self.ground.meter.approval("withdrawn"));
                self.seq = seq;
                *self.measured.lock().unwrap_or_else(PoisonError::into_inner) = last;
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

    /// Waits a while for work that was told to end, then ends it.
    async fn wind_down(&self, mut work: Work, grace: Duration, beat: &mut Interval) {
        let mut grace = std::pin::pin!(sleep(grace));
        loop {
            tokio::select! {
                biased;
                _ = &mut work => return,
                () = &mut grace => break,
                _ = beat.tick() => drop(self.renew().await),
            }
        }
        work.abort();
        let _ = work.await;
    }

    /// Waits for file work that cannot be stopped: after the last message no file changes.
    async fn settle(&self, beat: &mut Interval) {
        self.under_way.close();
        loop {
            tokio::select! {
                biased;
                () = self.under_way.wait() => return,
                _ = beat.tick() => drop(self.renew().await),
            }
        }
    }

    async fn end_of(&mut self, result: Result<Result<Completion, Failure>, JoinError>) -> Standing {
        let failure = match (self.broken.take(), result) {
            // An agent cannot talk itself past a step that was not recorded.
            (Some(broken), _) => broken,
            (None, Ok(Ok(completion))) => return self.end(Ending::Completed(completion), None).await,
            (None, Ok(Err(failure))) => failure,
            (None, Err(panic)) => {
                tracing::error!(session = %self.lease.session_id, %panic, "the agent's work panicked");
                Failure::bug("the agent's work broke off")
            }
        };
        match failure.then() {
            Then::Stop => Standing::Stopped(failure),
            Then::End => self.end(Ending::Failed(failure), None).await,
            Then::Cancel => self.end_as(self.cancel.why()).await,
        }
    }

    async fn end_as(&mut self, why: Why) -> Standing {
        let successor = match &why {
            Why::Superseded(new) => Some(NewSession::clone(new)),
            Why::Asked(_) | Why::Limit(_) => None,
        };
        self.end(why.into(), successor).await
    }

    /// Persists the end, and with it what takes over; only what is persisted is announced.
    async fn end(&mut self, mut ending: Ending, successor: Option<NewSession>) -> Standing {
        if let Ending::Completed(completion) = &mut ending
            && let Err(failure) = list_pending(&self.ground, completion).await
        {
            return Standing::Stopped(failure);
        }
        let at = self.ground.clock.now_micros();
        let said = Said { stamp: &self.stamp, seq: self.seq + 1, at };
        let commit = closing(&*self.agent, self.told_last(), said, ending);
        let ended = match successor {
            None => self.ground.store.commit(&self.lease, commit).await,
            Some(new) => self.ground.store.supersede(&self.lease, commit, new).await.map(drop),
        };
        match ended {
            Ok(()) => {
                self.seq += 1;
                Standing::Ended
            }
            Err(error) => Standing::Stopped(error.into()),
        }
    }

    fn told_last(&self) -> Measured {
        self.measured.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn lease_until(&self, at: i64) -> i64 {
        at.saturating_add(i64::try_from(self.terms.lease.as_micros()).unwrap_or(i64::MAX))
    }
}
