//! The asking side: many sockets, and when the first message of each answer came.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use super::servers::Server;

pub(super) type Socket = WebSocketStream<TcpStream>;

/// What a load led to.
pub(super) struct Load {
    pub(super) first: Quantiles,
    pub(super) messages: u64,
}

/// Durations, sorted.
pub(super) struct Quantiles(Vec<Duration>);

impl Quantiles {
    fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    fn at(&self, share: f64) -> f64 {
        let last = self.0.len().saturating_sub(1);
        let nth = (last as f64 * share).round() as usize;
        self.0.get(nth).map_or(f64::NAN, |time| time.as_secs_f64() * 1_000.0)
    }

    pub(super) fn ms(&self) -> String {
        format!("{:.1} / {:.1} ms", self.at(0.5), self.at(0.99))
    }
}

/// Opens one socket.
pub(super) async fn connect(server: &Server) -> Socket {
    let stream = TcpStream::connect(&server.address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let mut request = format!("ws://{}{}", server.address, server.path).into_client_request().unwrap();
    if let Some(token) = &server.token {
        request.headers_mut().insert("authorization", format!("Bearer {token}").parse().unwrap());
    }
    tokio_tungstenite::client_async(request, stream).await.unwrap().0
}

/// The light request: a question, named so that its answer can be told from another's.
pub(super) fn question(nth: u64) -> Message {
    let text = format!(
        r#"{{"requesting_agent":"orchestrator","request_type":"get_customer_context","payload":{{"query":"Customer context needed: account segments, product usage, health metrics, churn risks, growth opportunities, and success goals.","phases":[]}},"_meta":{{"request_id":"r-{nth}"}}}}"#
    );
    Message::text(text)
}

/// Whether this ends an answer. The head of a message tells; the whole is not read again.
fn ends(message: &Message) -> bool {
    let Message::Text(text) = message else { return false };
    let head = &text.as_bytes()[..text.len().min(96)];
    head.windows(20).any(|window| window == br#""status":"completed""#)
}

/// Asks once and waits for the end; when the first message came, and how many there were.
async fn ask(socket: &mut Socket, nth: u64) -> (Duration, u64) {
    let began = Instant::now();
    socket.send(question(nth)).await.unwrap();
    let mut first = None;
    let mut messages = 0;
    loop {
        let message = socket.next().await.unwrap().unwrap();
        if !message.is_text() {
            continue;
        }
        messages += 1;
        first.get_or_insert_with(|| began.elapsed());
        if ends(&message) {
            return (first.unwrap_or_default(), messages);
        }
    }
}

async fn sockets(server: &Server, count: usize) -> Vec<Socket> {
    let mut all = Vec::with_capacity(count);
    for _ in 0..count {
        all.push(connect(server).await);
    }
    all
}

/// All sockets ask at the same moment, `rounds` times.
pub(super) async fn bursts(server: &Server, count: usize, rounds: usize) -> Quantiles {
    let start = Arc::new(Barrier::new(count));
    let mut tasks = JoinSet::new();
    for (nth, mut socket) in sockets(server, count).await.into_iter().enumerate() {
        let start = Arc::clone(&start);
        tasks.spawn(async move {
            let mut times = Vec::with_capacity(rounds);
            for round in 0..rounds {
                start.wait().await;
                times.push(ask(&mut socket, (round * count + nth) as u64).await.0);
            }
            times
        });
    }
    Quantiles::of(tasks.join_all().await.into_iter().flatten().collect())
}

/// Every socket asks again as soon as it was answered.
pub(super) async fn closed(server: &Server, count: usize, lasts: Duration) -> Load {
    let begin = Arc::new(Barrier::new(count));
    let messages = Arc::new(AtomicU64::new(0));
    let mut tasks = JoinSet::new();
    for mut socket in sockets(server, count).await {
        let (begin, messages) = (Arc::clone(&begin), Arc::clone(&messages));
        tasks.spawn(async move {
            begin.wait().await;
            let began = Instant::now();
            let mut times = Vec::new();
            while began.elapsed() < lasts {
                let (first, heard) = ask(&mut socket, times.len() as u64).await;
                if began.elapsed() < lasts {
                    messages.fetch_add(heard, Ordering::Relaxed);
                }
                times.push(first);
            }
            times
        });
    }
    let first = Quantiles::of(tasks.join_all().await.into_iter().flatten().collect());
    Load { first, messages: messages.load(Ordering::Relaxed) }
}

/// Questions come at a steady rate, spread over the sockets, and are timed from when they were due.
pub(super) async fn offered(server: &Server, count: usize, rate: u32, lasts: Duration) -> Load {
    let apart = Duration::from_secs_f64(count as f64 / f64::from(rate));
    let mut tasks = JoinSet::new();
    let all = sockets(server, count).await;
    let start = tokio::time::Instant::now() + Duration::from_millis(200);
    for (nth, mut socket) in all.into_iter().enumerate() {
        tasks.spawn(async move {
            let (mut times, mut messages) = (Vec::new(), 0);
            let mut due = start + Duration::from_secs_f64(nth as f64 / f64::from(rate));
            while due < start + lasts {
                tokio::time::sleep_until(due).await;
                let late = due.elapsed();
                let (first, heard) = ask(&mut socket, times.len() as u64).await;
                times.push(late + first);
                messages += heard;
                due += apart;
            }
            (times, messages)
        });
    }
    let mut times = Vec::new();
    let mut messages = 0;
    for (some, heard) in tasks.join_all().await {
        times.extend(some);
        messages += heard;
    }
    Load { first: Quantiles::of(times), messages }
}
