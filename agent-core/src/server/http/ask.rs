use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use protocol::{ErrorCode, Members, Outgoing, Request, Verb};
use serde_json::Value;

use super::{Problem, request};
use crate::server::{Caller, ServerState};

/// Verbs that need a connection: what they lead to is more than one reply.
const ON_A_CONNECTION: [Verb; 2] = [Verb::ResumeSession, Verb::OfferContext];

/// `POST /v1/ask`: one request, one response.
pub(super) async fn ask(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Value>, Problem> {
    let request = request::request(&state, &caller, &headers, body).await?;
    let name = request.request_type();
    if name == caller.runtime().request_type() {
        return Err(elsewhere(name, "open a session with `POST /v1/sessions`; `\"phases\": []` only asks"));
    }
    if Verb::named(name).is_some_and(|verb| ON_A_CONNECTION.contains(&verb)) {
        return Err(elsewhere(name, "read `GET /v1/sessions/{id}/events`, or connect to `/v1/ws`"));
    }
    caller.admits(&request)?;
    let response = reply(&caller, request).await?;
    Ok(Json(Value::Object(response.into_members())))
}

fn elsewhere(name: &str, hint: &str) -> Problem {
    let message = format!("`{name}` is not answered by one response");
    Problem::new(ErrorCode::InvalidRequest, message).with_hint(hint)
}

/// The payload of the one response to a verb.
pub(super) async fn payload(caller: &Caller, request: Request) -> Result<Members, Problem> {
    caller.admits(&request)?;
    match reply(caller, request).await? {
        Outgoing::Response(response) => Ok(response.payload().cloned().unwrap_or_default()),
        _ => Err(Problem::new(ErrorCode::Internal, "the reply is not a response")),
    }
}

/// The one reply to a request; a refusal is a problem.
async fn reply(caller: &Caller, request: Request) -> Result<Outgoing, Problem> {
    match caller.runtime().ask(request).await? {
        Outgoing::Error(message) => Err(message
            .error()
            .map_or_else(|| Problem::new(ErrorCode::Internal, "the refusal cannot be read"), Problem::from)),
        message => Ok(message),
    }
}
