use std::time::Duration;

use futures_util::{StreamExt, stream};
use protocol::{DEFAULT_LINE_LIMIT, Figure, Handoff, HandoffOutcome, Incoming, Members, Meta, Request};
use serde::Serialize;
use serde_json::json;
use tokio::time::Instant;

use super::judge::Ended;
use super::talk::{Cancelled, Pace, Talk};
use crate::agent::Failure;
use crate::session::{Outcome, SessionContext};
use crate::telemetry::{TraceContext, outgoing};

/// How many hand-offs of one session are under way at once.
const SIDE_BY_SIDE: usize = 16;

/// What another agent shall take over.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct HandOff {
    /// The agent it is for, by its name in `peers.toml`.
    pub peer: String,
    /// What it is asked: `get_product_context`. An entry of `peers.toml` may say otherwise.
    pub request_type: String,
    /// What is handed over, in words for people.
    pub subject: String,
    /// What is handed over. Its `idempotency_key` is the runtime's to set.
    pub payload: Members,
    /// The figures it rests on, sent whole.
    pub figures: Vec<Figure>,
    /// Where the request also lies in the workspace. Absent: nowhere.
    pub path: Option<String>,
    /// What the hand-off is called between the two; absent: after the session and the step.
    pub id: Option<String>,
}

impl HandOff {
    /// Hands `payload` to `peer`, which is asked for `request_type`.
    #[must_use]
    pub fn new(
        peer: impl Into<String>,
        request_type: impl Into<String>,
        subject: impl Into<String>,
        payload: Members,
    ) -> Self {
        let (peer, request_type, subject) = (peer.into(), request_type.into(), subject.into());
        Self { peer, request_type, subject, payload, figures: Vec::new(), path: None, id: None }
    }

    /// With the figures it rests on.
    #[must_use]
    pub fn with_figures(mut self, figures: impl IntoIterator<Item = Figure>) -> Self {
        self.figures = figures.into_iter().collect();
        self
    }

    /// With where the request also lies in the workspace.
    #[must_use]
    pub fn with_path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// With what it is called.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// What came of it.
    fn came_to(&self, ended: Ended) -> Handoff {
        let mut handoff = Handoff::new(self.peer.as_str(), self.subject.as_str(), ended.outcome)
            .with_figures(self.figures.iter().map(|figure| figure.id.clone()));
        handoff.reason = ended.reason;
        handoff.message = ended.message;
        handoff.path.clone_from(&self.path);
        handoff
    }

    /// It was not sent: it waits as a file, or there is nothing of it.
    fn stays(&self, reason: &str) -> Handoff {
        let outcome =
            if self.path.is_some() { HandoffOutcome::LeftAsFile } else { HandoffOutcome::Unreachable };
        self.came_to(Ended::new(outcome, Some(reason.to_owned())))
    }
}

impl SessionContext {
    /// Hands something to another agent, as the step `key`, and says what came of it.
    ///
    /// What the peer reports is passed on as ticks; what it says is kept, and decides nothing but the outcome.
    /// It takes no longer than the peer's deadline. An interrupted hand-off is asked again with the same key,
    /// so that a peer that took it goes on with the same work.
    ///
    /// # Errors
    /// Only where the session cannot go on: it is cancelled (then so is the peer's), `peers.toml` cannot be
    /// used, or the store fails. Whatever a peer does or does not do is an outcome.
    pub async fn hand_off(&self, key: &str, handoff: HandOff) -> Result<Handoff, Failure> {
        let ours = handoff.clone();
        self.step(key, &ours, |cx| async move {
            let came = cx.hand(key, &handoff).await?;
            cx.ground.meter.handoff(came.outcome);
            tracing::info!(peer = %came.peer, outcome = came.outcome.as_str(), "a hand-off ended");
            Ok(Outcome::new(came))
        })
        .await
    }

    /// Hands several things over side by side, each as the step of its key; what came of them, in the same
    /// order.
    ///
    /// # Errors
    /// As [`SessionContext::hand_off`]; all others are seen to their end first.
    pub async fn hand_off_all(&self, handoffs: Vec<(String, HandOff)>) -> Result<Vec<Handoff>, Failure> {
        let under_way =
            handoffs.into_iter().map(|(key, handoff)| async move { self.hand_off(&key, handoff).await });
        let ended: Vec<Result<Handoff, Failure>> =
            stream::iter(under_way).buffered(SIDE_BY_SIDE).collect().await;
        ended.into_iter().collect()
    }

    /// What a peer said, message by message, its last word at the end; nothing where nothing came back.
    ///
    /// These are claims of that peer, and data.
    pub async fn reply_of(&self, handoff: &Handoff) -> Result<Vec<Incoming>, Failure> {
        let Some(sha256) = &handoff.reply else { return Ok(Vec::new()) };
        let lines = self.object(sha256).await?;
        let lines = lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
        lines
            .map(|line| {
                protocol::decode_line(line, DEFAULT_LINE_LIMIT).map_err(|refused| refused.error.into())
            })
            .collect()
    }

    async fn hand(&self, key: &str, handoff: &HandOff) -> Result<Handoff, Failure> {
        let peers = self.peers().await?;
        let Some(peer) = peers.get(&handoff.peer) else {
            return Ok(handoff.stays("no such peer is configured"));
        };
        let trace: Vec<&str> = self.trace().into_iter().chain([self.agent_name()]).collect();
        if trace.contains(&peer.name.as_str()) {
            let reason = format!("not sent: the request has been through it: {}", trace.join(" -> "));
            return Ok(handoff.came_to(Ended::new(HandoffOutcome::Looped, Some(reason))));
        }
        let request = self.request_for(key, handoff, peer.request_type.as_deref(), trace);
        if request_bytes(&request) > DEFAULT_LINE_LIMIT {
            let reason =
                format!("not sent: it is longer than the {DEFAULT_LINE_LIMIT} bytes a message may have");
            return Ok(handoff.stays(&reason));
        }
        let link = match self.ground.peers.link(peer).await {
            Ok(link) => link,
            Err(reason) => {
                return Ok(handoff.came_to(Ended::new(HandoffOutcome::Unreachable, Some(reason))));
            }
        };
        let talk = Talk {
            link: link.as_ref(),
            peer: &peer.name,
            request: &request,
            deadline: self.time_for(peer.deadline),
            pace: Pace::default(),
            cancelled: self.cancelled(),
            tell: &|percent, note| self.tick(percent, note),
        };
        let (ended, lines) = talk.hold().await.map_err(|Cancelled| Failure::cancelled())?;
        let mut came = handoff.came_to(ended);
        if let Some(lines) = lines {
            came.reply = Some(self.put_object(lines).await?);
        }
        Ok(came)
    }

    /// What of a deadline lies before the session's own.
    fn time_for(&self, deadline: Duration) -> Duration {
        let left = self.ends_by().map(|by| by.saturating_duration_since(Instant::now()));
        left.map_or(deadline, |left| deadline.min(left))
    }

    fn request_for(
        &self,
        key: &str,
        handoff: &HandOff,
        request_type: Option<&str>,
        trace: Vec<&str>,
    ) -> Request {
        let id = format!("{}/{key}", self.id());
        let origin = self.request().meta();
        let mut meta = Meta::new().with_request_id(&id).with_trace(trace);
        let traceparent = outgoing(&TraceContext::for_session(origin, self.id()));
        meta.set("traceparent", traceparent);
        meta.set(
            "tracestate",
            origin.get("tracestate").filter(|it| it.is_string()).cloned().unwrap_or_default(),
        );
        meta.set("handoff_id", handoff.id.as_deref().unwrap_or(&id));
        meta.set("figures", json!(handoff.figures));
        let request_type = request_type.unwrap_or(&handoff.request_type);
        Request::new(self.agent_name(), request_type, handoff.payload.clone())
            .with_payload("idempotency_key", id)
            .with_meta(meta)
    }
}

fn request_bytes(request: &Request) -> usize {
    protocol::encode(&request.clone().into()).len()
}
