use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use protocol::ErrorCode;
use serde_json::{Value, json};
use tokio::time::timeout;

use super::Problem;
use crate::server::{Caller, ServerState};
use crate::telemetry::Metrics;

/// A store that takes longer than this to answer is not ready.
const STORE_ANSWERS: Duration = Duration::from_secs(2);

/// `GET /healthz`: the process answers.
pub(super) async fn alive() -> Json<Value> {
    Json(json!({ "alive": true }))
}

/// `GET /readyz`: it takes new work, and its stores answer.
pub(super) async fn ready(State(state): State<Arc<ServerState>>) -> Result<Json<Value>, Problem> {
    if state.is_draining() {
        return Err(Problem::new(ErrorCode::ShuttingDown, "the server is draining"));
    }
    for runtime in state.runtimes() {
        let answered = timeout(STORE_ANSWERS, runtime.store_answers()).await;
        answered.map_err(|_| Problem::new(ErrorCode::StoreFailed, "a store does not answer"))??;
    }
    Ok(Json(json!({ "ready": true })))
}

/// `GET /metrics`: what was counted, for Prometheus.
///
/// The counts are those of the whole server, so the scope that allows it is one of its own.
pub(super) async fn metrics(
    State(state): State<Arc<ServerState>>,
    request: Request,
) -> Result<Response, Problem> {
    if !state.metrics_open() {
        let (mut parts, _) = request.into_parts();
        Caller::from_request_parts(&mut parts, &state).await?.allows("metrics")?;
    }
    Ok(([(CONTENT_TYPE, Metrics::CONTENT_TYPE)], state.metrics().text()).into_response())
}
