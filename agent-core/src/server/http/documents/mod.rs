//! What describes the doors to other programs: OpenAPI for HTTP, AsyncAPI for the WebSocket.
//!
//! The paths are written by hand; every shape is that of `protocol/schema/v1`.

mod asyncapi;
mod components;
mod openapi;

use axum::Json;
use serde_json::Value;

pub use asyncapi::asyncapi;
pub use openapi::openapi;

/// `GET /openapi.json`. It tells nothing of anybody's data, so it needs no token.
pub(super) async fn serve_openapi() -> Json<Value> {
    Json(openapi())
}

/// `GET /asyncapi.json`.
pub(super) async fn serve_asyncapi() -> Json<Value> {
    Json(asyncapi())
}
