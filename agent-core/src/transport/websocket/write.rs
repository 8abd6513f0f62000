use bytes::Bytes;
use futures_util::SinkExt;
use futures_util::stream::SplitSink;
use tokio::sync::mpsc;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::{Error, Message};

use super::close::Close;
use super::flow::Flow;
use super::handler::{Said, Voice};
use super::limits::Limits;
use super::wire::Wire;

/// Longer messages are written as several frames, so that no socket keeps a large buffer.
const WRITTEN_AT_ONCE: usize = 64 << 10;

pub(super) type Sink = SplitSink<WebSocketStream<Wire>, Message>;

/// Why nothing more is written.
enum Stopped {
    /// The other end is gone, or closed the socket.
    Gone,
    /// The other end did not make room in time.
    TooSlow,
}

/// Writes what comes by the queue, and pings, until nothing more can come or the other end does not take it.
///
/// `Some`: what the socket is to be closed with. `None`: the other end is gone.
pub(super) async fn write<V: Voice>(
    sink: &mut Sink,
    mut outgoing: mpsc::Receiver<V::Out>,
    voice: &mut V,
    flow: &Flow,
    limits: &Limits,
) -> Option<Close> {
    let mut pings = interval_at(Instant::now() + limits.ping_every, limits.ping_every);
    pings.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut missed = 0;
    loop {
        let written = tokio::select! {
            out = outgoing.recv() => {
                let Some(out) = out else {
                    return Some(Close::new(Close::GOING_AWAY, "the server stops; connect again and resume"));
                };
                let _blocked = flow.block();
                let mut written = say(sink, voice, out, limits).await;
                while written.is_ok()
                    && let Ok(out) = outgoing.try_recv()
                {
                    written = say(sink, voice, out, limits).await;
                }
                match written {
                    Ok(()) => in_time(sink.flush(), limits).await,
                    stopped => stopped,
                }
            }
            _ = pings.tick() => {
                missed = if flow.was_heard() { 0 } else { missed + 1 };
                if missed >= limits.pings_missed {
                    let reason = format!("no answer to {} pings", limits.pings_missed);
                    return Some(Close::new(Close::NO_ANSWER, reason));
                }
                let _blocked = flow.block();
                in_time(sink.send(Message::Ping(Bytes::new())), limits).await
            }
        };
        match written {
            Ok(()) => {}
            Err(Stopped::Gone) => return None,
            Err(Stopped::TooSlow) => return Some(Close::new(Close::TOO_SLOW, voice.too_slow())),
        }
    }
}

/// Hands one message on, in one frame or in several. It may still wait to go out.
async fn say<V: Voice>(sink: &mut Sink, voice: &mut V, out: V::Out, limits: &Limits) -> Result<(), Stopped> {
    match voice.say(&out) {
        Said::Text(text) if text.len() <= WRITTEN_AT_ONCE => {
            in_time(sink.feed(Message::Text(text)), limits).await?;
        }
        Said::Text(text) => in_frames(sink, Data::Text, text.into(), limits).await?,
        Said::Binary(bytes) => in_frames(sink, Data::Binary, bytes, limits).await?,
    }
    voice.said(out);
    Ok(())
}

async fn in_frames(sink: &mut Sink, kind: Data, mut rest: Bytes, limits: &Limits) -> Result<(), Stopped> {
    let mut kind = kind;
    loop {
        let part = rest.split_to(rest.len().min(WRITTEN_AT_ONCE));
        let last = rest.is_empty();
        let frame = Frame::message(part, OpCode::Data(kind), last);
        in_time(sink.feed(Message::Frame(frame)), limits).await?;
        if last {
            return Ok(());
        }
        kind = Data::Continue;
    }
}

async fn in_time(writing: impl Future<Output = Result<(), Error>>, limits: &Limits) -> Result<(), Stopped> {
    match timeout(limits.write_deadline, writing).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(Stopped::Gone),
        Err(_) => Err(Stopped::TooSlow),
    }
}
