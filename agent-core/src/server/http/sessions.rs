use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use protocol::reply::payload_of;
use protocol::{ErrorCode, Members, Verb, payload};
use serde::Deserialize;
use serde_json::Value;

use super::{Problem, ask, request};
use crate::server::{Caller, ServerState};

/// Messages in one answer.
const MESSAGES: usize = 1_000;

/// `POST /v1/sessions`: opens a session, and answers once it is durable.
pub(super) async fn open(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let request = request::request(&state, &caller, &headers, body).await?;
    let (asked, own) = (request.request_type(), caller.runtime().request_type());
    if asked != own {
        let message = format!("`{asked}` opens no session");
        let hint = format!("`{own}` does; ask others with `POST /v1/ask`");
        return Err(Problem::new(ErrorCode::UnknownRequestType, message).with_hint(hint));
    }
    caller.admits(&request)?;
    let _room = caller.begin(&request)?;
    let session = caller.runtime().begin(request).await?;
    let location = format!("/v1/sessions/{}", session.session_id);
    Ok((StatusCode::ACCEPTED, [(LOCATION, location)], Json(payload_of(&session))).into_response())
}

/// What `GET /v1/sessions` takes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Listed {
    limit: Option<u64>,
}

/// `GET /v1/sessions`: newest first.
pub(super) async fn list(
    caller: Caller,
    headers: HeaderMap,
    query: Result<Query<Listed>, QueryRejection>,
) -> Result<Json<Members>, Problem> {
    let Query(Listed { limit }) = query?;
    let mut asked = payload::ListSessions::default();
    asked.limit = limit;
    let request = request::verb(&caller, &headers, Verb::ListSessions.name(), payload_of(&asked));
    Ok(Json(ask::payload(&caller, request).await?))
}

/// `GET /v1/sessions/{id}`: how it stands, its newest message, and its last once it has ended.
pub(super) async fn show(
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<Members>, Problem> {
    let Path(id) = id?;
    caller.allows(Verb::ListSessions.name())?;
    let state = caller.runtime().session_state(&id).await?;
    let mut shown = Members::new();
    let ended = state.status.is_terminal();
    let newest = caller.runtime().messages(&id, state.last_seq.saturating_sub(1), 1).await?.pop();
    shown.insert("session".to_owned(), payload_of(&state).into());
    if let Some(newest) = newest {
        let newest: Value = serde_json::from_str(&newest)
            .map_err(|_| Problem::new(ErrorCode::StoreFailed, "a stored message cannot be read"))?;
        if ended {
            shown.insert("delivery".to_owned(), newest.clone());
        }
        shown.insert("newest".to_owned(), newest);
    }
    Ok(Json(shown))
}

/// What `GET /v1/sessions/{id}/messages` takes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct After {
    pub(super) after: Option<u64>,
}

/// `GET /v1/sessions/{id}/messages`: the journaled messages there are by now, as they were sent.
pub(super) async fn messages(
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
    query: Result<Query<After>, QueryRejection>,
) -> Result<Response, Problem> {
    let (Path(id), Query(After { after })) = (id?, query?);
    caller.allows(Verb::ListSessions.name())?;
    let messages = caller.runtime().messages(&id, after.unwrap_or_default(), MESSAGES).await?;
    // They are kept as the text they were sent as.
    let array = format!("[{}]", messages.join(","));
    Ok(([(CONTENT_TYPE, "application/json")], array).into_response())
}

/// `POST /v1/sessions/{id}/cancel`: ends it, and answers with how it stands then.
pub(super) async fn cancel(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Members>, Problem> {
    let Path(id) = id?;
    let mut payload = request::object(&state, &headers, body).await?;
    payload.insert("session_id".to_owned(), id.into());
    let request = request::verb(&caller, &headers, Verb::CancelSession.name(), payload);
    Ok(Json(ask::payload(&caller, request).await?))
}
