use bytes::Bytes;
use futures_util::stream::SplitStream;
use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role;
use tokio_util::sync::CancellationToken;

use super::close::Close;
use super::flow::Flow;
use super::handler::{Handler, Voice};
use super::limits::Limits;
use super::read::read;
use super::wire::Wire;
use super::write::{Sink, write};

/// Bytes that are read past, at most, so that the other end sees why it is closed instead of a reset.
const READ_PAST: usize = 16 << 20;

/// Which side had enough.
enum Ended {
    /// The socket is to be closed with this; `None`: the other end closed it or is gone.
    With(Option<Close>),
    /// The server stops.
    Stopping,
}

/// Carries messages between a socket whose handshake is done and `handler`, until one side has enough.
///
/// `ahead` was read from the connection already; what is to be written comes by `outgoing`.
/// When `stop` fires nothing more is read, what was taken is finished and written, and the socket is closed
/// with 1001. Returns the code we closed it with; `None` when the other end did.
pub async fn run<H: Handler, V: Voice>(
    (wire, ahead): (Wire, Bytes),
    handler: H,
    mut voice: V,
    outgoing: mpsc::Receiver<V::Out>,
    limits: &Limits,
    stop: &CancellationToken,
) -> Option<u16> {
    let config = Some(limits.config());
    let socket = if ahead.is_empty() {
        WebSocketStream::from_raw_socket(wire, Role::Server, config).await
    } else {
        WebSocketStream::from_partially_read(wire, ahead.into(), Role::Server, config).await
    };
    let (mut sink, mut stream) = socket.split();
    let flow = Flow::new();
    let close = {
        let mut writing = std::pin::pin!(write(&mut sink, outgoing, &mut voice, &flow, limits));
        let ended = tokio::select! {
            close = writing.as_mut() => Ended::With(close),
            close = read(&mut stream, &handler, &flow, limits) => Ended::With(close),
            close = handler.over() => Ended::With(Some(close)),
            () = stop.cancelled() => Ended::Stopping,
        };
        match ended {
            Ended::With(close) => close,
            Ended::Stopping => tokio::join!(writing, handler.finish()).0,
        }
    };
    let code = close.as_ref().map(|close| close.code);
    // However it ends, the other end is waited for no longer than this, twice.
    let _ = timeout(limits.close_grace, part(&mut sink, &mut stream, close)).await;
    if let Ok(socket) = sink.reunite(stream) {
        let _ = timeout(limits.close_grace, hang_up(socket.into_inner())).await;
    }
    code
}

/// Says why, and reads on until the other end has said that it heard.
async fn part(sink: &mut Sink, stream: &mut SplitStream<WebSocketStream<Wire>>, close: Option<Close>) {
    if let Some(close) = close {
        // What cannot be said is not waited for: the other end is gone.
        if sink.send(Message::Close(Some(close.frame()))).await.is_err() {
            return;
        }
    }
    while let Some(Ok(_)) = stream.next().await {}
}

/// Ends our side, and reads past what the other end has sent meanwhile.
async fn hang_up(mut wire: Wire) {
    if wire.shutdown().await.is_err() {
        return;
    }
    let mut past = [0; 1024];
    let mut left = READ_PAST;
    while let Ok(read @ 1..) = wire.read(&mut past).await {
        left = left.saturating_sub(read);
        if left == 0 {
            return;
        }
    }
}
