use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use protocol::{ErrorCode, ErrorMessage, Meta, Outgoing, WireError};
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{broadcast, watch};
use tokio_util::sync::CancellationToken;

use super::ask::Ground;
use crate::agent::Failure;
use crate::store::NewSession;

/// Sent each time something was committed; those who listen read the messages from the store.
#[derive(Clone, Debug)]
pub(crate) struct Progress {
    pub(crate) at: Standing,
}

/// Whether more is to come.
#[derive(Clone, Debug)]
pub(crate) enum Standing {
    Running,
    /// The terminal message is committed.
    Ended,
    /// A question's: these messages are committed, and they are all there are.
    Answered(Arc<[Outgoing]>),
    /// It stopped unfinished and can be resumed.
    Stopped(Failure),
}

/// What the actor of a running session shares with its listeners and with those who steer it.
#[derive(Clone)]
pub(crate) struct Live {
    pub(crate) session_id: String,
    pub(crate) progress: watch::Receiver<Progress>,
    /// Absent for a question, which says nothing until it ends.
    pub(crate) ticks: Option<broadcast::Sender<Outgoing>>,
    pub(crate) cancel: CancelSwitch,
}

impl Live {
    pub(crate) fn is_running(&self) -> bool {
        // A sender that is gone without a last word belonged to an actor that died.
        self.progress.has_changed().is_ok() && matches!(self.progress.borrow().at, Standing::Running)
    }

    /// Waits until the session has ended or stopped.
    pub(crate) async fn over(&self) {
        let mut progress = self.progress.clone();
        // An error means that the actor is gone, which is over as well.
        let _ = progress.wait_for(|progress| !matches!(progress.at, Standing::Running)).await;
    }
}

/// Asks a session to end, with what is to be said of it.
#[derive(Clone, Default)]
pub(crate) struct CancelSwitch {
    token: CancellationToken,
    why: Arc<Mutex<Option<Why>>>,
}

/// Who or what ended a session.
#[derive(Clone, Debug)]
pub(crate) enum Why {
    /// Somebody asked for it, with these words.
    Asked(String),
    /// This session takes over, at the same moment.
    Superseded(Box<NewSession>),
    /// It used up its time or its budget.
    Limit(Failure),
}

impl CancelSwitch {
    /// Ends the session; the first reason given stands.
    pub(crate) fn cancel(&self, why: Why) {
        self.why.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(why);
        self.token.cancel();
    }

    pub(crate) fn token(&self) -> &CancellationToken {
        &self.token
    }

    pub(crate) fn why(&self) -> Why {
        let why = self.why.lock().unwrap_or_else(PoisonError::into_inner).clone();
        why.unwrap_or_else(|| Why::Asked("cancelled".to_owned()))
    }
}

/// One listener of a session: its messages in order, as they were committed, with ticks in between.
///
/// A listener that is slow, or that comes late, loses ticks and nothing else: the messages are read
/// from the store. Those of a question that was just answered are handed over without a read.
pub struct SessionHandle {
    ground: Arc<Ground>,
    agent: String,
    session_id: String,
    live: Option<Live>,
    ticks: Option<broadcast::Receiver<Outgoing>>,
    /// The request that these messages answer, when it is not the one that opened the session.
    in_reply_to: Option<String>,
    seen: i64,
    waiting: VecDeque<Outgoing>,
    over: bool,
}

impl SessionHandle {
    pub(crate) fn new(ground: Arc<Ground>, agent: &str, session_id: &str, live: Option<Live>) -> Self {
        Self {
            ground,
            agent: agent.to_owned(),
            session_id: session_id.to_owned(),
            ticks: live.as_ref().and_then(|live| live.ticks.as_ref()).map(broadcast::Sender::subscribe),
            live,
            in_reply_to: None,
            seen: 0,
            waiting: VecDeque::new(),
            over: false,
        }
    }

    /// The same listener, answering another request than the one that opened the session.
    pub(crate) fn answering(self, request_id: Option<&str>) -> Self {
        Self { in_reply_to: request_id.map(str::to_owned), ..self }
    }

    /// The same listener, for whom the messages up to `seq` are known.
    pub(crate) fn after(self, seq: i64) -> Self {
        Self { seen: seq, ..self }
    }

    /// The session's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.session_id
    }

    /// The place of the last message that was returned.
    #[must_use]
    pub fn seen(&self) -> u64 {
        u64::try_from(self.seen).unwrap_or_default()
    }

    /// Asks the session to end as `cancelled`; what it ends as still arrives by [`SessionHandle::next`].
    pub fn cancel(&self, why: &str) {
        if let Some(live) = &self.live {
            live.cancel.cancel(Why::Asked(why.to_owned()));
        }
    }

    /// The next message; `None` after the terminal one.
    ///
    /// A session that stopped unfinished is told by an error message without `status`, then `None`.
    pub async fn next(&mut self) -> Option<Outgoing> {
        loop {
            if let Some(message) = self.waiting.pop_front() {
                return Some(self.addressed(message));
            }
            if self.over {
                return None;
            }
            // The standing is read before the messages: what was committed by then is in the store.
            let standing = match &mut self.live {
                None => Standing::Ended,
                Some(live) => live.progress.borrow_and_update().at.clone(),
            };
            if self.has_to_read(&standing) {
                match self.read_on().await {
                    Ok(true) => continue,
                    Ok(false) => {}
                    // Why it stopped says more than that nothing can be read any more.
                    Err(failure) => {
                        let stopped = if let Standing::Stopped(why) = standing { why } else { failure };
                        return Some(self.last_word(stopped));
                    }
                }
            }
            match standing {
                Standing::Ended => self.over = true,
                Standing::Answered(said) => {
                    let seen = self.seen();
                    self.waiting.extend(said.iter().filter(|said| said.meta().seq() > Some(seen)).cloned());
                    self.over = true;
                }
                Standing::Stopped(failure) => return Some(self.last_word(failure)),
                Standing::Running => {
                    if let Some(tick) = self.wait().await {
                        return Some(self.addressed(tick));
                    }
                }
            }
        }
    }

    /// Whether there can be anything in the store that was not seen.
    fn has_to_read(&self, standing: &Standing) -> bool {
        match (&self.live, standing) {
            (_, Standing::Answered(_)) => false,
            // A question says everything at once, at its end.
            (Some(live), Standing::Running) => live.ticks.is_some(),
            _ => true,
        }
    }

    /// Reads what was committed since; whether there was anything.
    async fn read_on(&mut self) -> Result<bool, Failure> {
        for entry in self.ground.store.outbox(&self.session_id, self.seen).await? {
            let members = serde_json::from_str(&entry.message).map_err(|error| {
                Failure::bug(format!("message {} of session `{}`: {error}", entry.seq, self.session_id))
            })?;
            let message = Outgoing::read(members).map_err(|refused| Failure::from(refused.error))?;
            // Nothing follows the terminal message, whoever wrote it.
            self.over |= message.is_terminal();
            self.waiting.push_back(message);
            self.seen = entry.seq;
        }
        Ok(!self.waiting.is_empty())
    }

    /// Waits for the session to move on; returns a tick if one comes first.
    async fn wait(&mut self) -> Option<Outgoing> {
        let live = self.live.as_mut()?;
        let changed = match &mut self.ticks {
            None => live.progress.changed().await,
            Some(ticks) => tokio::select! {
                biased;
                changed = live.progress.changed() => changed,
                tick = ticks.recv() => match tick {
                    Ok(tick) => return Some(tick),
                    Err(RecvError::Lagged(_)) => return None,
                    Err(RecvError::Closed) => {
                        self.ticks = None;
                        return None;
                    }
                },
            },
        };
        if changed.is_err() {
            // An actor says how it stands before it goes; this one could not.
            let died = format!("session `{}` broke off; it can be resumed", self.session_id);
            return Some(self.last_word(Failure::bug(died)));
        }
        None
    }

    fn last_word(&mut self, failure: Failure) -> Outgoing {
        self.over = true;
        self.waiting.clear();
        let meta = Meta::new().with_session_id(&self.session_id);
        let message = ErrorMessage::new(&self.agent, failure.into_error()).with_meta(meta);
        self.addressed(message.into())
    }

    fn addressed(&self, mut message: Outgoing) -> Outgoing {
        if let Some(request_id) = &self.in_reply_to {
            message.meta_mut().set("in_reply_to", request_id.as_str());
        }
        message
    }
}

/// What is said of a session whose process is stopping.
pub(crate) fn interrupted() -> Failure {
    let error = WireError::new(ErrorCode::ShuttingDown, "the agent is stopping; the session can be resumed");
    Failure::from(error).resumable()
}
