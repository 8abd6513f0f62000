use std::sync::Arc;

use protocol::{ErrorCode, Request};
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tracing::Instrument;

use super::host::Inner;
use super::live::Place;
use super::sessions::{key_conflict, key_pruned, request_hash};
use crate::agent::Failure;
use crate::session::{Hold, Limits, Question, SessionHandle, Stamp, Standing, Voice, request_of};
use crate::store::{NewSession, Opened, SessionKind, SessionRecord};
use crate::telemetry::{TraceContext, session_span};

/// A question that is about to be accepted, or that was and is not answered yet.
enum Asked {
    New(Box<NewSession>),
    Stored(Box<SessionRecord>),
}

/// What became of it.
enum Accepted {
    /// It is accepted, durably, and will be answered here.
    Here,
    /// Another session answers for it.
    Elsewhere(Box<SessionRecord>),
    /// It has ended meanwhile.
    Ended,
}

/// The parts of one question's task.
struct Asking {
    request: Request,
    request_hash: String,
    voice: Voice,
    /// Held until the question has ended.
    place: Place,
    room: OwnedSemaphorePermit,
}

impl Inner {
    /// Accepts a question durably; its handle gives the answer, then the end.
    pub(super) async fn question(self: &Arc<Self>, request: &Request) -> Result<SessionHandle, Failure> {
        let room = Arc::clone(&self.questions).try_acquire_owned().map_err(|_| {
            Failure::new(ErrorCode::Overloaded, "as many questions as may be are under way in this workspace")
        })?;
        // What is asked for wrongly is refused before anything is stored.
        Limits::of(request, self.terms.budget, self.terms.deadline)?;
        let id = self.ids.next();
        let (voice, live) = Voice::new(&id);
        let Ok(place) = self.live.take(live.clone()) else {
            return Err(Failure::bug(format!("the id `{id}` was given twice")));
        };
        let request_hash = request_hash(request);
        let new = NewSession {
            id: id.clone(),
            tenant: self.ground.tenant.clone(),
            kind: SessionKind::Question,
            // It is answered as things stand then, whatever they were when it came.
            pin: String::new(),
            pin_parts: Default::default(),
            request: Value::Object(request.clone().into_members()),
            request_hash: request_hash.clone(),
            idempotency_key: request.idempotency_key()?.map(str::to_owned),
            at: self.now(),
            claim: None,
        };
        let asking = Asking { request: request.clone(), request_hash, voice, place, room };
        match self.begin(Asked::New(Box::new(new)), asking).await? {
            Accepted::Here => Ok(self.listener(&id, Some(live))),
            Accepted::Ended => Ok(self.listener(&id, None)),
            Accepted::Elsewhere(record) => self.follow(*record).await,
        }
    }

    /// Attaches to a question after a sequence number, answering it when nobody does.
    pub(super) async fn resume_question(
        self: &Arc<Self>,
        record: SessionRecord,
        after_seq: i64,
    ) -> Result<SessionHandle, Failure> {
        self.admit()?;
        let id = record.id.clone();
        if let Some(live) = self.live.get(&id) {
            return Ok(self.listener(&id, Some(live)).after(after_seq));
        }
        let room = Arc::clone(&self.questions).acquire_owned().await;
        let room = room.map_err(|_| Failure::bug("the room for questions is closed"))?;
        let (voice, live) = Voice::new(&id);
        let place = match self.live.take(live.clone()) {
            Ok(place) => place,
            Err(running) => return Ok(self.listener(&id, Some(running)).after(after_seq)),
        };
        let request = request_of(&record)?;
        let asking = Asking { request, request_hash: record.request_hash.clone(), voice, place, room };
        let live = match self.begin(Asked::Stored(Box::new(record)), asking).await? {
            Accepted::Here => Some(live),
            Accepted::Elsewhere(_) | Accepted::Ended => None,
        };
        Ok(self.listener(&id, live).after(after_seq))
    }

    /// Runs a question in a task of its own, and returns once it is accepted: whoever asked may be gone by then.
    async fn begin(self: &Arc<Self>, asked: Asked, asking: Asking) -> Result<Accepted, Failure> {
        let (told, accepted) = oneshot::channel();
        let trace = TraceContext::for_session(asking.request.meta(), asking.place.id());
        let span = session_span(asking.place.id(), &trace);
        self.tasks.spawn(Arc::clone(self).answer(asked, asking, told).instrument(span));
        accepted.await.unwrap_or_else(|_| Err(Failure::bug("accepting a question broke off")))
    }

    async fn answer(
        self: Arc<Self>,
        asked: Asked,
        asking: Asking,
        told: oneshot::Sender<Result<Accepted, Failure>>,
    ) {
        let Asking { request, request_hash, voice, place, room } = asking;
        let (hold, opened_at) = match self.hold_question(asked).await {
            Ok(Ok(held)) => held,
            Ok(Err(accepted)) => {
                // Others may have found it here already: what it says is in the store.
                voice.say(Standing::Ended);
                drop((place, room));
                let _ = told.send(Ok(accepted));
                return;
            }
            Err(failure) => {
                voice.say(Standing::Stopped(failure.clone()));
                drop((place, room));
                let _ = told.send(Err(failure));
                return;
            }
        };
        // Nobody waits for this when whoever asked is gone; the question is answered all the same.
        let _ = told.send(Ok(Accepted::Here));
        let stamp = Stamp::new(place.id(), request.meta().request_id());
        let limits = Limits::of(&request, self.terms.budget, self.terms.deadline).unwrap_or_default();
        let question = Question {
            ground: Arc::clone(&self.ground),
            agent: Arc::clone(&self.agent),
            stamp,
            hold,
            ends: limits.from(opened_at, self.now()),
            interrupt: self.terms.interrupt.clone(),
        };
        question.run(voice, self.answer_to(&request, &request_hash)).await;
        drop((place, room));
        self.question_ended();
    }

    /// Makes the question durable and ours, both at once; or says who else answers for it.
    async fn hold_question(&self, asked: Asked) -> Result<Result<(Hold, i64), Accepted>, Failure> {
        match asked {
            Asked::New(new) => {
                let lock = self.lock();
                let new = NewSession { claim: Some(self.claim(lock.as_ref())), ..*new };
                let key = new.idempotency_key.clone();
                match self.ground.store.open_session(new).await? {
                    Opened::New(record) => match record.lease() {
                        Some(lease) => Ok(Ok((Hold { lease, lock }, record.opened_at))),
                        None => Err(Failure::bug("a question was opened and not held")),
                    },
                    Opened::Existing(record) => Ok(Err(Accepted::Elsewhere(Box::new(record)))),
                    Opened::KeyPruned => Err(key_pruned(key.as_deref().unwrap_or_default(), None)),
                    Opened::KeyConflict { session_id } => {
                        Err(key_conflict(key.as_deref().unwrap_or_default(), &session_id))
                    }
                    Opened::Unfinished(other) => {
                        Err(Failure::bug(format!("session `{}` stands in the way of a question", other.id)))
                    }
                }
            }
            Asked::Stored(record) => Ok(match self.hold(&record.id).await? {
                Some(hold) => Ok((hold, record.opened_at)),
                None => Err(Accepted::Ended),
            }),
        }
    }

    /// A listener of the session that answers for a request in its place.
    async fn follow(self: &Arc<Self>, record: SessionRecord) -> Result<SessionHandle, Failure> {
        Box::pin(self.attach(record, 0, true)).await
    }
}
