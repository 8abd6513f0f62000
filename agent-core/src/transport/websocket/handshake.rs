use bytes::Bytes;
use http::{Request, Response};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio_tungstenite::tungstenite::handshake::server::create_response_with_body;

use super::wire::Wire;

/// Answers a request for a WebSocket: the response that switches protocols, and the connection once it is sent.
///
/// No subprotocol and no extension is offered.
///
/// # Errors
/// What is missing or wrong in the request.
pub fn accept<B, A>(
    request: &mut Request<B>,
    body: impl FnOnce() -> A,
) -> Result<(Response<A>, OnUpgrade), String> {
    let response = create_response_with_body(request, body).map_err(|error| error.to_string())?;
    Ok((response, hyper::upgrade::on(request)))
}

/// The bare connection, and what was read ahead of it; nothing of the HTTP server is kept.
///
/// `None` when the connection is not a [`Wire`], which only another server than ours can cause.
#[must_use]
pub fn taken(upgraded: Upgraded) -> Option<(Wire, Bytes)> {
    let parts = upgraded.downcast::<TokioIo<Wire>>().ok()?;
    Some((parts.io.into_inner(), parts.read_buf))
}
