use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use protocol::{Members, Verb};
use serde::Deserialize;

use super::{Problem, ask, request};
use crate::server::{Caller, ServerState};

/// What `GET /v1/approvals` takes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wanted {
    state: Option<String>,
    limit: Option<u64>,
}

/// `GET /v1/approvals`: what people are asked to decide, and what they decided.
pub(super) async fn list(
    caller: Caller,
    headers: HeaderMap,
    query: Result<Query<Wanted>, QueryRejection>,
) -> Result<Json<Members>, Problem> {
    let Query(Wanted { state, limit }) = query?;
    let mut payload = Members::new();
    payload.extend(state.map(|state| ("state".to_owned(), state.into())));
    payload.extend(limit.map(|limit| ("limit".to_owned(), limit.into())));
    let request = request::verb(&caller, &headers, Verb::ListApprovals.name(), payload);
    Ok(Json(ask::payload(&caller, request).await?))
}

/// `POST /v1/approvals/{id}`: decides one. Who decided is the token's name, where the body does not say.
pub(super) async fn answer(
    State(state): State<Arc<ServerState>>,
    caller: Caller,
    id: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Members>, Problem> {
    let Path(id) = id?;
    let mut payload = request::object(&state, &headers, body).await?;
    payload.insert("approval_id".to_owned(), id.into());
    let request = request::verb(&caller, &headers, Verb::AnswerApproval.name(), payload);
    Ok(Json(ask::payload(&caller, request).await?))
}
