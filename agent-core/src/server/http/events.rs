use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::sse::{Event, KeepAlive};
use axum::response::{IntoResponse, Response, Sse};
use futures_util::stream::unfold;
use protocol::{ErrorCode, Outgoing, Verb, WireError};

use super::Problem;
use super::sessions::After;
use crate::server::{Caller, ServerState};
use crate::session::SessionHandle;
use crate::telemetry::Meter;

/// A comment is sent after so long a silence, so that what lies between does not take it for the end.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// One listener, who is heard for as long as the token is good.
struct Listener {
    handle: SessionHandle,
    caller: Caller,
    meter: Meter,
}

/// `GET /v1/sessions/{id}/events`: its messages after the last one seen, then the new ones as they come, to the
/// last of the session. Server-sent events; `id` is the sequence number, which ticks do not have.
pub(super) async fn events(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
    query: Result<Query<After>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (Path(id), Query(asked)) = (id?, query?);
    caller.allows(Verb::ResumeSession.name())?;
    let after = match last_event_id(&headers)? {
        Some(seen) => seen,
        None => asked.after.unwrap_or_default(),
    };
    let stands = caller.runtime().session_state(&id).await?;
    if stands.status.is_terminal() && after >= stands.last_seq {
        // Nothing will come: this status tells a browser not to ask again.
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let handle = caller.runtime().attach(&id, after).await?;
    let meter = state.meter();
    let listener = Listener { handle, caller, meter };
    let stream = unfold(Some(listener), |listener| async {
        let mut listener = listener?;
        // A session whose server stops says so itself.
        let message = tokio::select! {
            biased;
            _ = listener.caller.over() => None,
            message = listener.handle.next() => Some(message?),
        };
        let Some(message) = message else {
            let error = WireError::new(ErrorCode::Unauthorized, "the token was revoked or has expired");
            let refusal = listener.caller.runtime().refusal(error, None);
            return Some((Ok::<_, Infallible>(event(&refusal)), None));
        };
        listener.meter.message_sent();
        Some((Ok(event(&message)), Some(listener)))
    });
    let unbuffered = [(HeaderName::from_static("x-accel-buffering"), "no")];
    Ok((unbuffered, Sse::new(stream).keep_alive(KeepAlive::new().interval(KEEP_ALIVE))).into_response())
}

fn event(message: &Outgoing) -> Event {
    let name = match message {
        Outgoing::Status(status) => status.status().as_str().to_owned(),
        Outgoing::Response(response) => response.response_type().to_owned(),
        // A browser calls its own troubles `error`.
        Outgoing::Error(_) | Outgoing::Request(_) => "stopped".to_owned(),
    };
    // A name is one line; what an agent calls its statuses is its own affair.
    let name: String = name.chars().filter(|sign| !sign.is_control()).collect();
    let event = Event::default().event(name).data(protocol::encode(message));
    match message.meta().seq() {
        Some(seq) => event.id(seq.to_string()),
        None => event,
    }
}

/// Where a browser was when it lost the connection.
fn last_event_id(headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let Some(id) = headers.get("last-event-id") else { return Ok(None) };
    let number = id.to_str().ok().and_then(|id| id.parse().ok());
    number.map(Some).ok_or_else(|| {
        Problem::new(ErrorCode::InvalidRequest, "the header `Last-Event-ID` is not a sequence number")
            .with_hint("send the `id` of the last event, or leave it out")
    })
}
