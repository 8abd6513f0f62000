//! From what came over HTTP to a request of the protocol.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::header::CONTENT_LENGTH;
use axum::http::{HeaderMap, StatusCode};
use protocol::{ErrorCode, Members, Request};
use serde_json::Value;
use tokio::time::timeout;

use super::Problem;
use crate::server::{Caller, ServerState};
use crate::telemetry::TraceContext;

/// Headers that belong to the trace, under the same names in `_meta`.
const TRACE: [&str; 2] = ["traceparent", "tracestate"];

/// The request in a body: an object with `request_type` and `payload`. Who asks is the token's name, where the
/// body does not say.
pub(super) async fn request(
    state: &ServerState,
    caller: &Caller,
    headers: &HeaderMap,
    body: Body,
) -> Result<Request, Problem> {
    let mut members = object(state, headers, body).await?;
    if !members.contains_key("requesting_agent") {
        members.insert("requesting_agent".to_owned(), caller.name().into());
    }
    let request = Request::read(members)?;
    Ok(traced(keyed(request, headers)?, headers))
}

/// The object in a body; an empty body is an empty object.
pub(super) async fn object(state: &ServerState, headers: &HeaderMap, body: Body) -> Result<Members, Problem> {
    let limit = state.limits().body;
    let promised = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if promised.is_some_and(|promised| promised > limit as u64) {
        return Err(too_long(limit));
    }
    let patience = state.limits().body_timeout;
    let arrived = timeout(patience, to_bytes(body, limit)).await.map_err(|_| too_slow(patience))?;
    let bytes = arrived.map_err(|error| {
        let over = std::error::Error::source(&error)
            .is_some_and(|source| source.is::<http_body_util::LengthLimitError>());
        if over { too_long(limit) } else { Problem::new(ErrorCode::InvalidJson, "the body broke off") }
    })?;
    if bytes.is_empty() {
        return Ok(Members::new());
    }
    Ok(protocol::codec::decode_object(&bytes)?)
}

fn too_slow(patience: Duration) -> Problem {
    let message = format!("the body did not arrive within {} s", patience.as_secs());
    Problem::new(ErrorCode::DeadlinePassed, message)
        .with_status(StatusCode::REQUEST_TIMEOUT)
        .with_hint("send the whole body at once")
}

fn too_long(limit: usize) -> Problem {
    Problem::new(ErrorCode::LineTooLong, format!("the body is longer than {limit} bytes"))
}

/// The header `Idempotency-Key` is `payload.idempotency_key`.
fn keyed(request: Request, headers: &HeaderMap) -> Result<Request, Problem> {
    let Some(key) = headers.get("idempotency-key") else { return Ok(request) };
    let invalid = |message: &str| Problem::new(ErrorCode::InvalidRequest, message);
    let key = key.to_str().map_err(|_| invalid("the header `Idempotency-Key` is not plain text"))?;
    // The draft standard has it in quotes, most clients do not.
    let key = key.strip_prefix('"').and_then(|key| key.strip_suffix('"')).unwrap_or(key);
    if key.is_empty() {
        return Err(invalid("the header `Idempotency-Key` is empty"));
    }
    match request.idempotency_key()? {
        Some(there) if there != key => {
            Err(invalid("the header `Idempotency-Key` and `payload.idempotency_key` differ"))
        }
        Some(_) => Ok(request),
        None => Ok(request.with_payload("idempotency_key", key)),
    }
}

/// The trace of the HTTP request, unless the message names one itself.
fn traced(mut request: Request, headers: &HeaderMap) -> Request {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if TraceContext::of(request.meta()).is_none() && header(TRACE[0]).and_then(TraceContext::parse).is_some()
    {
        for name in TRACE {
            request.meta_mut().set(name, header(name).map_or(Value::Null, Value::from));
        }
    }
    TraceContext::adopt(&mut request);
    request
}

/// A verb as the caller asks it.
pub(super) fn verb(caller: &Caller, headers: &HeaderMap, name: &str, payload: Members) -> Request {
    traced(Request::new(caller.name(), name, payload), headers)
}
