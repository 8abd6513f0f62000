use std::sync::Arc;

use protocol::{ErrorCode, Request, WireError};
use serde_json::Value;
use tracing::Instrument;

use super::clock::rfc3339;
use super::host::{Inner, Runtime};
use crate::agent::{Failure, Pin, Then};
use crate::context::Asker;
use crate::session::{
    Actor, Ending, Hold, Limits, Live, Measured, Said, Session, SessionHandle, Stamp, Why, closing,
    interrupted, request_of,
};
use crate::store::{NewSession, Opened, SessionKind, SessionRecord, SessionState, StoreError, sha256_hex};

impl Runtime {
    /// Opens a session for `request`, resumes the unfinished one that it fits, or attaches to a running one.
    /// A question is accepted and answered.
    ///
    /// The handle gives every message of the session from its first on.
    /// A request whose `_meta.session_id` names a session attaches to that one, after its `after_seq`.
    pub async fn open_session(&self, request: &Request) -> Result<SessionHandle, WireError> {
        self.inner.open(request).await.map_err(Failure::into_error)
    }
}

impl Inner {
    pub(super) async fn open(self: &Arc<Self>, request: &Request) -> Result<SessionHandle, Failure> {
        self.admit()?;
        let request_id = request.meta().request_id();
        if let Some(id) = request.session_id()? {
            let after = request.after_seq()?.and_then(|seq| i64::try_from(seq).ok()).unwrap_or_default();
            return Ok(self.resume(id, after).await?.answering(request_id));
        }
        let own = request.request_type() == self.agent.request_type();
        let handle = if own && self.agent.is_question(request)? {
            self.question(request).await?
        } else {
            Limits::of(request, self.terms.budget, self.terms.deadline)?;
            let request = request.clone();
            self.at_the_door(|inner| async move { inner.open_work(&request).await }).await?
        };
        Ok(handle.answering(request_id))
    }

    /// Does what opens or resumes work sessions, one at a time, to its end: whoever asked may be gone by then.
    pub(super) async fn at_the_door<T, F>(
        self: &Arc<Self>,
        work: impl FnOnce(Arc<Self>) -> F,
    ) -> Result<T, Failure>
    where
        T: Send + 'static,
        F: Future<Output = Result<T, Failure>> + Send + 'static,
    {
        let room = Arc::clone(&self.doors).try_acquire_owned().map_err(|_| {
            Failure::new(ErrorCode::Overloaded, "too many requests wait to open a session in this workspace")
        })?;
        let inner = Arc::clone(self);
        let work = Asker::kept(work(Arc::clone(self)));
        let done = async move {
            let _room = room;
            let one_at_a_time = async {
                let _opening = inner.opening.lock().await;
                inner.admit()?;
                work.await
            };
            tokio::select! {
                biased;
                done = one_at_a_time => done,
                // What was begun is as after a crash: resumable.
                () = inner.terms.interrupt.cancelled() => Err(interrupted()),
            }
        };
        self.tasks.spawn(done.in_current_span()).await.unwrap_or_else(|panic| {
            tracing::error!(%panic, "opening a session broke off");
            Err(Failure::bug("opening the session broke off"))
        })
    }

    async fn open_work(self: &Arc<Self>, request: &Request) -> Result<SessionHandle, Failure> {
        let key = request.idempotency_key()?.map(str::to_owned);
        let request_hash = request_hash(request);
        if let Some(key) = &key
            && let Some((keyed_hash, record)) = self.ground.store.keyed(&self.ground.tenant, key).await?
        {
            if keyed_hash != request_hash {
                return Err(key_conflict(key, &record.id));
            }
            if record.pruned_at.is_some() {
                return Err(key_pruned(key, Some(&record)));
            }
            if record.kind == SessionKind::Question {
                return self.resume_question(record, 0).await;
            }
            return Ok(self.resume_work(&record.id, true).await?.0);
        }
        let pin = self.agent.pin(request, &self.ask()).await;
        self.start(request, request_hash, key, pin).await
    }

    /// Attaches to a work session, resuming it when it is unfinished and does not run; whether it is that one.
    ///
    /// Where what it depends on changed, another takes over: that one is listened to if `follow`.
    pub(super) async fn resume_work(
        self: &Arc<Self>,
        id: &str,
        follow: bool,
    ) -> Result<(SessionHandle, bool), Failure> {
        let record = self.record(id).await?;
        if record.state != SessionState::Open {
            return Ok((self.listener(id, None), true));
        }
        if let Some(live) = self.live.get(id) {
            return Ok((self.listener(id, Some(live)), true));
        }
        let request = request_of(&record)?;
        let pin = self.agent.pin(&request, &self.ask()).await;
        let handle = self.start(&request, record.request_hash, None, pin).await?;
        let same = handle.id() == id;
        Ok(match (same, follow) {
            (true, _) | (_, true) => (handle, same),
            // This one has ended and says so.
            (false, false) => (self.listener(id, None), true),
        })
    }

    pub(super) fn listener(&self, id: &str, live: Option<Live>) -> SessionHandle {
        SessionHandle::new(Arc::clone(&self.ground), &self.name, id, live)
    }

    /// Finds or makes the session for a request under a pin, and lets it run.
    async fn start(
        self: &Arc<Self>,
        request: &Request,
        request_hash: String,
        idempotency_key: Option<String>,
        pin: Result<Pin, Failure>,
    ) -> Result<SessionHandle, Failure> {
        let id = self.ids.next();
        let (pin, unpinned) = match pin {
            Ok(pin) => (pin, None),
            // The ground gave way before there was a session to speak of.
            Err(failure) if failure.then() != Then::End => return Err(failure),
            // Such a session never resumes: its pin is its own.
            Err(failure) => {
                (Pin { hash: format!("unpinned {id}"), parts: Default::default() }, Some(failure))
            }
        };
        // Held from here on, as the claim of the new session says.
        let lock = self.lock();
        let (record, hold) = loop {
            let new = NewSession {
                id: id.clone(),
                tenant: self.ground.tenant.clone(),
                kind: SessionKind::Work,
                pin: pin.hash.clone(),
                pin_parts: pin.parts.clone(),
                request: Value::Object(request.clone().into_members()),
                request_hash: request_hash.clone(),
                idempotency_key: idempotency_key.clone(),
                at: self.now(),
                claim: Some(self.claim(lock.as_ref())),
            };
            let old = match self.ground.store.open_session(new.clone()).await? {
                Opened::New(record) => {
                    let lease = record.lease();
                    break (record, lease.map(|lease| Hold { lease, lock }));
                }
                Opened::Existing(record) if record.pruned_at.is_some() => {
                    return Err(key_pruned(idempotency_key.as_deref().unwrap_or_default(), Some(&record)));
                }
                Opened::Existing(record) => {
                    if record.state != SessionState::Open {
                        return Ok(self.listener(&record.id, None));
                    }
                    if let Some(live) = self.live.get(&record.id) {
                        return Ok(self.listener(&record.id, Some(live)));
                    }
                    if record.kind == SessionKind::Question {
                        return self.resume_question(record, 0).await;
                    }
                    // Found by its key alone it may depend on what is no longer so.
                    if record.pin == pin.hash {
                        let hold = self.hold(&record.id).await?;
                        break (record, hold);
                    }
                    record
                }
                Opened::KeyPruned => {
                    return Err(key_pruned(idempotency_key.as_deref().unwrap_or_default(), None));
                }
                Opened::KeyConflict { session_id } => {
                    return Err(key_conflict(idempotency_key.as_deref().unwrap_or_default(), &session_id));
                }
                Opened::Unfinished(old) => old,
            };
            // What cannot be read now may be as it was a moment later, and that session goes on.
            let same_request = old.request_hash == request_hash;
            if same_request && let Some(failure) = unpinned {
                return Err(left_unfinished(failure, &old.id));
            }
            if let Some(live) = self.live.get(&old.id) {
                if !same_request {
                    return Err(busy(&old.id));
                }
                // It ends and this one begins in one commit; then this one is found above.
                live.cancel.cancel(Why::Superseded(Box::new(new)));
                live.over().await;
                continue;
            }
            // It may have ended by itself just now.
            let Some(held) = self.hold(&old.id).await? else { continue };
            let ending =
                if same_request { Ending::Superseded(id.clone()) } else { Ending::Displaced(id.clone()) };
            let commit = self.end_of_stored(&old, ending).await?;
            let record = self.ground.store.supersede(&held.lease, commit, new).await?;
            let lease = record.lease();
            break (record, lease.map(|lease| Hold { lease, lock }));
        };
        // It may have ended by itself just now; what it said is there to be read.
        let Some(hold) = hold else { return Ok(self.listener(&record.id, None)) };
        match unpinned {
            None => self.run(record, pin, hold).await,
            Some(failure) => self.fail(record, hold, failure).await,
        }
    }

    /// Lets a session run from where it is.
    async fn run(
        self: &Arc<Self>,
        record: SessionRecord,
        pin: Pin,
        hold: Hold,
    ) -> Result<SessionHandle, Failure> {
        let limits = Limits::of(&request_of(&record)?, self.terms.budget, self.terms.deadline)?;
        let (actor, live, cx) = Actor::new(Session {
            ground: Arc::clone(&self.ground),
            agent: &self.agent,
            tools: &self.tools,
            record: &record,
            pin,
            hold,
            limits,
            terms: self.terms.clone(),
        })
        .await?;
        let place = match self.live.take(live.clone()) {
            Ok(place) => place,
            Err(running) => return Ok(self.listener(&record.id, Some(running))),
        };
        let handle = self.listener(&record.id, Some(live));
        let (agent, tasks, inner) = (Arc::clone(&self.agent), self.tasks.clone(), Arc::clone(self));
        let running = async move {
            actor.run(agent, cx, tasks).await;
            drop(place);
            // Before the task ends: a program that ran one session waits for it.
            if !inner.terms.interrupt.is_cancelled()
                && let Err(failure) = inner.prune().await
            {
                tracing::warn!(code = %failure.error().code, "old sessions were not pruned");
            }
        };
        self.tasks.spawn(running.in_current_span());
        Ok(handle)
    }

    /// Ends a session that could not begin.
    async fn fail(
        &self,
        record: SessionRecord,
        hold: Hold,
        failure: Failure,
    ) -> Result<SessionHandle, Failure> {
        let commit = self.end_of_stored(&record, Ending::Failed(failure)).await?;
        self.ground.store.commit(&hold.lease, commit).await?;
        Ok(self.listener(&record.id, None))
    }

    /// Ends a session that does not run; whether it had not ended already.
    pub(super) async fn close_stored(&self, record: &SessionRecord, ending: Ending) -> Result<bool, Failure> {
        let Some(hold) = self.hold(&record.id).await? else { return Ok(false) };
        let commit = self.end_of_stored(record, ending).await?;
        self.ground.store.commit(&hold.lease, commit).await?;
        Ok(true)
    }

    /// The end of a session that is held and does not run.
    async fn end_of_stored(
        &self,
        record: &SessionRecord,
        ending: Ending,
    ) -> Result<crate::store::Commit, Failure> {
        let seq = self.ground.store.last_seq(&record.id).await? + 1;
        let last = Measured::of_stored(&*self.ground.store, &record.id).await?;
        let said = Said { stamp: &Stamp::of(record), seq, at: self.now() };
        Ok(closing(&*self.agent, last, said, ending))
    }

    /// Takes an unfinished session that does not run in this process; `None` when it has ended.
    pub(super) async fn hold(&self, id: &str) -> Result<Option<Hold>, Failure> {
        let lock = self.lock();
        match self.ground.store.take_lease(id, &self.claim(lock.as_ref()), self.now()).await {
            Ok(lease) => Ok(Some(Hold { lease, lock })),
            Err(StoreError::Closed { .. }) => Ok(None),
            Err(StoreError::LeaseHeld { id, owner }) => {
                Err(Failure::new(ErrorCode::SessionBusy, format!("session `{id}` is run by {owner}"))
                    .with_hint(
                        "wait for it to end, cancel it there with `cancel_session`, or stop that process",
                    ))
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// What makes two requests the same: type and payload, without what only says how to attach.
pub(super) fn request_hash(request: &Request) -> String {
    let bare = ["idempotency_key", "session_id", "after_seq"]
        .into_iter()
        .fold(request.clone(), |request, name| request.with_payload(name, Value::Null));
    sha256_hex(bare.body().as_bytes())
}

pub(super) fn key_conflict(key: &str, session_id: &str) -> Failure {
    let message =
        format!("idempotency key `{key}` was used with another request, for session `{session_id}`");
    WireError::new(ErrorCode::IdempotencyConflict, message).with_detail("session_id", session_id).into()
}

/// A key lives as long as its session.
pub(super) fn key_pruned(key: &str, session: Option<&SessionRecord>) -> Failure {
    let of = session.map(|record| format!(" for session `{}`", record.id)).unwrap_or_default();
    let message = format!("idempotency key `{key}` was used{of}; what came of it was pruned since");
    let mut error = WireError::new(ErrorCode::SessionPruned, message);
    if let Some(record) = session {
        error = error.with_detail("session_id", record.id.as_str());
        error = error.with_detail("pruned_at", rfc3339(record.pruned_at.unwrap_or_default()));
    }
    error.into()
}

/// What kept a request from going on with its unfinished session, which stays as it is.
fn left_unfinished(failure: Failure, session_id: &str) -> Failure {
    let mut error = failure.into_error();
    error.message.push_str(&format!("; session `{session_id}` is left as it is and can be resumed"));
    error.retryable = true;
    Failure::from(error.with_detail("session_id", session_id)).resumable()
}

fn busy(session_id: &str) -> Failure {
    let message = format!("session `{session_id}` is at work in this workspace on another request");
    WireError::new(ErrorCode::SessionBusy, message).with_detail("session_id", session_id).into()
}
