use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex, PoisonError};

use protocol::{ErrorCode, Outgoing, Request, Status};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::{broadcast, mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

use super::actor::{StepDone, Told};
use super::ask::AskContext;
use super::canonical::hash_of;
use super::limits::Ends;
use super::measured::Measured;
use super::message::{Stamp, set_phase};
use super::outcome::Outcome;
use crate::agent::{Agent, Failure, Pin};
use crate::context::Asker;
use crate::store::{JournalEntry, Lease};
use crate::telemetry::step_span;

/// What the work of a session stands on: its steps, its files, its voice. Cheap to clone.
///
/// Dereferences to [`AskContext`] for everything that only reads.
#[derive(Clone)]
pub struct SessionContext {
    pub(crate) ask: AskContext,
    pub(crate) inner: Arc<Inner>,
    phase: Option<Arc<str>>,
    status: Status,
}

pub(crate) struct Inner {
    pub(crate) agent: Arc<dyn Agent>,
    /// What the session told last, for its ticks.
    pub(crate) measured: Arc<Mutex<Measured>>,
    pub(crate) request: Request,
    pub(crate) pin: Pin,
    pub(crate) lease: Lease,
    pub(crate) cancelled: CancellationToken,
    pub(crate) ends: Ends,
    pub(crate) stamp: Stamp,
    pub(crate) actor: mpsc::Sender<Told>,
    pub(crate) ticks: broadcast::Sender<Outgoing>,
    pub(crate) journal: Mutex<BTreeMap<String, JournalEntry>>,
    /// Objects that were kept and that no commit has recorded yet.
    pub(crate) kept: Mutex<Vec<String>>,
    /// Who may be asked for contexts: the connection that the session was opened or resumed from.
    pub(crate) asker: Option<Arc<Asker>>,
}

impl Deref for SessionContext {
    type Target = AskContext;

    fn deref(&self) -> &AskContext {
        &self.ask
    }
}

impl SessionContext {
    pub(super) fn new(ask: AskContext, inner: Inner) -> Self {
        Self { ask, inner: Arc::new(inner), phase: None, status: Status::Analyzing }
    }

    /// The session's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.inner.lease.session_id
    }

    /// The name of the agent whose session it is.
    pub(crate) fn agent_name(&self) -> &str {
        &self.inner.agent.definition().name
    }

    /// What the session depends on.
    #[must_use]
    pub fn pin(&self) -> &Pin {
        &self.inner.pin
    }

    /// The request that opened the session.
    #[must_use]
    pub fn request(&self) -> &Request {
        &self.inner.request
    }

    /// The agents the request went through, oldest first.
    #[must_use]
    pub fn trace(&self) -> Vec<&str> {
        self.inner.request.meta().trace()
    }

    /// The W3C trace context the request came with, to be passed on.
    #[must_use]
    pub fn traceparent(&self) -> Option<&str> {
        self.inner.request.meta().traceparent()
    }

    /// When the session has to stop at the latest, by its deadline or its budget of time; `None` for never.
    #[must_use]
    pub fn ends_by(&self) -> Option<Instant> {
        self.inner.ends.by()
    }

    /// Cancelled when the session is told to end; work that takes long looks at it.
    #[must_use]
    pub fn cancelled(&self) -> &CancellationToken {
        &self.inner.cancelled
    }

    /// The same session in a phase: messages said in its steps name it, ticks have its status.
    #[must_use]
    pub fn phase(&self, name: &str, status: Status) -> Self {
        Self { phase: Some(name.into()), status, ..self.clone() }
    }

    /// Tells how far the phase is. Droppable: without a sequence number, never replayed.
    pub fn tick(&self, percent: u8, note: &str) {
        let inner = &self.inner;
        let (name, status) = (self.agent_name(), self.status.clone());
        let mut tick = inner.stamp.tick(name, status, self.phase.as_deref(), percent, note);
        let mut last = inner.measured.lock().unwrap_or_else(PoisonError::into_inner).clone();
        last.fill(&*inner.agent, &mut tick);
        // An error only says that nobody listens.
        let _ = inner.ticks.send(tick);
    }

    /// Keeps an immutable file and returns its name, which is its SHA-256.
    pub async fn put_object(&self, bytes: impl Into<Vec<u8>>) -> Result<String, Failure> {
        let under_way = self.ask.tools.calls_under_way().token();
        let name = self.ask.ground.put_object(bytes.into(), under_way).await?;
        self.inner.kept.lock().unwrap_or_else(PoisonError::into_inner).push(name.clone());
        Ok(name)
    }

    /// Does `work` once, and records what it led to under `key`.
    ///
    /// A step that is recorded is skipped: its recorded output is returned, its messages were said.
    /// An interrupted step is done again, so whatever it does outside the store must bear repeating.
    /// The same key with another input, within one session, is a fault of the agent and fails loudly.
    /// What is returned has been through JSON, so that a resumed session goes on with the very same value.
    pub async fn step<I, O, F, Fut>(&self, key: &str, input: &I, work: F) -> Result<O, Failure>
    where
        I: Serialize + Sync + ?Sized,
        O: Serialize + DeserializeOwned,
        F: FnOnce(Self) -> Fut,
        Fut: Future<Output = Result<Outcome<O>, Failure>>,
    {
        self.alive()?;
        let input_hash = hash_of(input)?;
        if let Some(entry) = self.recorded(key) {
            if entry.input_hash != input_hash {
                return Err(self.changed(key));
            }
            return decoded(key, &self.object(&entry.output_hash).await?);
        }
        let outcome = work(self.clone()).instrument(step_span(key)).await?;
        self.alive()?;
        let output = serde_json::to_vec(&outcome.output)
            .map_err(|error| Failure::bug(format!("output of step `{key}` cannot be kept: {error}")))?;
        let value = decoded(key, &output)?;
        self.check_rows(&outcome)?;
        let output_hash = self.put_object(output).await?;
        let entry = JournalEntry { key: key.to_owned(), input_hash, output_hash };
        self.record(entry, outcome).await?;
        Ok(value)
    }

    pub(crate) fn alive(&self) -> Result<(), Failure> {
        if self.inner.cancelled.is_cancelled() { Err(Failure::cancelled()) } else { Ok(()) }
    }

    pub(crate) fn recorded(&self, key: &str) -> Option<JournalEntry> {
        self.inner.journal.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    /// A figure may not name rows that were never kept.
    fn check_rows<O>(&self, outcome: &Outcome<O>) -> Result<(), Failure> {
        for figure in &outcome.figures {
            let Some(evidence) = &figure.evidence else { continue };
            let path = self.ask.ground.objects.path(&evidence.rows)?;
            if !path.is_file() {
                let rows = &evidence.rows;
                return Err(Failure::bug(format!("`{}` names rows that were not kept: `{rows}`", figure.id)));
            }
        }
        Ok(())
    }

    async fn record<O>(&self, entry: JournalEntry, outcome: Outcome<O>) -> Result<(), Failure> {
        let mut messages = outcome.messages;
        for message in &mut messages {
            if let Outgoing::Status(status) = &*message
                && status.measured().is_some_and(|progress| !progress.is_object())
            {
                return Err(Failure::bug("`progress` of a status message is no object"));
            }
            set_phase(message, self.phase.as_deref());
        }
        let (done, answer) = oneshot::channel();
        let Outcome { figures, approvals, withdrawn, .. } = outcome;
        let objects = std::mem::take(&mut *self.inner.kept.lock().unwrap_or_else(PoisonError::into_inner));
        let step = StepDone { entry: entry.clone(), messages, figures, objects, approvals, withdrawn };
        // The actor is gone only when the session is over: cancelled, or stopping.
        self.inner.actor.send(Told { step, done }).await.map_err(|_| Failure::cancelled())?;
        answer.await.map_err(|_| Failure::cancelled())??;
        let mut journal = self.inner.journal.lock().unwrap_or_else(PoisonError::into_inner);
        journal.insert(entry.key.clone(), entry);
        Ok(())
    }

    fn changed(&self, key: &str) -> Failure {
        Failure::new(
            ErrorCode::StepChanged,
            format!("step `{key}` of session `{}` got another input than the one recorded", self.id()),
        )
        .with_hint("two steps have one key, or something the agent reads is missing from its pin")
    }
}

fn decoded<O: DeserializeOwned>(key: &str, bytes: &[u8]) -> Result<O, Failure> {
    serde_json::from_slice(bytes)
        .map_err(|error| Failure::bug(format!("output of step `{key}` cannot be read back: {error}")))
}
