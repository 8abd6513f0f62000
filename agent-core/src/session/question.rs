use std::sync::Arc;

use protocol::{ContextResponse, Delivery, Outgoing};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::ask::Ground;
use super::ending::{Ending, terminal};
use super::handle::{CancelSwitch, Live, Progress, Standing, interrupted};
use super::hold::Hold;
use super::limits::Ends;
use super::measured::Measured;
use super::message::Stamp;
use crate::agent::{Agent, Failure, Then};
use crate::store::{Commit, OutboxEntry, SharedBody, sha256_hex};

/// What is said of a question that is answered.
const ANSWERED: &str = "The question is answered; nothing was written.";

/// A question that is accepted: it waits for its answer and journals it, with its end, in one commit.
///
/// It has no steps and no heartbeat. Should its lease run out and another process answer it, what this one
/// would say is refused.
pub(crate) struct Question {
    pub(crate) ground: Arc<Ground>,
    pub(crate) agent: Arc<dyn Agent>,
    pub(crate) stamp: Stamp,
    pub(crate) hold: Hold,
    pub(crate) ends: Ends,
    pub(crate) interrupt: CancellationToken,
}

/// Answers of at least so many bytes are kept once for all who got them.
const SHARED_FROM: usize = 1024;

/// An answer that many questions may have in common. Cheap to clone.
#[derive(Clone)]
pub(crate) struct SharedAnswer {
    response: ContextResponse,
    /// Hash and text of the response without its `_meta`.
    body: Option<(Arc<str>, Arc<str>)>,
}

impl SharedAnswer {
    /// Encodes the response once for all.
    pub(crate) fn new(response: ContextResponse) -> Self {
        let response = response.sealed();
        let text = response.sealed_text().filter(|text| text.len() >= SHARED_FROM);
        let body = text.map(|text| (Arc::from(sha256_hex(text.as_bytes())), Arc::clone(text)));
        Self { response, body }
    }
}

/// What a question tells those who listen, and hears from those who steer it.
pub(crate) struct Voice {
    progress: watch::Sender<Progress>,
    cancel: CancelSwitch,
}

impl Voice {
    /// The voice of a question, and what others share of it.
    pub(crate) fn new(session_id: &str) -> (Self, Live) {
        let (progress, listening) = watch::channel(Progress { at: Standing::Running });
        let cancel = CancelSwitch::default();
        let live = Live {
            session_id: session_id.to_owned(),
            progress: listening,
            ticks: None,
            cancel: cancel.clone(),
        };
        (Self { progress, cancel }, live)
    }

    /// The last word.
    pub(crate) fn say(self, at: Standing) {
        self.progress.send_replace(Progress { at });
    }
}

impl Question {
    /// Waits for the answer and records it.
    pub(crate) async fn run(self, voice: Voice, answer: impl Future<Output = Result<SharedAnswer, Failure>>) {
        let standing = self.end(&voice.cancel, answer).await;
        if let Standing::Stopped(failure) = &standing {
            let (session, code) = (&self.stamp.session_id, failure.error().code);
            tracing::warn!(%session, %code, "question left unanswered");
        }
        // Its share of the lock goes first: whoever hears of the end may be the next to take it.
        drop(self);
        voice.say(standing);
    }

    async fn end(
        &self,
        cancel: &CancelSwitch,
        answer: impl Future<Output = Result<SharedAnswer, Failure>>,
    ) -> Standing {
        let answered = tokio::select! {
            biased;
            () = cancel.token().cancelled() => return self.close(None, cancel.why().into()).await,
            () = self.interrupt.cancelled() => return Standing::Stopped(interrupted()),
            failure = self.ends.passed(None) => Err(failure),
            answered = answer => answered,
        };
        match answered {
            Ok(answer) => {
                let ending = Ending::Completed(Delivery::new(ANSWERED).into());
                self.close(Some(answer), ending).await
            }
            Err(failure) if failure.then() == Then::End => self.close(None, Ending::Failed(failure)).await,
            Err(failure) if failure.then() == Then::Stop => Standing::Stopped(failure),
            // What computed the answer was stopped, which nobody asked of this question.
            Err(_) => Standing::Stopped(interrupted()),
        }
    }

    /// One commit: the answer, if there is one, and the end.
    async fn close(&self, answer: Option<SharedAnswer>, ending: Ending) -> Standing {
        let at = self.ground.clock.now_micros();
        let (state, last) = terminal(&*self.agent, &mut Measured::default(), ending);
        let (response, body) = answer.map_or((None, None), |answer| (Some(answer.response), answer.body));
        let said: Arc<[Outgoing]> = (1..)
            .zip(response.map(Outgoing::from).into_iter().chain([last]))
            .map(|(seq, message)| self.stamp.journaled(message, seq, at))
            .collect();
        let shared = body.map(|(sha256, text)| SharedBody { seq: 1, sha256, text });
        let entry = |(seq, message): (i64, &Outgoing)| {
            let message = match &shared {
                Some(body) if body.seq == seq => message.meta().encode(),
                _ => protocol::encode(message),
            };
            OutboxEntry { seq, message }
        };
        let commit = Commit {
            messages: (1..).zip(said.iter()).map(entry).collect(),
            shared: shared.into_iter().collect(),
            close: Some(state),
            at,
            lease_until: at,
            ..Commit::default()
        };
        match self.ground.store.commit(&self.hold.lease, commit).await {
            Ok(()) => Standing::Answered(said),
            Err(error) => Standing::Stopped(error.into()),
        }
    }
}
