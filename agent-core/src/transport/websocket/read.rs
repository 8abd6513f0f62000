use futures_util::StreamExt;
use futures_util::stream::SplitStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

use super::close::Close;
use super::flow::{Bucket, Flow};
use super::handler::{Handler, Said};
use super::limits::Limits;
use super::wire::Wire;

/// Reads until the socket is to be closed; `None` when the other end closed it or is gone.
///
/// While what was written waits to go out, nothing is read.
pub(super) async fn read<H: Handler>(
    stream: &mut SplitStream<WebSocketStream<Wire>>,
    handler: &H,
    flow: &Flow,
    limits: &Limits,
) -> Option<Close> {
    let mut control = Bucket::new(limits.control_per_second, limits.control_burst);
    loop {
        flow.free().await;
        let said = match stream.next().await? {
            Ok(Message::Text(text)) => Said::Text(text),
            Ok(Message::Binary(bytes)) => Said::Binary(bytes),
            Ok(Message::Ping(_) | Message::Pong(_)) if control.take() => {
                flow.hear();
                continue;
            }
            Ok(Message::Ping(_) | Message::Pong(_)) => {
                return Some(Close::new(Close::POLICY, "too many pings"));
            }
            // The answer to a close goes out with the next look at the stream, which then ends.
            Ok(Message::Close(_) | Message::Frame(_)) => continue,
            Err(error) => return Close::of(&error),
        };
        flow.hear();
        if let Err(close) = handler.take(said).await {
            return Some(close);
        }
    }
}
