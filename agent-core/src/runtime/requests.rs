use protocol::verb::Served;
use protocol::{
    ContextResponse, ErrorCode, ErrorMessage, Incoming, Meta, Outgoing, Request, RequestType, Verb, WireError,
};
use tokio::sync::mpsc;
use tracing::Instrument;

use std::sync::Arc;

use super::host::{Inner, Runtime};
use crate::agent::{Answer, Failure};
use crate::session::SessionHandle;
use crate::telemetry::{TraceContext, request_span};

/// Where the messages of one request go. An error says that nobody takes them any more.
pub(super) type Out = mpsc::Sender<Outgoing>;

impl Runtime {
    /// Serves one message, and returns when everything it led to was sent to `out`.
    ///
    /// A request that opens a session returns when the session has ended, or when nobody takes its
    /// messages any more; the session itself goes on.
    pub async fn accept(&self, message: Incoming, out: &mpsc::Sender<Outgoing>) {
        match message {
            Incoming::Request(mut request) => {
                TraceContext::adopt(&mut request);
                let span = request_span(&request);
                self.inner.serve(&request, out).instrument(span).await;
            }
            // Answering these could go back and forth forever.
            Incoming::Response(_) | Incoming::Status(_) | Incoming::Error(_) => {
                tracing::debug!("a message that asks nothing was let go");
            }
        }
    }

    /// The one reply to a line that could not be read, or to a request that could not be taken.
    #[must_use]
    pub fn refusal(&self, error: WireError, request_id: Option<&str>) -> Outgoing {
        self.inner.refusal(error, request_id)
    }
}

impl Inner {
    async fn serve(self: &Arc<Self>, request: &Request, out: &Out) {
        self.count(request);
        if let Err(failure) = self.dispatch(request, out).await {
            let refusal = self.refusal(failure.into_error(), request.meta().request_id());
            let _ = out.send(refusal).await;
        }
    }

    /// Counts a request, under its own name only when it is one of those served.
    pub(super) fn count(&self, request: &Request) {
        let name = request.request_type();
        let known = name == self.agent.request_type()
            || self.agent.reads().contains(&name)
            || Verb::named(name).is_some();
        self.ground.meter.request(name, known);
    }

    /// One place decides who serves a request type.
    async fn dispatch(self: &Arc<Self>, request: &Request, out: &Out) -> Result<(), Failure> {
        self.refuse_loop(request)?;
        let kind = request.kind();
        let name = request.request_type();
        if name == self.agent.request_type() {
            let handle = self.open(request).await?;
            forward(handle, out).await;
            return Ok(());
        }
        if self.agent.reads().contains(&name) {
            let answer = self.agent.read(request, &self.ask()).await?;
            let response_type = kind.answer().unwrap_or(name).to_owned();
            let _ = out.send(self.answered(request, &response_type, answer)).await;
            return Ok(());
        }
        match kind {
            RequestType::Verb(verb) if verb.served() == Served::Runtime => {
                self.serve_verb(verb, request, out).await
            }
            RequestType::Context(_) => self.published(request, out).await,
            RequestType::Verb(_) | RequestType::Other(_) => Err(self.not_served(name)),
            _ => Err(self.not_served(name)),
        }
    }

    /// What agents published under the request's type.
    async fn published(&self, request: &Request, out: &Out) -> Result<(), Failure> {
        let name = request.request_type();
        let Some(found) = self.found(request).await? else {
            let there = self.ground.context.types().await?;
            let message = format!("nobody published `{name}`");
            let error = WireError::new(ErrorCode::ContextUnknown, message)
                .with_hint(format!("{}; publish with `publish_context`", listed("published are", &there)))
                .with_detail("published", there);
            return Err(error.into());
        };
        self.reply_published(request, found, out).await;
        Ok(())
    }

    /// A response, to whatever request.
    pub(super) fn response(&self, response_type: &str, answer: Answer) -> ContextResponse {
        let Answer { payload, meta, response_type: own } = answer;
        let response_type = own.as_deref().unwrap_or(response_type);
        ContextResponse::new(&self.name, response_type, payload).with_meta(meta)
    }

    /// A response to `request`.
    pub(super) fn answered(&self, request: &Request, response_type: &str, answer: Answer) -> Outgoing {
        let mut response = self.response(response_type, answer);
        if let Some(id) = request.meta().request_id() {
            response.meta_mut().set("in_reply_to", id);
        }
        response.into()
    }

    pub(super) fn refusal(&self, error: WireError, request_id: Option<&str>) -> Outgoing {
        let message = ErrorMessage::new(&self.name, error);
        match request_id {
            Some(id) => message.with_meta(Meta::new().with_in_reply_to(id)).into(),
            None => message.into(),
        }
    }

    /// The request types this agent serves, its own first.
    pub(super) fn served(&self) -> Vec<String> {
        let own = std::iter::once(self.agent.request_type()).chain(self.agent.reads().iter().copied());
        let verbs = Verb::ALL.iter().filter(|verb| verb.served() == Served::Runtime).map(|verb| verb.name());
        own.chain(verbs).map(str::to_owned).collect()
    }

    fn not_served(&self, name: &str) -> Failure {
        let served = self.served();
        let error = WireError::new(ErrorCode::UnknownRequestType, format!("`{name}` is not served"))
            .with_hint(listed("served are", &served))
            .with_detail("served", served);
        error.into()
    }

    /// A request that has been through this agent would come back again and again.
    pub(super) fn refuse_loop(&self, request: &Request) -> Result<(), Failure> {
        let trace = request.meta().trace();
        if trace.contains(&self.name.as_str()) {
            let message = format!("the request has been through `{}`: {}", self.name, trace.join(" -> "));
            return Err(Failure::new(ErrorCode::RequestLoop, message));
        }
        Ok(())
    }
}

/// Sends what a session says until it ends or nobody listens.
pub(super) async fn forward(mut handle: SessionHandle, out: &Out) {
    loop {
        let message = tokio::select! {
            () = out.closed() => return,
            message = handle.next() => message,
        };
        let Some(message) = message else { return };
        if out.send(message).await.is_err() {
            return;
        }
    }
}

fn listed(what: &str, names: &[String]) -> String {
    match names {
        [] => format!("{what} none"),
        names => {
            let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
            format!("{what} {}", names.join(", "))
        }
    }
}
