use protocol::Request;
use tracing::{Span, info_span};

use super::TraceContext;

/// Serving one request; [`TraceContext::adopt`] it first, so that its trace is that of its session.
#[must_use]
pub fn request_span(request: &Request) -> Span {
    let trace = TraceContext::of(request.meta()).unwrap_or_else(TraceContext::fresh);
    // The type is the caller's text; only a name of the protocol's own shape is one to write down.
    let request_type = request.request_type();
    let request_type = if super::safe::is_name(request_type) { request_type } else { "(odd)" };
    let span = info_span!("request", trace_id = %trace.trace_id(), request_type);
    within(&span, &trace);
    span
}

/// Running one session, from where it is to its end.
#[must_use]
pub fn session_span(session_id: &str, trace: &TraceContext) -> Span {
    let asked_for = !Span::current().is_none();
    let span = info_span!("session", trace_id = %trace.trace_id(), session = session_id);
    // A session that is resumed without being asked for hangs on what asked for it once.
    if !asked_for {
        within(&span, trace);
    }
    span
}

/// Doing one step of a session.
#[must_use]
pub fn step_span(key: &str) -> Span {
    info_span!("step", step = key)
}

/// Calling one tool.
#[must_use]
pub fn tool_span(tool: &str) -> Span {
    info_span!("tool", tool)
}

/// What to write into `_meta.traceparent` of a message to another agent: the same trace, a span of our own.
#[must_use]
pub fn outgoing(trace: &TraceContext) -> String {
    #[cfg(feature = "otel")]
    if let Some(traceparent) = super::otel::here(&Span::current()) {
        return traceparent;
    }
    trace.child().traceparent()
}

#[cfg(feature = "otel")]
fn within(span: &Span, trace: &TraceContext) {
    super::otel::hang(span, trace);
}

#[cfg(not(feature = "otel"))]
fn within(_: &Span, _: &TraceContext) {}
