use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use protocol::{ContextResponse, Incoming, Members, Outgoing, Request, RequestType};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};
use tokio::time::timeout;

/// Questions that may be outstanding on one connection.
const OUTSTANDING: usize = 8;
/// Bytes of JSON that a reply may have.
const REPLY_CAP: usize = 256 * 1024;
/// Characters of another agent's words that are repeated.
const WORDS: usize = 200;

tokio::task_local! {
    /// The connection whose request is being served.
    static SERVING: Arc<Asker>;
}

/// What may be asked of the other side of one connection.
///
/// It does not keep the connection: one that has ended is a reason to answer otherwise.
pub(crate) struct Asker {
    out: mpsc::WeakSender<Outgoing>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Nothing is read from the other side any more.
    closed: bool,
    offered: BTreeSet<String>,
    outstanding: VecDeque<Outstanding>,
    asked: u64,
}

struct Outstanding {
    nth: u64,
    id: String,
    response_type: String,
    answer: oneshot::Sender<Said>,
}

/// Who said what, or why there is nothing that can be used.
pub(crate) type Said = Result<(String, Members), String>;

/// Takes the question back when nobody waits for its answer any more.
struct Waiting<'a> {
    asker: &'a Asker,
    nth: u64,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.asker.state().outstanding.retain(|question| question.nth != self.nth);
    }
}

impl Asker {
    pub(crate) fn new(out: &mpsc::Sender<Outgoing>) -> Arc<Self> {
        Arc::new(Self { out: out.downgrade(), state: Mutex::default() })
    }

    /// Serves a request of this connection: sessions that it opens or resumes can ask here.
    pub(crate) async fn serving<F: Future>(self: &Arc<Self>, request: F) -> F::Output {
        SERVING.scope(Arc::clone(self), request).await
    }

    /// The connection whose request this task serves; `None` outside of connections.
    pub(crate) fn current() -> Option<Arc<Self>> {
        SERVING.try_with(Arc::clone).ok()
    }

    /// The same work, which asks on the connection of this task's request in whatever task it is run.
    pub(crate) fn kept<F: Future>(work: F) -> impl Future<Output = F::Output> {
        let asker = Self::current();
        async move {
            match asker {
                Some(asker) => asker.serving(work).await,
                None => work.await,
            }
        }
    }

    /// The other side answers these types from now on, and no others.
    pub(crate) fn offer(&self, types: impl IntoIterator<Item = String>) {
        self.state().offered = types.into_iter().collect();
    }

    pub(crate) fn offers(&self, request_type: &str) -> bool {
        self.state().offered.contains(request_type)
    }

    /// Sends a question and waits for what is said to it.
    pub(crate) async fn ask(&self, question: Request, id: &str, deadline: Duration) -> Said {
        let Some(out) = self.out.upgrade() else { return Err("the connection was gone".to_owned()) };
        let (answer, answered) = oneshot::channel();
        let _waiting = self.wait_for(&question, id, answer)?;
        let asking = async {
            let gone = || "the connection broke before a reply came".to_owned();
            out.send(question.into()).await.map_err(|_| gone())?;
            tokio::select! {
                said = answered => said.unwrap_or_else(|_| Err("the other side ended without a reply".to_owned())),
                () = out.closed() => Err(gone()),
            }
        };
        timeout(deadline, asking).await.unwrap_or_else(|_| Err(format!("no reply came within {deadline:?}")))
    }

    fn wait_for(
        &self,
        question: &Request,
        id: &str,
        answer: oneshot::Sender<Said>,
    ) -> Result<Waiting<'_>, String> {
        let mut state = self.state();
        if state.closed {
            return Err("the other side sends nothing any more".to_owned());
        }
        if state.outstanding.len() >= OUTSTANDING {
            return Err(format!("{OUTSTANDING} questions were outstanding already"));
        }
        state.asked += 1;
        let nth = state.asked;
        let response_type = response_type(question.request_type());
        state.outstanding.push_back(Outstanding { nth, id: id.to_owned(), response_type, answer });
        Ok(Waiting { asker: self, nth })
    }

    /// Takes a message that asks nothing. One that answers no outstanding question is let go.
    pub(crate) fn take(&self, message: Incoming) {
        let mut state = self.state();
        let place = match (message.meta().in_reply_to(), &message) {
            (Some(id), _) => state.outstanding.iter().position(|question| question.id == id),
            (None, Incoming::Response(response)) => {
                let kind = response.response_type();
                state.outstanding.iter().position(|question| question.response_type == kind)
            }
            (None, _) => None,
        };
        let said = place.and_then(|place| judged(message, &state.outstanding.get(place)?.response_type));
        match (place, said) {
            (Some(place), Some(said)) => {
                if let Some(question) = state.outstanding.remove(place) {
                    // An error says that the question was given up this moment.
                    let _ = question.answer.send(said);
                }
            }
            _ => tracing::debug!("a message that answers nothing was let go"),
        }
    }

    /// Nothing is read from the other side any more: no answer will come.
    pub(crate) fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        state.outstanding.clear();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a message says to a question of this type; `None` when it is not its last word.
fn judged(message: Incoming, expected: &str) -> Option<Said> {
    match message {
        Incoming::Response(response) => Some(reply(response, expected)),
        Incoming::Error(message) => {
            let why = message.error().map(|error| error.to_string()).unwrap_or_default();
            Some(Err(format!("`{}` answered with an error: {}", short(message.agent()), short(&why))))
        }
        Incoming::Status(status) if status.status().is_terminal() => {
            let (agent, word) = (short(status.agent()), status.status());
            Some(Err(format!("`{agent}` answered `{word}` and no context")))
        }
        Incoming::Status(_) | Incoming::Request(_) => None,
    }
}

fn reply(response: ContextResponse, expected: &str) -> Said {
    let (agent, kind) = (response.agent().to_owned(), response.response_type());
    if kind != expected {
        return Err(format!("`{}` answered `{}` instead of `{expected}`", short(&agent), short(kind)));
    }
    let payload = response.payload().cloned().unwrap_or_default();
    let bytes = Value::Object(payload.clone()).to_string().len();
    if bytes > REPLY_CAP {
        return Err(format!("the reply of `{}` has {bytes} bytes, more than {REPLY_CAP}", short(&agent)));
    }
    Ok((short(&agent), payload))
}

/// The `response_type` that answers a request type.
fn response_type(request_type: &str) -> String {
    RequestType::from(request_type).answer().unwrap_or(request_type).to_owned()
}

fn short(words: &str) -> String {
    words.chars().take(WORDS).collect()
}
