//! One hand-off over one link: sent, tried again, listened to, given up in time.

use std::time::Duration;

use protocol::{
    ErrorCode, ErrorMessage, HandoffOutcome, Incoming, Meta, Outgoing, Request, WireError, payload,
};
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tokio_util::sync::CancellationToken;

use super::judge::{Ended, Judged, judge};
use super::kept::Kept;
use super::link::{Link, LinkError, Wire};

/// Connections in a row that came to nothing before a peer is given up.
const TRIES: u32 = 5;
/// Everything a peer may say in one hand-off, readable or not.
const MOST_HEARD: usize = 10_000;
/// How long a peer has to take note that it is cancelled, and a child to end by itself.
const LAST_WORDS: Duration = Duration::from_secs(1);
const GRACE: Duration = Duration::from_secs(2);

/// How patiently a peer is tried.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    /// The first pause between two tries; each further one is twice as long.
    pub(super) first_pause: Duration,
    /// The longest pause.
    pub(super) longest_pause: Duration,
    /// How long reaching the peer may take, names, certificates and upgrade included.
    pub(super) connect: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            first_pause: Duration::from_millis(200),
            longest_pause: Duration::from_secs(5),
            connect: Duration::from_secs(10),
        }
    }
}

impl Pace {
    /// The pauses between tries in a row that came to nothing.
    fn pauses(self) -> impl Iterator<Item = Duration> {
        std::iter::successors(Some(self.first_pause), move |pause| Some((*pause * 2).min(self.longest_pause)))
    }
}

/// What is said to whom, until when, and who listens.
pub(super) struct Talk<'a> {
    pub(super) link: &'a dyn Link,
    /// Its name as we configured it, whatever it calls itself.
    pub(super) peer: &'a str,
    pub(super) request: &'a Request,
    pub(super) deadline: Duration,
    pub(super) pace: Pace,
    pub(super) cancelled: &'a CancellationToken,
    /// Takes a line on how far the peer is.
    pub(super) tell: &'a (dyn Fn(u8, &str) + Send + Sync),
}

/// Our own session was cancelled, and the peer was told so.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Cancelled;

/// Where a hand-off is.
#[derive(Default)]
struct Course {
    wire: Option<Box<dyn Wire>>,
    /// Whether the request was sent.
    sent: bool,
    /// The peer's session, as the peer names it.
    session_id: Option<String>,
    percent: u8,
    /// The last line on how far it is.
    line: Option<String>,
    heard: usize,
    news: usize,
    trouble: Option<String>,
    kept: Kept,
}

/// Why one try did not bring it to an end.
enum Setback {
    /// The connection could not be made, or was lost.
    Lost(LinkError),
    /// The peer asked us to come back later.
    NotNow(String),
}

impl From<LinkError> for Setback {
    fn from(error: LinkError) -> Self {
        Self::Lost(error)
    }
}

impl Talk<'_> {
    /// Sees the hand-off to an end, and returns it with what the peer said, one message per line.
    pub(super) async fn hold(&self) -> Result<(Ended, Option<Vec<u8>>), Cancelled> {
        let until = Instant::now() + self.deadline;
        let mut course = Course::default();
        let ended = tokio::select! {
            biased;
            () = self.cancelled.cancelled() => None,
            ended = timeout_at(until, self.tries(&mut course)) => Some(ended),
        };
        let (ended, grace) = match ended {
            None => {
                self.call_off(&mut course).await;
                return Err(Cancelled);
            }
            Some(Ok(ended)) => (ended, GRACE.min(until.saturating_duration_since(Instant::now()))),
            Some(Err(_)) => (self.out_of_time(&course), Duration::ZERO),
        };
        if let Some(mut wire) = course.wire.take() {
            wire.close(grace).await;
        }
        Ok((ended, course.kept.into_lines()))
    }

    /// Tries until there is an end, or no sense in trying again.
    async fn tries(&self, course: &mut Course) -> Ended {
        let (mut lost, mut pauses) = (0, self.pace.pauses());
        loop {
            let news = course.news;
            let setback = match self.try_once(course).await {
                Ok(ended) => return ended,
                Err(setback) => setback,
            };
            if let Some(mut wire) = course.wire.take() {
                wire.close(Duration::ZERO).await;
            }
            if course.news > news {
                (lost, pauses) = (0, self.pace.pauses());
            }
            let reason = match setback {
                Setback::NotNow(reason) => reason,
                Setback::Lost(LinkError { reason, again }) => {
                    lost += 1;
                    if !again || lost >= TRIES {
                        return given_up(course, reason);
                    }
                    reason
                }
            };
            tracing::debug!(peer = %self.peer, "the peer is tried again");
            course.trouble = Some(reason);
            sleep(pauses.next().unwrap_or(self.pace.longest_pause)).await;
        }
    }

    async fn try_once(&self, course: &mut Course) -> Result<Ended, Setback> {
        let Ok(wire) = timeout(self.pace.connect, self.link.connect()).await else {
            return Err(LinkError::passing("no connection in time").into());
        };
        let wire = course.wire.insert(wire?);
        // The key in it makes a peer that took it before go on with the same work.
        wire.send(&self.request.clone().into()).await?;
        course.sent = true;
        loop {
            let Some(wire) = &mut course.wire else { return Err(LinkError::passing("no connection").into()) };
            let heard = wire.next().await?;
            course.heard += 1;
            if course.heard > MOST_HEARD {
                let reason = format!("it said more than {MOST_HEARD} things without an end");
                return Ok(Ended::new(HandoffOutcome::NoFinalReply, Some(reason)));
            }
            // What cannot be read is let go; that it came is counted.
            let Ok(message) = heard else { continue };
            if let Some(ended) = self.take(&message, course).await? {
                return Ok(ended);
            }
        }
    }

    /// Takes one message in; returns how it ended if that was the last.
    async fn take(&self, message: &Incoming, course: &mut Course) -> Result<Option<Ended>, Setback> {
        let judged = judge(message, self.request_id());
        if judged == Judged::NotOurs {
            return Ok(None);
        }
        let new = course.kept.is_new(message);
        if new {
            course.news += 1;
        }
        if let Some(session_id) = message.meta().session_id().filter(|id| id.len() <= 256) {
            course.session_id = Some(session_id.to_owned());
        }
        match judged {
            Judged::NotOurs => {}
            Judged::NotNow(reason) => return Err(Setback::NotNow(reason)),
            Judged::Asks(request_id) => {
                let refusal = self.nothing_served(request_id);
                if let Some(wire) = &mut course.wire {
                    wire.send(&refusal).await?;
                }
            }
            Judged::Progress(percent, line) if new => {
                course.kept.keep(message, false);
                course.percent = percent.unwrap_or(course.percent);
                (self.tell)(course.percent, &format!("{}: {line}", self.peer));
                course.line = Some(line);
            }
            Judged::Part if new => course.kept.keep(message, false),
            Judged::Progress(..) | Judged::Part => {}
            Judged::Final(ended) => {
                course.kept.keep(message, true);
                return Ok(Some(ended));
            }
        }
        Ok(None)
    }

    /// Over a connection of ours a peer answers; what it wants of us it asks at our own door.
    fn nothing_served(&self, request_id: Option<String>) -> Outgoing {
        let error = WireError::new(ErrorCode::UnknownRequestType, "nothing is served on this connection")
            .with_hint("ask at the agent's own address");
        let message = ErrorMessage::new(self.request.requesting_agent(), error);
        match request_id {
            Some(id) => message.with_meta(Meta::new().with_in_reply_to(&id)).into(),
            None => message.into(),
        }
    }

    /// Tells the peer to stop, as far as it still listens.
    async fn call_off(&self, course: &mut Course) {
        let Some(mut wire) = course.wire.take() else { return };
        if let Some(session_id) = course.session_id.take() {
            let mut cancel = payload::CancelSession::default();
            cancel.session_id = Some(session_id);
            cancel.reason = Some("the session that asked was cancelled".to_owned());
            let request = Request::verb(self.request.requesting_agent(), &cancel)
                .with_meta(Meta::new().with_request_id(&format!("{}/cancel", self.request_id())));
            let _ = timeout(LAST_WORDS, wire.send(&request.into())).await;
        }
        wire.close(LAST_WORDS).await;
    }

    fn out_of_time(&self, course: &Course) -> Ended {
        let seconds = (self.deadline.as_secs_f64() * 10.0).round() / 10.0;
        let trouble =
            course.trouble.as_ref().map(|trouble| format!("; before that, {trouble}")).unwrap_or_default();
        if !course.sent {
            let reason = format!("it could not be reached within {seconds} s{trouble}");
            return Ended::new(HandoffOutcome::Unreachable, Some(reason));
        }
        let last =
            course.line.as_ref().map(|line| format!("; the last it said was: {line}")).unwrap_or_default();
        let reason = format!("no final reply within {seconds} s{last}{trouble}");
        Ended::new(HandoffOutcome::NoFinalReply, Some(reason))
    }

    fn request_id(&self) -> &str {
        self.request.meta().request_id().unwrap_or_default()
    }
}

fn given_up(course: &Course, reason: String) -> Ended {
    let outcome = if course.sent { HandoffOutcome::NoFinalReply } else { HandoffOutcome::Unreachable };
    let last = course.line.as_ref().map(|line| format!("; the last it said was: {line}")).unwrap_or_default();
    Ended::new(outcome, Some(format!("{reason}{last}")))
}

#[cfg(test)]
#[path = "talk_tests.rs"]
mod tests;
