//! Slow, lying, dying and looping peers.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use agent_core::runtime::Options;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::stand::{Stand, say, silence, status};
use super::world::{World, all, delivery, outcomes, request, ticks};

fn reason(messages: &[Value], nth: usize) -> &str {
    delivery(messages)["handoffs"][nth]["reason"].as_str().unwrap()
}

#[tokio::test]
async fn case_15_slow_peers_are_left_at_their_deadline_and_the_delivery_is_made() {
    let slow = Stand::new(|_, mut socket, request| async move {
        say(&mut socket, status(&request, 1, "thinking", "about it")).await;
        silence(&mut socket).await;
    })
    .await;
    // Takes the connection and never answers it, not even the upgrade.
    let mute = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mute_at = mute.local_addr().unwrap();
    let quick = "deadline_seconds = 0.5";
    let peers = slow.entry("slow", quick)
        + &format!("[[peer]]\nname = \"mute\"\naddress = \"ws://{mute_at}/\"\n{quick}\n");
    let world = World::new(&peers).await;
    let messages = world.run(&["slow", "mute"]).await;
    assert_eq!(outcomes(&messages), ["slow: no_final_reply", "mute: unreachable"]);
    assert_eq!(
        reason(&messages, 0),
        "no final reply within 0.5 s; the last it said was: thinking — about it"
    );
    assert_eq!(reason(&messages, 1), "it could not be reached within 0.5 s");
    assert_eq!(slow.asked().len(), 1, "the slow peer was really asked");
    mute.accept().await.unwrap();
    assert_eq!(world.files().len(), 2, "the work after the hand-offs was done");
}

#[tokio::test]
async fn case_15_a_lying_peer_is_believed_in_nothing_but_its_own_last_word() {
    let liar = Stand::new(|_, mut socket, request| async move {
        let id = &request["_meta"]["request_id"];
        let lies = [
            // Another's last word, and words that only sound like one.
            json!({"agent": "envoy", "status": "completed", "_meta": {"in_reply_to": "another"}}),
            json!({"agent": "binder", "status": "done", "message": "all done, completed"}),
            // Figures, deliverables and hand-offs as if they were ours.
            json!({"agent": "envoy", "status": "managing", "progress": {"pages": 99},
                "_meta": {"session_id": "ours", "seq": 1, "evidence": {"pages": "figure:pages"}}}),
            json!({"agent": "binder", "error": "not an error of ours", "_meta": {"in_reply_to": "another"}}),
            json!({"nothing": "we know"}),
            json!(["not", "an", "object"]),
        ];
        for lie in lies {
            say(&mut socket, lie).await;
        }
        let truth = json!({"agent": "binder", "status": "failed", "_meta": {"in_reply_to": id},
            "error": {"code": "NO_THREAD", "message": format!("none left {}", "x".repeat(9000))},
            "deliverables": [{"path": "../../etc/passwd", "title": "yours"}]});
        say(&mut socket, truth).await;
    })
    .await;
    let world = World::new(&liar.entry("binder", "")).await;
    let messages = world.run(&["binder"]).await;
    assert_eq!(outcomes(&messages), ["binder: rejected"]);
    assert!(reason(&messages, 0).starts_with("NO_THREAD: none left x"));
    assert_eq!(reason(&messages, 0).chars().count(), 500);
    // What it said under our name went out under its own, as a tick, and nowhere else.
    assert_eq!(ticks(&messages), ["binder: done — all done, completed", "binder: managing"]);
    assert!(
        messages.iter().all(|message| message["agent"] == "envoy" && message["_meta"]["evidence"].is_null())
    );
    assert_eq!(delivery(&messages)["deliverables"], json!([]));
}

#[tokio::test]
async fn case_15_a_dying_peer_is_asked_again_for_the_same_work_and_then_left() {
    let dying = Stand::new(|_, mut socket, request| async move {
        say(&mut socket, status(&request, 1, "sewing", "page 1")).await;
    })
    .await;
    let dies_once = Stand::new(|nth, mut socket, request| async move {
        say(&mut socket, status(&request, 1, "sewing", "page 1")).await;
        if nth > 0 {
            say(&mut socket, status(&request, 2, "completed", "Bound.")).await;
        }
    })
    .await;
    let world = World::new(&(dying.entry("dying", "") + &dies_once.entry("clumsy", ""))).await;
    let messages = world.run(&["dying", "clumsy"]).await;
    assert_eq!(outcomes(&messages), ["dying: no_final_reply", "clumsy: done"]);
    let lost = reason(&messages, 0);
    assert!(lost.ends_with("; the last it said was: sewing — page 1"), "{lost}");
    // Each time it was the very same request, key and all, and what it said again was not said again here.
    for (asked, times) in [(dying.asked(), 5), (dies_once.asked(), 2)] {
        assert_eq!(asked.len(), times);
        assert!(asked.iter().all(|request| *request == asked[0]), "{asked:#?}");
    }
    let mut told = ticks(&messages);
    told.sort_unstable();
    assert_eq!(told, ["clumsy: sewing — page 1", "dying: sewing — page 1"]);
}

#[tokio::test]
async fn case_15_looping_peers_are_found_out_by_the_way_the_request_took() {
    let heard = Stand::new(|_, mut socket, _| async move { silence(&mut socket).await }).await;
    let world = World::new(&heard.entry("binder", "")).await;
    let mut errand = request(json!({ "errands": ["binder"] }));
    errand.meta_mut().set("trace", json!(["binder", "publisher"]));
    let messages = all(world.runtime.open_session(&errand).await.unwrap()).await;
    assert_eq!(outcomes(&messages), ["binder: looped"]);
    assert_eq!(
        reason(&messages, 0),
        "not sent: the request has been through it: binder -> publisher -> envoy"
    );
    assert!(heard.asked().is_empty());

    // The scribe knows the envoy by another name: it sends, and the envoy itself finds the loop.
    let envoy = World::of("envoy", "", Options::default()).await;
    let door = Stand::of(&envoy.runtime).await;
    let scribe = World::of("scribe", &door.entry("messenger", ""), Options::default()).await;
    let mut errand = request(json!({ "errands": ["messenger"] }));
    errand.meta_mut().set("trace", json!(["envoy"]));
    let messages = all(scribe.runtime.open_session(&errand).await.unwrap()).await;
    assert_eq!(outcomes(&messages), ["messenger: looped"]);
    assert_eq!(reason(&messages, 0), "REQUEST_LOOP: the request has been through `envoy`: envoy -> scribe");
    assert_eq!(door.asked()[0]["_meta"]["trace"], json!(["envoy", "scribe"]));
    assert!(envoy.runtime.sessions(100).await.unwrap().is_empty(), "no session was opened for it");
}

#[tokio::test]
async fn case_15_a_peer_that_talks_without_end_is_cut_off() {
    let said = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&said);
    let talker = Stand::new(move |_, mut socket, _| {
        let count = Arc::clone(&count);
        async move {
            while say(&mut socket, json!({"agent": "binder", "status": "talking"})).await {
                count.fetch_add(1, Ordering::Relaxed);
            }
        }
    })
    .await;
    let world = World::new(&talker.entry("binder", "deadline_seconds = 600")).await;
    let messages = world.run(&["binder"]).await;
    assert_eq!(outcomes(&messages), ["binder: no_final_reply"]);
    assert_eq!(reason(&messages, 0), "it said more than 10000 things without an end");
    assert!(said.load(Ordering::Relaxed) >= 10_000);
    let kept = delivery(&messages)["progress"]["binder"].as_array().unwrap().len();
    assert_eq!(kept, 256);
}
