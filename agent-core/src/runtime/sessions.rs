use std::sync::Arc;

use protocol::{ErrorCode, Request, WireError};
use serde_json::Value;

use super::host::{Inner, Runtime};
use crate::agent::{Failure, Pin, Then};
use crate::session::{Actor, Ending, Hold, Live, SessionHandle, Stamp, Why, closing};
use crate::store::{NewSession, Opened, SessionRecord, SessionState, StoreError, sha256_hex};

impl Runtime {
    /// Opens a session for `request`, resumes the unfinished one that it fits, or attaches to a running one.
    ///
    /// The handle gives every message of the session from its first on.
    /// A request whose `_meta.session_id` names a session attaches to that one, after its `after_seq`.
    pub async fn open_session(&self, request: &Request) -> Result<SessionHandle, WireError> {
        self.inner.open(request).await.map_err(Failure::into_error)
    }

    /// Resumes the session that was left unfinished, if there is one: what a program does when it starts.
    pub async fn resume_unfinished(&self) -> Result<Option<SessionHandle>, WireError> {
        let sessions = self.sessions().await.map_err(|error| Failure::from(error).into_error())?;
        let Some(open) = sessions.into_iter().find(|record| record.state == SessionState::Open) else {
            return Ok(None);
        };
        self.inner.resume(&open.id, 0).await.map(Some).map_err(Failure::into_error)
    }
}

impl Inner {
    pub(super) async fn open(&self, request: &Request) -> Result<SessionHandle, Failure> {
        self.admit()?;
        let request_id = request.meta().request_id();
        if let Some(id) = request.session_id()? {
            let after = request.after_seq()?.and_then(|seq| i64::try_from(seq).ok()).unwrap_or_default();
            return Ok(self.resume(id, after).await?.answering(request_id));
        }
        let _opening = self.opening.lock().await;
        self.admit()?;
        let key = request.idempotency_key()?.map(str::to_owned);
        let request_hash = request_hash(request);
        if let Some(key) = &key
            && let Some((keyed_hash, record)) = self.ground.store.keyed(&self.ground.tenant, key).await?
        {
            if keyed_hash != request_hash {
                return Err(key_conflict(key, &record.id));
            }
            return Ok(self.attach_or_resume(record, 0).await?.answering(request_id));
        }
        let pin = self.agent.pin(request, &self.ask()).await;
        let handle = self.start(request, request_hash, key, pin).await?;
        Ok(handle.answering(request_id))
    }

    /// Attaches to a session after a sequence number, resuming it when it is unfinished and does not run.
    pub(super) async fn resume(&self, id: &str, after_seq: i64) -> Result<SessionHandle, Failure> {
        let _opening = self.opening.lock().await;
        let record = self.record(id).await?;
        self.attach_or_resume(record, after_seq).await
    }

    pub(super) async fn record(&self, id: &str) -> Result<SessionRecord, Failure> {
        let record = self.ground.store.session(id).await?;
        record.filter(|record| record.tenant == self.ground.tenant).ok_or_else(|| {
            Failure::new(ErrorCode::SessionUnknown, format!("no session `{id}` in this workspace"))
        })
    }

    fn listener(&self, id: &str, live: Option<Live>) -> SessionHandle {
        SessionHandle::new(Arc::clone(&self.ground), &self.name, id, live)
    }

    async fn attach_or_resume(
        &self,
        record: SessionRecord,
        after_seq: i64,
    ) -> Result<SessionHandle, Failure> {
        let id = record.id.clone();
        if record.state != SessionState::Open {
            return Ok(self.listener(&id, None).after(after_seq));
        }
        if let Some(live) = self.live().filter(|live| live.session_id == id) {
            return Ok(self.listener(&id, Some(live)).after(after_seq));
        }
        self.admit()?;
        let request = stored_request(&record)?;
        let pin = self.agent.pin(&request, &self.ask()).await;
        let handle = self.start(&request, record.request_hash.clone(), None, pin).await?;
        // Where what it depended on changed, another session took over: this one has ended and says so.
        let handle = if handle.id() == id { handle } else { self.listener(&id, None) };
        Ok(handle.after(after_seq))
    }

    /// Finds or makes the session for a request under a pin, and lets it run.
    async fn start(
        &self,
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
        loop {
            let new = NewSession {
                id: id.clone(),
                tenant: self.ground.tenant.clone(),
                pin: pin.hash.clone(),
                pin_parts: pin.parts.clone(),
                request: Value::Object(request.clone().into_members()),
                request_hash: request_hash.clone(),
                idempotency_key: idempotency_key.clone(),
                at: self.now(),
            };
            let record = match self.ground.store.open_session(new.clone()).await? {
                Opened::New(record) => record,
                Opened::Existing(record) => {
                    if record.state != SessionState::Open {
                        return Ok(self.listener(&record.id, None));
                    }
                    if let Some(live) = self.live().filter(|live| live.session_id == record.id) {
                        return Ok(self.listener(&record.id, Some(live)));
                    }
                    record
                }
                Opened::KeyConflict { session_id } => {
                    return Err(key_conflict(idempotency_key.as_deref().unwrap_or_default(), &session_id));
                }
                Opened::Unfinished(old) => {
                    // What cannot be read now may be as it was a moment later, and that session goes on.
                    if old.request_hash == request_hash
                        && let Some(failure) = unpinned
                    {
                        return Err(left_unfinished(failure, &old.id));
                    }
                    match self.live().filter(|live| live.session_id == old.id) {
                        Some(_) if old.request_hash != request_hash => return Err(busy(&old.id)),
                        Some(live) => {
                            live.cancel.cancel(Why::Superseded(id.clone()));
                            live.over().await;
                            continue;
                        }
                        None => {
                            // It may have ended by itself just now.
                            let Some(hold) = self.hold(&old.id).await? else { continue };
                            let seq = self.ground.store.last_seq(&old.id).await? + 1;
                            let ending = if old.request_hash == request_hash {
                                Ending::Superseded(id.clone())
                            } else {
                                Ending::Displaced(id.clone())
                            };
                            let commit = closing(&self.name, &Stamp::of(&old), seq, self.now(), ending);
                            self.ground.store.supersede(&hold.lease, commit, new).await?
                        }
                    }
                }
            };
            return match unpinned {
                None => self.run(record, pin).await,
                Some(failure) => self.fail(record, failure).await,
            };
        }
    }

    /// Lets a session run from where it is.
    async fn run(&self, record: SessionRecord, pin: Pin) -> Result<SessionHandle, Failure> {
        let request = stored_request(&record)?;
        // It may have ended by itself just now; what it said is there to be read.
        let Some(hold) = self.hold(&record.id).await? else {
            return Ok(self.listener(&record.id, None));
        };
        let (actor, live, cx) = Actor::new(
            Arc::clone(&self.ground),
            &self.name,
            &self.tools,
            &record,
            pin,
            hold,
            self.terms.clone(),
        )
        .await?;
        self.set_live(live.clone());
        let handle = self.listener(&record.id, Some(live));
        self.tasks.spawn(actor.run(Arc::clone(&self.agent), request, cx, self.tasks.clone()));
        Ok(handle)
    }

    /// Ends a session that could not begin.
    async fn fail(&self, record: SessionRecord, failure: Failure) -> Result<SessionHandle, Failure> {
        self.close_stored(&record, Ending::Failed(failure)).await?;
        Ok(self.listener(&record.id, None))
    }

    /// Ends a session that does not run; whether it had not ended already.
    pub(super) async fn close_stored(&self, record: &SessionRecord, ending: Ending) -> Result<bool, Failure> {
        let Some(hold) = self.hold(&record.id).await? else { return Ok(false) };
        let seq = self.ground.store.last_seq(&record.id).await? + 1;
        let commit = closing(&self.name, &Stamp::of(record), seq, self.now(), ending);
        self.ground.store.commit(&hold.lease, commit).await?;
        Ok(true)
    }

    /// Takes an unfinished session that does not run in this process; `None` when it has ended.
    async fn hold(&self, id: &str) -> Result<Option<Hold>, Failure> {
        let lock = self.lock();
        let at = self.now();
        let until = at.saturating_add(i64::try_from(self.terms.lease.as_micros()).unwrap_or(i64::MAX));
        // Whoever has the lock is the only live process that runs sessions here.
        match self.ground.store.take_lease(id, &self.owner, at, until, lock.is_some()).await {
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
fn request_hash(request: &Request) -> String {
    let bare = ["idempotency_key", "session_id", "after_seq"]
        .into_iter()
        .fold(request.clone(), |request, name| request.with_payload(name, Value::Null));
    sha256_hex(bare.body().as_bytes())
}

fn stored_request(record: &SessionRecord) -> Result<Request, Failure> {
    let Value::Object(members) = record.request.clone() else {
        return Err(StoreError::Corrupt { what: "sessions.request", source: None }.into());
    };
    Ok(Request::read(members)?)
}

fn key_conflict(key: &str, session_id: &str) -> Failure {
    let message =
        format!("idempotency key `{key}` was used with another request, for session `{session_id}`");
    WireError::new(ErrorCode::IdempotencyConflict, message).with_detail("session_id", session_id).into()
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
