use std::sync::Arc;

use protocol::verb::Effect;
use protocol::{ErrorCode, Incoming, Outgoing, Refused, Verb, WireError};
use tokio::sync::{Semaphore, mpsc};
use tokio_util::task::TaskTracker;

use crate::context::Asker;
use crate::runtime::Runtime;

/// Requests that one connection may have under way; one that opened a session is under way until it ends.
pub const IN_FLIGHT: usize = 64;

/// Messages waiting to be written to one connection; beyond it, sessions are read no further ahead.
pub const OUT_QUEUE: usize = 256;

/// One connection: what it is asked is served side by side, up to a limit.
pub struct Connection {
    runtime: Runtime,
    out: mpsc::Sender<Outgoing>,
    /// What the other side offered to answer, and what it is asked.
    asker: Arc<Asker>,
    room: Arc<Semaphore>,
    tasks: TaskTracker,
}

impl Connection {
    /// A connection to `runtime`, and what is to be written to it.
    #[must_use]
    pub fn new(runtime: &Runtime) -> (Self, mpsc::Receiver<Outgoing>) {
        let (out, outgoing) = mpsc::channel(OUT_QUEUE);
        let connection = Self {
            runtime: runtime.clone(),
            asker: Asker::new(&out),
            out,
            room: Arc::new(Semaphore::new(IN_FLIGHT)),
            tasks: TaskTracker::new(),
        };
        (connection, outgoing)
    }

    /// Takes what was read: serves it beside what is under way, or answers that it cannot.
    pub async fn take(&self, read: Result<Incoming, Refused>) {
        self.take_holding(read, ()).await;
    }

    /// Takes what was read, and keeps `held` until it is served.
    pub async fn take_holding(&self, read: Result<Incoming, Refused>, held: impl Send + 'static) {
        let message = match read {
            Ok(message) => message,
            Err(refused) => {
                self.send(refused.into_message(self.runtime.agent_name()).into()).await;
                return;
            }
        };
        if !matches!(message, Incoming::Request(_)) {
            self.asker.take(message);
            return;
        }
        match Arc::clone(&self.room).try_acquire_owned() {
            // What is asked next may be answered from what is written now.
            Ok(_permit) if comes_first(&message) => self.serve(message).await,
            Ok(permit) => {
                let (runtime, asker, out) = (self.runtime.clone(), Arc::clone(&self.asker), self.out.clone());
                self.tasks.spawn(async move {
                    asker.serving(runtime.accept(message, &out)).await;
                    drop((permit, held));
                });
            }
            // What makes room again is served even now, before anything further is read.
            Err(_) if makes_room(&message) => self.serve(message).await,
            Err(_) => {
                let error = WireError::new(
                    ErrorCode::Overloaded,
                    format!("{IN_FLIGHT} requests are under way on this connection"),
                );
                let refusal = self.runtime.refusal(error, message.meta().request_id());
                self.send(refusal).await;
            }
        }
    }

    /// Nothing more is read: what this side asked gets no answer any more.
    /// Waits until everything under way has ended.
    pub async fn finish(self) {
        self.asker.close();
        self.tasks.close();
        self.tasks.wait().await;
    }

    async fn serve(&self, message: Incoming) {
        self.asker.serving(self.runtime.accept(message, &self.out)).await;
    }

    async fn send(&self, message: Outgoing) {
        // An error says that the connection is gone, which its reader will find out too.
        let _ = self.out.send(message).await;
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.asker.close();
    }
}

/// Whether what follows may depend on it: what was published, and what was offered.
fn comes_first(message: &Incoming) -> bool {
    let verb = match message {
        Incoming::Request(request) => Verb::named(request.request_type()),
        Incoming::Response(_) | Incoming::Status(_) | Incoming::Error(_) => None,
    };
    verb.is_some_and(|verb| {
        verb.effect() == Effect::Writes || matches!(verb, Verb::OfferContext | Verb::DescribeAgent)
    })
}

fn makes_room(message: &Incoming) -> bool {
    matches!(message, Incoming::Request(request) if request.request_type() == Verb::CancelSession.name())
}
