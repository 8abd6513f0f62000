//! An orchestrator that offers to answer contexts, keeps its word, breaks it, lies, or goes away.

use std::sync::Arc;
use std::time::Duration;

use agent_core::runtime::{Options, Runtime};
use agent_core::transport::memory::{self, Client};
use agent_core::transport::stdio;
use protocol::{ContextResponse, Members, Meta};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};

use super::buyer::{Buyer, QUERY, open, session, work};
use super::support::{options, request, workspace};

/// A deadline that is not reached when somebody answers, and one that is when nobody does.
const LONG: Duration = Duration::from_secs(120);
const SHORT: Duration = Duration::from_millis(20);

fn members(value: Value) -> Members {
    value.as_object().unwrap().clone()
}

fn offer() -> Members {
    request("offer_context", json!({ "context_types": ["get_stock_context", "get_x_context"] }), "o-1")
        .into_members()
}

fn reply(kind: &str, payload: Value, in_reply_to: Option<&str>) -> Members {
    let response = ContextResponse::new("orchestrator", kind, members(payload));
    match in_reply_to {
        Some(id) => response.with_meta(Meta::new().with_in_reply_to(id)).into_members(),
        None => response.into_members(),
    }
}

async fn opened(deadline: Duration) -> (TempDir, Arc<Buyer>, Runtime) {
    let dir = workspace();
    let buyer = Arc::new(Buyer::asking());
    let runtime = open(&buyer, dir.path(), Options { context_deadline: deadline, ..options() }).await;
    (dir, buyer, runtime)
}

/// A connection on which the context was offered and a session asked for.
async fn connect(runtime: &Runtime) -> Client {
    let mut client = memory::connect(runtime);
    client.send(offer()).await;
    let offered = client.next().await.unwrap();
    assert_eq!(offered["response_type"], "context_offer");
    assert_eq!(offered["payload"]["context_types"], json!(["get_stock_context"]), "what it asks for itself");
    client.send(work("r-1").into_members()).await;
    client
}

/// Reads on to the agent's question.
async fn question(client: &mut Client) -> Value {
    loop {
        let message = client.next().await.unwrap();
        if message["request_type"].is_string() {
            return message;
        }
    }
}

/// Reads on to the end; returns what the session used, why, and what was claimed.
async fn used(client: &mut Client) -> (String, String, Value) {
    let mut progress = Value::Null;
    loop {
        let message = client.next().await.unwrap();
        if message["status"] == "managing" && message["progress"].is_object() {
            progress = message["progress"].clone();
        }
        if message["status"] == "completed" {
            let text = |name: &str| progress[name].as_str().unwrap().to_owned();
            return (text("used"), text("why"), progress["claims"].clone());
        }
        assert!(message["error"].is_null(), "{message}");
    }
}

#[tokio::test]
async fn whoever_offered_is_asked_and_its_reply_is_used() {
    for by_id in [true, false] {
        let (_dir, _, runtime) = opened(LONG).await;
        let mut client = connect(&runtime).await;
        let asked = question(&mut client).await;
        assert_eq!(asked["requesting_agent"], "buyer");
        assert_eq!(asked["request_type"], "get_stock_context");
        assert_eq!(asked["payload"], json!({ "query": QUERY }));
        let id = asked["_meta"]["request_id"].as_str().unwrap();
        // One for a question nobody asked, and one of another type that names none, change nothing.
        client.send(reply("stock_context", json!({ "sells": 0 }), Some("another"))).await;
        client.send(reply("paper_context", json!({ "sells": 0 }), None)).await;
        client.send(reply("stock_context", json!({ "sells": 12 }), by_id.then_some(id))).await;
        let (used, why, claims) = used(&mut client).await;
        assert_eq!(
            (used.as_str(), why.as_str()),
            ("orchestrator", "`orchestrator` offered to answer, and did")
        );
        assert_eq!(claims, json!(["orchestrator says: {\"sells\":12}"]));
        client.hang_up().await;
        runtime.close().await;
    }
}

#[tokio::test]
async fn without_an_offer_on_its_own_connection_the_embedded_manager_answers() {
    let (_dir, _, runtime) = opened(LONG).await;
    runtime.context().publish("get_stock_context", "clerk", json!({ "sells": 3 }), None).await.unwrap();
    // Somebody else's offer is not this session's.
    let mut other = memory::connect(&runtime);
    other.send(offer()).await;
    other.next().await.unwrap();
    let said = session(&runtime, "r-1").await;
    let progress =
        said.iter().find_map(|one| one["progress"]["used"].as_str().map(|_| &one["progress"])).unwrap();
    assert_eq!(progress["used"], "embedded");
    assert!(progress["why"].as_str().unwrap().starts_with("nobody offered"));
    assert_eq!(progress["claims"], json!(["clerk says: {\"sells\":3}"]));
    other.hang_up().await;
    runtime.close().await;
}

#[tokio::test]
async fn an_offer_can_be_part_of_getting_to_know_each_other() {
    let (_dir, _, runtime) = opened(LONG).await;
    let mut client = memory::connect(&runtime);
    let hello = request("describe_agent", json!({ "context_types": ["get_stock_context"] }), "d-1");
    client.send(hello.into_members()).await;
    assert_eq!(client.next().await.unwrap()["payload"]["asks"], json!(["get_stock_context"]));
    client.send(work("r-1").into_members()).await;
    question(&mut client).await;
    client.send(reply("stock_context", json!({}), None)).await;
    assert_eq!(used(&mut client).await.0, "orchestrator");
    client.hang_up().await;
    runtime.close().await;
}

#[tokio::test]
async fn a_reply_that_cannot_be_used_is_not_and_why_is_said() {
    let large = "x".repeat(300 * 1024);
    let error = |id: &str| {
        members(json!({ "agent": "orchestrator", "_meta": { "in_reply_to": id },
        "error": { "code": "OVERLOADED", "message": "not now", "hint": "later", "retryable": true } }))
    };
    let failed = |id: &str| {
        members(json!({ "agent": "orchestrator", "status": "failed", "_meta": { "in_reply_to": id } }))
    };
    type Made<'a> = Box<dyn Fn(&str) -> Members + 'a>;
    let rows: [(Made, &str); 4] = [
        (Box::new(|id| reply("paper_context", json!({}), Some(id))), "answered `paper_context` instead of"),
        (Box::new(|id| reply("stock_context", json!({ "text": large }), Some(id))), "bytes, more than"),
        (Box::new(error), "answered with an error: OVERLOADED: not now"),
        (Box::new(failed), "answered `failed` and no context"),
    ];
    for (made, expected) in rows {
        let (_dir, _, runtime) = opened(LONG).await;
        let mut client = connect(&runtime).await;
        let asked = question(&mut client).await;
        client.send(made(asked["_meta"]["request_id"].as_str().unwrap())).await;
        let (used, why, claims) = used(&mut client).await;
        assert_eq!((used.as_str(), claims), ("embedded", json!([])));
        assert!(why.contains(expected), "{why}");
        client.hang_up().await;
        runtime.close().await;
    }
}

#[tokio::test]
async fn no_reply_in_time_falls_back_and_a_late_one_is_let_go() {
    let (_dir, _, runtime) = opened(SHORT).await;
    let mut client = connect(&runtime).await;
    let asked = question(&mut client).await;
    let (used_first, why, _) = used(&mut client).await;
    assert_eq!((used_first.as_str(), why.as_str()), ("embedded", "no reply came within 20ms"));
    let id = asked["_meta"]["request_id"].as_str().unwrap();
    client.send(reply("stock_context", json!({ "sells": 1 }), Some(id))).await;
    client.send(reply("stock_context", json!({ "sells": 1 }), None)).await;
    assert!(client.hang_up().await.is_empty(), "nothing is said to it");
    runtime.close().await;
}

#[tokio::test]
async fn whoever_goes_away_is_not_waited_for() {
    // The whole connection is gone: the session goes on by itself.
    let (dir, _, runtime) = opened(LONG).await;
    let mut client = connect(&runtime).await;
    question(&mut client).await;
    drop(client);
    runtime.close().await;
    let buyer = Arc::new(Buyer::asking());
    let runtime = open(&buyer, dir.path(), options()).await;
    let mut again = memory::connect(&runtime);
    let id = runtime.sessions(100).await.unwrap().remove(0).id;
    again.send(request("resume_session", json!({ "session_id": id }), "r-2").into_members()).await;
    let (used_first, why, _) = used(&mut again).await;
    assert_eq!(used_first, "embedded");
    assert!(
        why == "the connection broke before a reply came" || why.starts_with("the other side ended"),
        "{why}"
    );
    again.hang_up().await;
    runtime.close().await;

    // Only its sending side: what it was asked it will not answer.
    let (_dir, _, runtime) = opened(LONG).await;
    let mut client = connect(&runtime).await;
    question(&mut client).await;
    let rest = client.hang_up().await;
    let progress = rest.iter().find(|one| one["progress"]["used"].is_string()).unwrap();
    assert_eq!(progress["progress"]["why"], "the other side ended without a reply");
    runtime.close().await;
}

#[tokio::test]
async fn a_resumed_session_goes_on_with_the_reply_it_had() {
    let dir = workspace();
    let buyer = Arc::new(Buyer { stall_after: Some("ask"), ..Buyer::asking() });
    let runtime = open(&buyer, dir.path(), Options { context_deadline: LONG, ..options() }).await;
    let mut client = connect(&runtime).await;
    question(&mut client).await;
    client.send(reply("stock_context", json!({ "sells": 12 }), None)).await;
    buyer.reached().await;
    runtime.interrupt().await;
    drop(client);

    let buyer = Arc::new(Buyer::asking());
    let runtime = open(&buyer, dir.path(), Options { context_deadline: LONG, ..options() }).await;
    let mut client = connect(&runtime).await;
    let mut progress = Value::Null;
    loop {
        let message = client.next().await.unwrap();
        assert!(message["request_type"].is_null(), "it asks twice: {message}");
        if message["progress"]["used"].is_string() {
            progress = message["progress"].clone();
        }
        if message["status"] == "completed" {
            break;
        }
    }
    assert_eq!(progress["claims"], json!(["orchestrator says: {\"sells\":12}"]));
    client.hang_up().await;
    runtime.close().await;
}

#[tokio::test]
async fn a_question_that_is_passed_back_to_the_agent_is_refused_as_a_loop() {
    let (_dir, _, runtime) = opened(LONG).await;
    let mut client = connect(&runtime).await;
    let asked = question(&mut client).await;
    client.send(members(asked.clone())).await;
    let refused = client.next().await.unwrap();
    assert_eq!(refused["error"]["code"], "REQUEST_LOOP");
    // Which is what the other side may pass on as its answer.
    client.send(members(refused)).await;
    let (used, why, _) = used(&mut client).await;
    assert_eq!(used, "embedded");
    assert!(why.contains("REQUEST_LOOP"), "{why}");
    client.hang_up().await;
    runtime.close().await;
}

#[tokio::test]
async fn over_lines_the_agent_asks_in_between() {
    let (_dir, _, runtime) = opened(LONG).await;
    let (theirs, ours) = tokio::io::duplex(1 << 20);
    let (reader, writer) = tokio::io::split(ours);
    let (from_agent, mut to_agent) = tokio::io::split(theirs);
    let orchestrator = async move {
        let mut lines = BufReader::new(from_agent).lines();
        let write = |members: Members| format!("{}\n", Value::Object(members));
        let first = write(offer()) + &write(work("r-1").into_members());
        to_agent.write_all(first.as_bytes()).await.unwrap();
        let mut said = Vec::new();
        while let Some(line) = lines.next_line().await.unwrap() {
            let message: Value = serde_json::from_str(&line).unwrap();
            if message["request_type"] == "get_stock_context" {
                let answer = write(reply("stock_context", json!({ "sells": 5 }), None));
                to_agent.write_all(answer.as_bytes()).await.unwrap();
            }
            let over = message["status"] == "completed";
            said.push(message);
            if over {
                to_agent.shutdown().await.unwrap();
            }
        }
        said
    };
    let (served, said) = tokio::join!(stdio::serve(&runtime, reader, writer), orchestrator);
    served.unwrap();
    let progress = said.iter().find(|one| one["progress"]["used"].is_string()).unwrap();
    assert_eq!(progress["progress"]["used"], "orchestrator");
    assert_eq!(said.last().unwrap()["status"], "completed");
    runtime.close().await;
}
