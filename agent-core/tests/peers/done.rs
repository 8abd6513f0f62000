use agent_core::runtime::Options;
use serde_json::json;

use super::envoy::figure;
use super::stand::{Stand, say, status};
use super::world::{World, all, delivery, outcomes, request, ticks};

/// Reports, answers, completes.
async fn binder() -> Stand {
    Stand::new(|_, mut socket, request| async move {
        let id = &request["_meta"]["request_id"];
        let tick = json!({"agent": "binder", "status": "sewing", "message": "3 of 7",
            "_meta": {"percent": 40, "in_reply_to": id}});
        let answer = json!({"agent": "binder", "response_type": "binding_context",
            "payload": {"thread": "linen"}, "_meta": {"session_id": "b-1", "seq": 2, "in_reply_to": id}});
        for message in [
            status(&request, 1, "reading", "the order"),
            tick,
            answer,
            status(&request, 3, "completed", "Bound in linen."),
        ] {
            say(&mut socket, message).await;
        }
    })
    .await
}

#[tokio::test]
async fn a_hand_off_carries_its_figures_and_its_way_and_is_done() {
    let binder = binder().await;
    let world = World::new(&binder.entry("binder", "token_file = \".csm/binder.token\"")).await;
    std::fs::write(world.path().join(".csm/binder.token"), "let-me-in\n").unwrap();
    let mut errand = request(json!({ "errands": ["binder"] }));
    let traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    errand.meta_mut().set("trace", json!(["publisher"])).set("traceparent", traceparent);
    let messages = all(world.runtime.open_session(&errand).await.unwrap()).await;

    let session = messages[0]["_meta"]["session_id"].as_str().unwrap();
    let key = format!("{session}/handoff/binder");
    let sent = json!({
        "requesting_agent": "envoy",
        "request_type": "get_binding_context",
        "payload": { "query": "Please bind this, binder.", "idempotency_key": key },
        "_meta": {
            "request_id": key,
            "trace": ["publisher", "envoy"],
            "traceparent": null,
            "handoff_id": key,
            "figures": [figure()],
        },
    });
    let mut asked = binder.asked();
    // The same trace, in a span of its own.
    let span = asked[0]["_meta"]["traceparent"].take();
    assert!(span.as_str().unwrap().starts_with(&traceparent[..36]), "{span}");
    assert_eq!(asked, [sent]);
    assert_eq!(*binder.tokens.lock().unwrap(), [Some("Bearer let-me-in".to_owned())]);
    assert_eq!(ticks(&messages), ["binder: reading — the order", "binder: sewing — 3 of 7"]);

    let handoff = &delivery(&messages)["handoffs"][0];
    assert_eq!(handoff["outcome"], "done");
    assert_eq!(handoff["message"], "Bound in linen.");
    assert_eq!(handoff["reason"], json!(null));
    assert_eq!(handoff["figures"], json!(["figure:pages"]));
    assert_eq!(handoff["reply"].as_str().unwrap().len(), 64);
    let kept = &delivery(&messages)["progress"]["binder"];
    assert_eq!(kept, &json!(["reading", "binding_context", "completed"]));
}

#[tokio::test]
async fn an_entry_may_say_what_its_peer_is_asked() {
    let binder = binder().await;
    let world = World::new(&binder.entry("binder", "request_type = \"get_workshop_context\"")).await;
    assert_eq!(outcomes(&world.run(&["binder"]).await), ["binder: done"]);
    assert_eq!(binder.asked()[0]["request_type"], "get_workshop_context");
}

#[tokio::test]
async fn a_runtime_of_the_same_process_is_a_peer() {
    let other = World::of("scribe", "", Options::default()).await;
    let in_process = [("scribe".to_owned(), other.runtime.clone())].into();
    let peers =
        "[[peer]]\nname = \"scribe\"\naddress = \"in-process\"\nrequest_type = \"get_errand_context\"\n";
    let world = World::of("envoy", peers, Options { in_process, ..Options::default() }).await;
    let messages = world.run(&["scribe"]).await;
    assert_eq!(outcomes(&messages), ["scribe: done"]);
    assert_eq!(delivery(&messages)["handoffs"][0]["message"], "The errands are run.");
    assert_eq!(other.files().len(), 2, "the scribe did its own work");
    // A word in the file is not needed; what it does not serve it says.
    let in_process = [("scribe".to_owned(), other.runtime.clone())].into();
    let world = World::of("envoy", "", Options { in_process, ..Options::default() }).await;
    let messages = world.run(&["scribe"]).await;
    assert_eq!(outcomes(&messages), ["scribe: rejected"]);
    let reason = delivery(&messages)["handoffs"][0]["reason"].as_str().unwrap();
    assert_eq!(reason, "CONTEXT_UNKNOWN: nobody published `get_binding_context`");
}

#[tokio::test]
async fn a_peer_that_is_not_configured_is_never_counted_as_done() {
    let world = World::new("").await;
    let errand = request(json!({ "errands": ["binder", "scribe"], "filed": ["binder"] }));
    let messages = all(world.runtime.open_session(&errand).await.unwrap()).await;
    assert_eq!(outcomes(&messages), ["binder: left_as_file", "scribe: unreachable"]);
    let handoffs = &delivery(&messages)["handoffs"];
    assert_eq!(handoffs[0]["reason"], "no such peer is configured");
    assert_eq!(handoffs[0]["path"], "out/binder.json");
}
