use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpStream;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::options::Limits;
use super::state::Shared;
use crate::transport::websocket::Wire;

/// The room that one connection takes, as HTTP and as the WebSocket it may become.
pub(super) struct Room {
    pub(super) _permit: OwnedSemaphorePermit,
}

/// How HTTP is spoken on every connection.
pub(super) fn speaker(limits: &Limits) -> http1::Builder {
    let mut speaker = http1::Builder::new();
    speaker
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_timeout)
        .max_header_size(limits.head)
        // What is read and written ahead, and the least that is allowed.
        .max_buf_size(limits.head.max(16 << 10));
    speaker
}

/// Serves one connection until it ends or becomes a WebSocket, which goes on by itself.
pub(super) async fn serve(
    stream: TcpStream,
    permit: OwnedSemaphorePermit,
    tls: Option<TlsAcceptor>,
    speaker: http1::Builder,
    app: TowerToHyperService<Router>,
    state: Shared,
) {
    let _counted = state.counts().connection();
    // One that comes while the server drains asks how it stands, and is answered.
    let ending = if state.is_draining() { state.closing() } else { state.draining() };
    // Messages are written whole: nothing is gained by waiting for more.
    let _ = stream.set_nodelay(true);
    let Some(wire) = wire(stream, tls, &state, ending).await else { return };
    let room = Arc::new(Room { _permit: permit });
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(Arc::clone(&room));
        let response = app.call(request);
        async move { Ok::<_, Infallible>(response.await.unwrap_or_else(|never| match never {})) }
    });
    let mut connection =
        std::pin::pin!(speaker.serve_connection(TokioIo::new(wire), service).with_upgrades());
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = ending.cancelled() => {
            // What was asked is answered, nothing further is read.
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                ended = connection => ended,
                () = state.cut().cancelled() => return,
            }
        }
    };
    if let Err(error) = ended {
        tracing::debug!(cause = %error, "a connection ended with an error");
    }
}

async fn wire(
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    state: &Shared,
    ending: &CancellationToken,
) -> Option<Wire> {
    let Some(tls) = tls else { return Some(Wire::Plain(stream)) };
    let handshake = timeout(state.limits().head_timeout, tls.accept(stream));
    tokio::select! {
        shaken = handshake => Some(Wire::Tls(Box::new(shaken.ok()?.ok()?))),
        () = ending.cancelled() => None,
    }
}
