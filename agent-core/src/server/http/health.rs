use std::sync::Arc;

use axum::Json;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use protocol::ErrorCode;
use serde_json::{Value, json};

use super::Problem;
use crate::runtime::Sizes;
use crate::server::{Caller, ServerState};
use crate::telemetry::Metrics;

/// `GET /healthz`: the process answers.
pub(super) async fn alive() -> Json<Value> {
    Json(json!({ "alive": true }))
}

/// `GET /readyz`: it takes new work, its folders are the ones that were opened, and they can be written.
pub(super) async fn ready(State(state): State<Arc<ServerState>>) -> Result<Json<Value>, Problem> {
    if state.is_draining() {
        return Err(Problem::new(ErrorCode::ShuttingDown, "the server is draining"));
    }
    for runtime in state.runtimes() {
        runtime.ready().await?;
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
    let mut sizes = [("database", 0), ("log", 0), ("objects", 0)];
    for runtime in state.runtimes() {
        let Sizes { database, log, objects, .. } = runtime.sizes().await;
        for ((_, all), more) in sizes.iter_mut().zip([database, log, objects]) {
            *all += more;
        }
    }
    for (part, bytes) in sizes {
        state.meter().store_bytes(part, bytes);
    }
    Ok(([(CONTENT_TYPE, Metrics::CONTENT_TYPE)], state.metrics().text()).into_response())
}
