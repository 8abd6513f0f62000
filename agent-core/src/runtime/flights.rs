use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use protocol::Request;
use tokio::sync::oneshot;

use super::host::Inner;
use crate::agent::Failure;
use crate::session::{AskContext, Limits, SharedAnswer, interrupted};

/// The answer to a question, encoded once for all who asked it.
pub(super) type Answered = Result<SharedAnswer, Failure>;

/// Computations of answers, shared by those who ask the same at the same time.
///
/// Nobody gets an answer whose computation began before they came: those who come while one is under way
/// wait for the next.
#[derive(Default)]
pub(super) struct Flights {
    waiting: Mutex<HashMap<String, Vec<Seat>>>,
}

/// One who waits; when it is closed, that one is gone.
type Seat = oneshot::Sender<Answered>;

impl Flights {
    /// Waits for the next computation of `key`; whether the caller is the one to start it.
    fn board(&self, key: &str) -> (oneshot::Receiver<Answered>, bool) {
        let (seat, answer) = oneshot::channel();
        let first = match self.waiting().entry(key.to_owned()) {
            Entry::Occupied(mut seats) => {
                seats.get_mut().push(seat);
                false
            }
            Entry::Vacant(seats) => {
                seats.insert(vec![seat]);
                true
            }
        };
        (answer, first)
    }

    /// Those who came until now; `None`, and the key is forgotten, when there are none.
    fn depart(&self, key: &str) -> Option<Vec<Seat>> {
        let mut waiting = self.waiting();
        let seats = std::mem::take(waiting.get_mut(key)?);
        if seats.is_empty() {
            waiting.remove(key);
            return None;
        }
        Some(seats)
    }

    fn waiting(&self) -> MutexGuard<'_, HashMap<String, Vec<Seat>>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// The answer to `request`, from a computation that begins after this call.
    pub(super) async fn answer_to(self: &Arc<Self>, request: &Request, request_hash: &str) -> Answered {
        // Who asks may matter to the agent; how the request came does not.
        let key = format!("{request_hash} {}", request.requesting_agent());
        let (answer, first) = self.flights.board(&key);
        if first {
            self.tasks.spawn(Arc::clone(self).fly(key, request.clone()));
        }
        // Gone without an answer: everything is stopping.
        answer.await.unwrap_or_else(|_| Err(interrupted()))
    }

    /// Computes for those who wait until nobody does.
    async fn fly(self: Arc<Self>, key: String, request: Request) {
        while let Some(mut seats) = self.flights.depart(&key) {
            let answered = self.compute(&request, &mut seats).await;
            for seat in seats {
                // One who is gone needs no answer.
                let _ = seat.send(answered.clone());
            }
        }
    }

    async fn compute(self: &Arc<Self>, request: &Request, seats: &mut [Seat]) -> Answered {
        let limits = Limits::of(request, self.terms.budget, self.terms.deadline)?;
        let spend = Arc::new(limits.spend());
        let cancel = self.terms.interrupt.child_token();
        let ask = AskContext { tools: self.tools.for_work(cancel.clone(), Arc::clone(&spend)), ..self.ask() };
        let (inner, request) = (Arc::clone(self), request.clone());
        // A task of its own, so that an agent that panics ends its own question and nothing else.
        let mut work = self.tasks.spawn(async move {
            let pin = inner.agent.pin(&request, &ask).await?;
            let answer = inner.agent.answer(&request, &pin, &ask).await?;
            Ok(SharedAnswer::new(inner.response(inner.agent.response_type(), answer)))
        });
        let answered = tokio::select! {
            answered = &mut work => answered,
            () = self.terms.interrupt.cancelled() => {
                work.abort();
                let _ = work.await;
                return Err(interrupted());
            }
            () = all_gone(seats) => {
                cancel.cancel();
                work.abort();
                let _ = work.await;
                return Err(Failure::cancelled());
            }
        };
        if let Some(over) = spend.passed() {
            return Err(over.into());
        }
        answered.unwrap_or_else(|panic| {
            tracing::error!(%panic, "answering a question panicked");
            Err(Failure::bug("the agent's answer broke off"))
        })
    }
}

/// Waits until none of them waits any more.
async fn all_gone(seats: &mut [Seat]) {
    for seat in seats {
        seat.closed().await;
    }
}
