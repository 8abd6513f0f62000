use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use agent_core::runtime::{Runtime, rfc3339};
use agent_core::transport::memory;
use protocol::Request;
use serde_json::{Value, json};

use super::buyer::{Buyer, open};
use super::support::{ManualClock, manual, options, workspace};

async fn ask(runtime: &Runtime, by: &str, kind: &str, payload: Value) -> Value {
    let client = memory::connect(runtime);
    client.send(Request::new(by, kind, payload.as_object().unwrap().clone()).into_members()).await;
    client.hang_up().await.remove(0)
}

async fn publish(runtime: &Runtime, by: &str, payload: Value) -> Value {
    ask(runtime, by, "publish_context", payload).await
}

fn versions(reply: &Value) -> Vec<(&str, i64)> {
    let published = reply["payload"]["published"].as_array().unwrap().iter();
    published
        .map(|one| (one["published_by"].as_str().unwrap(), one["content"]["version"].as_i64().unwrap()))
        .collect()
}

#[tokio::test]
async fn the_newest_of_each_author_is_returned_until_it_expires_and_the_rest_is_history() {
    let dir = workspace();
    let clock = Arc::new(ManualClock::default());
    let buyer = Arc::new(Buyer::of(&[]));
    let runtime = open(&buyer, dir.path(), manual(&clock)).await;
    for (second, by, lasts) in [(1, "printer", None), (2, "editor", Some(10)), (3, "printer", None)] {
        clock.0.store(second * 1_000_000, Ordering::SeqCst);
        let mut payload = json!({ "context_type": "get_paper_context", "content": { "version": second } });
        if let Some(lasts) = lasts {
            payload["expires_in_seconds"] = json!(lasts);
        }
        let kept = publish(&runtime, by, payload).await;
        assert_eq!(kept["payload"]["published_at"], rfc3339(second * 1_000_000));
        let until = lasts.map(|lasts| json!(rfc3339((second + lasts) * 1_000_000))).unwrap_or_default();
        assert_eq!(kept["payload"]["expires_at"], until);
    }
    let newest = ask(&runtime, "x", "get_paper_context", json!({})).await;
    assert_eq!(versions(&newest), [("printer", 3), ("editor", 2)]);
    assert_eq!(newest["payload"]["published"][1]["expires_at"], rfc3339(12_000_000));
    assert!(newest["payload"]["left_out"].is_null());
    // What holds is there after a restart, and ends by the clock.
    runtime.close().await;
    let runtime = open(&buyer, dir.path(), manual(&clock)).await;
    clock.0.store(12_000_000, Ordering::SeqCst);
    let later = ask(&runtime, "x", "get_paper_context", json!({})).await;
    assert_eq!(versions(&later), [("printer", 3)]);
    let history = ask(&runtime, "x", "get_paper_context", json!({ "history": true })).await;
    assert_eq!(versions(&history), [("printer", 3), ("editor", 2), ("printer", 1)]);
    let one = ask(&runtime, "x", "get_paper_context", json!({ "history": true, "limit": 1 })).await;
    assert_eq!((versions(&one), &one["payload"]["left_out"]), (vec![("printer", 3)], &json!(2)));
    runtime.close().await;
}

#[tokio::test]
async fn what_is_kept_and_what_is_sent_is_bounded() {
    let dir = workspace();
    let runtime = open(&Arc::new(Buyer::of(&[])), dir.path(), options()).await;
    // One author that goes on and on pushes out its own, and nobody else's.
    let content = |n: i64| json!({ "context_type": "get_paper_context", "content": { "version": n } });
    publish(&runtime, "editor", content(0)).await;
    for n in 1..=25 {
        publish(&runtime, "printer", content(n)).await;
    }
    let history = ask(&runtime, "x", "get_paper_context", json!({ "history": true })).await;
    let versions = versions(&history);
    assert_eq!(versions.len(), 21);
    assert_eq!((versions[0], versions[19], versions[20]), (("printer", 25), ("printer", 6), ("editor", 0)));

    // Large ones: what does not fit a message is left out, the oldest first, and said to be.
    let large = "x".repeat(200 * 1024);
    for n in 0..8 {
        let payload =
            json!({ "context_type": "get_large_context", "content": { "version": n, "text": large } });
        publish(&runtime, &format!("author {n}"), payload).await;
    }
    let reply = ask(&runtime, "x", "get_large_context", json!({})).await;
    assert!(reply.to_string().len() < 1 << 20, "it fits a line");
    let published = reply["payload"]["published"].as_array().unwrap();
    assert_eq!(published[0]["published_by"], "author 7");
    assert_eq!(published.len() as u64 + reply["payload"]["left_out"].as_u64().unwrap(), 8);
    runtime.close().await;
}

#[tokio::test]
async fn what_nobody_could_ask_for_and_what_is_too_large_is_refused() {
    let dir = workspace();
    let runtime = open(&Arc::new(Buyer::of(&[])), dir.path(), options()).await;
    let rows = [
        (json!({ "context_type": "get_stock_context", "content": {} }), "FORBIDDEN"),
        (json!({ "context_type": "list_sessions", "content": {} }), "INVALID_REQUEST"),
        (json!({ "context_type": "paper", "content": {} }), "INVALID_REQUEST"),
        (
            json!({ "context_type": "get_a_context", "content": {}, "expires_in_seconds": 0 }),
            "INVALID_REQUEST",
        ),
        (
            json!({ "context_type": "get_a_context", "content": { "text": "x".repeat(256 * 1024) } }),
            "INVALID_REQUEST",
        ),
        (json!({ "context_type": "get_a_context", "content": [] }), "INVALID_REQUEST"),
    ];
    for (payload, code) in rows {
        let reply = publish(&runtime, "printer", payload.clone()).await;
        assert_eq!(reply["error"]["code"], code, "{:.200}", payload.to_string());
    }
    let wrong = ask(&runtime, "x", "get_a_context", json!({ "history": "yes" })).await;
    assert_eq!(wrong["error"]["code"], "INVALID_REQUEST");
    assert!(runtime.context().types().await.unwrap().is_empty());
    let entry =
        runtime.context().publish("get_a_context", "a", json!({}), Some(Duration::MAX)).await.unwrap();
    assert_eq!(entry.expires, Some(i64::MAX));
    runtime.close().await;
}
