use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, post};
use protocol::ErrorCode;
use tokio::time::timeout;

use super::{Problem, approvals, ask, deliverables, documents, events, health, sessions};
use crate::server::ServerState;

/// One route: the table below is all there is, and the OpenAPI document says the same.
struct Route {
    method: Method,
    path: &'static str,
    serve: MethodRouter<Arc<ServerState>>,
}

fn table() -> Vec<Route> {
    let route = |method, path, serve| Route { method, path, serve };
    let (read, act) = (Method::GET, Method::POST);
    vec![
        route(act.clone(), "/v1/sessions", post(sessions::open)),
        route(read.clone(), "/v1/sessions", get(sessions::list)),
        route(read.clone(), "/v1/sessions/{id}", get(sessions::show)),
        route(read.clone(), "/v1/sessions/{id}/messages", get(sessions::messages)),
        route(read.clone(), "/v1/sessions/{id}/events", get(events::events)),
        route(act.clone(), "/v1/sessions/{id}/cancel", post(sessions::cancel)),
        route(read.clone(), "/v1/sessions/{id}/deliverables", get(deliverables::list)),
        route(read.clone(), "/v1/deliverables/{*path}", get(deliverables::file)),
        route(read.clone(), "/v1/approvals", get(approvals::list)),
        route(act.clone(), "/v1/approvals/{id}", post(approvals::answer)),
        route(act, "/v1/ask", post(ask::ask)),
        route(read.clone(), "/healthz", get(health::alive)),
        route(read.clone(), "/readyz", get(health::ready)),
        route(read.clone(), "/metrics", get(health::metrics)),
        route(read.clone(), "/openapi.json", get(documents::serve_openapi)),
        route(read, "/asyncapi.json", get(documents::serve_asyncapi)),
    ]
}

/// Every route there is, as method and path; `{*path}` stands for a path of several names.
#[must_use]
pub fn routes() -> Vec<(Method, &'static str)> {
    table().into_iter().map(|route| (route.method, route.path)).collect()
}

/// Plain HTTP over `state`. The WebSocket's own route is not among it.
pub fn router(state: Arc<ServerState>) -> Router {
    table()
        .into_iter()
        .fold(Router::new(), |router, route| router.route(route.path, route.serve))
        .fallback(nothing_here)
        .method_not_allowed_fallback(not_that_way)
        .layer(from_fn_with_state(Arc::clone(&state), around))
        .with_state(state)
}

/// What holds for every route: an answer in time, counted, that is neither guessed at nor kept.
async fn around(State(state): State<Arc<ServerState>>, request: Request, next: Next) -> Response {
    let limit = state.limits().request_timeout;
    let mut response = timeout(limit, next.run(request)).await.unwrap_or_else(|_| {
        let message = format!("no answer was ready within {} s", limit.as_secs());
        Problem::new(ErrorCode::Overloaded, message)
            .with_status(StatusCode::SERVICE_UNAVAILABLE)
            .into_response()
    });
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    state.meter().response(response.status().as_u16());
    response
}

async fn nothing_here(method: Method, uri: Uri) -> Problem {
    let message = format!("nothing is served at `{method} {}`", uri.path());
    Problem::new(ErrorCode::UnknownRequestType, message).with_hint("see `/openapi.json` for what is")
}

async fn not_that_way(method: Method, uri: Uri) -> Problem {
    let message = format!("`{}` does not take `{method}`", uri.path());
    Problem::new(ErrorCode::UnknownRequestType, message)
        .with_status(StatusCode::METHOD_NOT_ALLOWED)
        .with_hint("see the header `Allow`, or `/openapi.json`")
}
