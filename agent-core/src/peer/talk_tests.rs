//! Retries, deadlines and endings, over a link that does as it is told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use protocol::{Members, Refused};
use serde_json::{Value, json};

use super::*;

/// What happens on one connection, in order. After the last of it the peer is silent.
enum Turn {
    Says(Value),
    Breaks,
}

enum Connection {
    Refused(bool),
    Hangs,
    Open(Vec<Turn>),
}

/// Connects as scripted, then refuses; keeps what was sent over it.
#[derive(Clone)]
struct Scripted {
    connections: Arc<Mutex<VecDeque<Connection>>>,
    sent: Arc<Mutex<Vec<Value>>>,
    connects: Arc<Mutex<usize>>,
}

struct ScriptedWire {
    turns: VecDeque<Turn>,
    sent: Arc<Mutex<Vec<Value>>>,
}

#[async_trait]
impl Link for Scripted {
    async fn connect(&self) -> Result<Box<dyn Wire>, LinkError> {
        *self.connects.lock().unwrap() += 1;
        let next = self.connections.lock().unwrap().pop_front();
        match next {
            None => Err(LinkError::passing("refused")),
            Some(Connection::Refused(again)) => Err(LinkError { reason: "refused".to_owned(), again }),
            Some(Connection::Hangs) => std::future::pending().await,
            Some(Connection::Open(turns)) => {
                Ok(Box::new(ScriptedWire { turns: turns.into(), sent: Arc::clone(&self.sent) }))
            }
        }
    }
}

#[async_trait]
impl Wire for ScriptedWire {
    async fn send(&mut self, message: &Outgoing) -> Result<(), LinkError> {
        self.sent.lock().unwrap().push(Value::Object(message.clone().into_members()));
        Ok(())
    }

    async fn next(&mut self) -> Result<Result<Incoming, Refused>, LinkError> {
        match self.turns.pop_front() {
            Some(Turn::Says(Value::Object(members))) => Ok(Incoming::read(members)),
            Some(Turn::Says(_)) => Ok(Err(WireError::new(ErrorCode::NotAnObject, "no object").into())),
            Some(Turn::Breaks) => Err(LinkError::passing("broken")),
            None => std::future::pending().await,
        }
    }

    async fn close(&mut self, _: Duration) {}
}

struct Held {
    ended: Ended,
    kept: Vec<Value>,
    told: Vec<String>,
    sent: Vec<Value>,
    /// How often the peer was tried.
    tries: usize,
}

/// Longer than any test takes, and shorter.
const LONG: Duration = Duration::from_secs(600);
const SHORT: Duration = Duration::from_millis(300);
/// Pauses that a test can wait for.
const QUICK: Pace = Pace {
    first_pause: Duration::from_millis(1),
    longest_pause: Duration::from_millis(8),
    connect: Duration::from_millis(100),
};

async fn hold(connections: Vec<Connection>, deadline: Duration) -> Held {
    let link = Scripted {
        connections: Arc::new(Mutex::new(connections.into())),
        sent: Arc::default(),
        connects: Arc::default(),
    };
    let meta = Meta::new().with_request_id("s/k");
    let request = Request::new("librarian", "get_shelf_context", Members::new())
        .with_payload("idempotency_key", "s/k")
        .with_meta(meta);
    let told = Mutex::new(Vec::new());
    let cancelled = CancellationToken::new();
    let talk = Talk {
        link: &link,
        peer: "binder",
        request: &request,
        deadline,
        pace: QUICK,
        cancelled: &cancelled,
        tell: &|percent, line| told.lock().unwrap().push(format!("{percent} {line}")),
    };
    let (ended, lines) = talk.hold().await.unwrap();
    let lines = String::from_utf8(lines.unwrap_or_default()).unwrap();
    Held {
        ended,
        kept: lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect(),
        told: told.into_inner().unwrap(),
        sent: link.sent.lock().unwrap().clone(),
        tries: *link.connects.lock().unwrap(),
    }
}

fn says(message: Value) -> Turn {
    Turn::Says(message)
}

fn status(status: &str, seq: u64) -> Value {
    json!({"agent": "anybody", "status": status, "_meta": {"session_id": "t", "seq": seq}})
}

fn done() -> Value {
    status("completed", 9)
}

#[tokio::test]
async fn an_absent_peer_is_tried_with_growing_pauses_and_then_given_up() {
    let held = hold(Vec::new(), LONG).await;
    assert_eq!(held.ended, Ended::new(HandoffOutcome::Unreachable, Some("refused".to_owned())));
    assert_eq!(held.tries, 5);
    let pauses: Vec<u128> = Pace::default().pauses().take(7).map(|pause| pause.as_millis()).collect();
    assert_eq!(pauses, [200, 400, 800, 1600, 3200, 5000, 5000]);
    assert!(held.sent.is_empty());
}

#[tokio::test]
async fn what_cannot_get_better_is_not_tried_again() {
    let held = hold(vec![Connection::Refused(false)], LONG).await;
    assert_eq!(held.ended.outcome, HandoffOutcome::Unreachable);
    assert_eq!(held.tries, 1);
}

#[tokio::test]
async fn a_peer_that_hangs_is_given_up_at_the_deadline_and_no_later() {
    let never_there = (0..99).map(|_| Connection::Hangs).collect();
    let silent = vec![Connection::Open(vec![says(status("thinking", 1))])];
    for (connections, outcome, reason) in [
        (
            never_there,
            HandoffOutcome::Unreachable,
            "it could not be reached within 0.3 s; before that, no connection in time",
        ),
        (silent, HandoffOutcome::NoFinalReply, "no final reply within 0.3 s; the last it said was: thinking"),
    ] {
        let held = hold(connections, SHORT).await;
        assert_eq!(held.ended, Ended::new(outcome, Some(reason.to_owned())));
    }
}

#[tokio::test]
async fn a_lost_connection_is_taken_up_with_the_same_request_and_nothing_is_heard_twice() {
    let first = vec![says(status("reading", 1)), says(status("sewing", 2)), Turn::Breaks];
    let again =
        vec![says(status("reading", 1)), says(status("sewing", 2)), says(status("gluing", 3)), says(done())];
    let held = hold(vec![Connection::Open(first), Connection::Open(again)], LONG).await;
    assert_eq!(held.ended.outcome, HandoffOutcome::Done);
    assert_eq!(held.told, ["0 binder: reading", "0 binder: sewing", "0 binder: gluing"]);
    assert_eq!(held.kept, [status("reading", 1), status("sewing", 2), status("gluing", 3), done()]);
    assert_eq!(held.sent.len(), 2);
    assert_eq!(held.sent[0], held.sent[1]);
}

#[tokio::test]
async fn a_peer_that_is_busy_is_asked_again_until_the_deadline() {
    let busy = || {
        let error =
            json!({"agent": "b", "error": {"code": "SESSION_BUSY", "message": "m", "retryable": true}});
        Connection::Open(vec![says(error)])
    };
    let mut connections: Vec<Connection> = (0..7).map(|_| busy()).collect();
    connections.push(Connection::Open(vec![says(done())]));
    let held = hold(connections, LONG).await;
    assert_eq!((held.ended.outcome, held.tries), (HandoffOutcome::Done, 8));
    let held = hold((0..9999).map(|_| busy()).collect(), SHORT).await;
    let reason = "no final reply within 0.3 s; before that, SESSION_BUSY: m";
    assert_eq!(held.ended, Ended::new(HandoffOutcome::NoFinalReply, Some(reason.to_owned())));
}

#[tokio::test]
async fn a_peer_that_dies_each_time_it_is_asked_is_given_up() {
    let held = hold((0..99).map(|_| Connection::Open(vec![Turn::Breaks])).collect(), LONG).await;
    assert_eq!(held.ended, Ended::new(HandoffOutcome::NoFinalReply, Some("broken".to_owned())));
    assert_eq!(held.tries, 5);
}

#[tokio::test]
async fn a_flood_is_cut_off_and_little_of_it_kept() {
    let flood = (0..20_000).map(|nth| match nth % 2 {
        0 => says(json!({"agent": "b", "status": "talking", "message": "x".repeat(10_000)})),
        _ => says(json!("noise")),
    });
    let held = hold(vec![Connection::Open(flood.collect())], LONG).await;
    let reason = "it said more than 10000 things without an end";
    assert_eq!(held.ended, Ended::new(HandoffOutcome::NoFinalReply, Some(reason.to_owned())));
    assert_eq!(held.kept.len(), 256);
    assert!(held.told.iter().all(|line| line.chars().count() < 250));
}

#[tokio::test]
async fn a_peer_that_asks_is_told_that_nothing_is_served_here() {
    let asks = json!({"requesting_agent": "b", "request_type": "list_sessions", "payload": {}, "_meta": {"request_id": "q"}});
    let held = hold(vec![Connection::Open(vec![says(asks), says(done())])], LONG).await;
    assert_eq!(held.ended.outcome, HandoffOutcome::Done);
    assert_eq!(held.sent[1]["error"]["code"], "UNKNOWN_REQUEST_TYPE");
    assert_eq!(held.sent[1]["_meta"]["in_reply_to"], "q");
}
