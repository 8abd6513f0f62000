//! Peers that are child processes: this very test binary, told by its environment what to be.

use std::io::{BufRead, Write};
use std::path::Path;

use serde_json::{Value, json};

use super::world::{World, delivery, outcomes, ticks};

/// Plays a peer when the environment says so; as a test it does nothing.
#[test]
fn child_peer() {
    let Ok(part) = std::env::var("CHILD_PEER") else { return };
    let mut out = std::io::stdout();
    let mut say = |message: Value| {
        let _ = writeln!(out, "{message}").and_then(|()| out.flush());
    };
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).unwrap();
    let request: Value = serde_json::from_str(&line).unwrap();
    let meta = json!({"in_reply_to": request["_meta"]["request_id"], "session_id": "c-1"});
    match part.as_str() {
        "good" => {
            eprintln!("{}", "noise for people ".repeat(20_000));
            println!("not protocol");
            println!("{}", "x".repeat(3 << 20));
            say(json!({"agent": "c", "status": "sewing", "_meta": meta}));
            say(json!({"agent": "c", "status": "completed", "message": "Bound.", "_meta": meta}));
        }
        "dying" => {
            say(json!({"agent": "c", "status": "sewing", "_meta": {"session_id": "c-1", "seq": 1}}));
            std::process::exit(3);
        }
        // Starts another, and ends neither at the end of its input nor by itself.
        "stubborn" => {
            let mut other = std::process::Command::new("sleep").arg("600").spawn().unwrap();
            let pids = format!("{} {}", std::process::id(), other.id());
            say(json!({"agent": "c", "status": "sewing", "message": pids, "_meta": meta}));
            let _ = other.wait();
        }
        other => panic!("no part `{other}`"),
    }
}

/// An entry of `peers.toml` for this binary in a part.
fn entry(part: &str, more: &str) -> String {
    let binary = std::env::current_exe().unwrap();
    format!(
        "[[peer]]\nname = \"{part}\"\n{more}\ncommand = [\"env\", \"CHILD_PEER={part}\", \"{}\", \
         \"child::child_peer\", \"--exact\", \"--nocapture\"]\n",
        binary.display()
    )
}

#[tokio::test]
async fn a_child_is_asked_on_its_stdin_and_its_noise_is_let_go() {
    let world = World::new(&entry("good", "")).await;
    let messages = world.run(&["good"]).await;
    assert_eq!(outcomes(&messages), ["good: done"]);
    assert_eq!(delivery(&messages)["handoffs"][0]["message"], "Bound.");
    assert_eq!(ticks(&messages), ["good: sewing"]);
}

#[tokio::test]
async fn case_15_a_child_that_dies_or_cannot_be_started_has_its_outcome() {
    let absent = "[[peer]]\nname = \"absent\"\ncommand = [\"./no-such-program\"]\n";
    let world = World::new(&(entry("dying", "") + absent)).await;
    let messages = world.run(&["dying", "absent"]).await;
    assert_eq!(outcomes(&messages), ["dying: no_final_reply", "absent: unreachable"]);
    let handoffs = &delivery(&messages)["handoffs"];
    assert_eq!(handoffs[0]["reason"], "its process ended; the last it said was: sewing");
    assert!(handoffs[1]["reason"].as_str().unwrap().starts_with("`./no-such-program` could not be started"));
}

/// Whether a process is there and has not ended.
fn alive(pid: &str) -> bool {
    let stat = std::fs::read_to_string(Path::new("/proc").join(pid).join("stat")).unwrap_or_default();
    let state = stat.rsplit_once(") ").and_then(|(_, rest)| rest.chars().next());
    state.is_some_and(|state| !matches!(state, 'Z' | 'X'))
}

/// Both processes that a stubborn child told of, in a tick.
fn pids(tick: &str) -> Option<Vec<String>> {
    let pids = tick.strip_prefix("stubborn: sewing — ")?;
    Some(pids.split(' ').map(str::to_owned).collect())
}

#[tokio::test]
async fn no_child_outlives_its_hand_off() {
    // At its deadline.
    let world = World::new(&entry("stubborn", "deadline_seconds = 3")).await;
    let messages = world.run(&["stubborn"]).await;
    assert_eq!(outcomes(&messages), ["stubborn: no_final_reply"]);
    let found = ticks(&messages).into_iter().find_map(pids).unwrap();
    assert_eq!(found.len(), 2);
    assert!(found.iter().all(|pid| !alive(pid)), "{found:?}");

    // When the session is cancelled, and when the whole runtime stops.
    for cancelled in [true, false] {
        let world = World::new(&entry("stubborn", "")).await;
        let mut handle = world.begin(&["stubborn"]).await;
        let found = loop {
            let message = handle.next().await.unwrap().into_members();
            if let Some(found) = message.get("message").and_then(Value::as_str).and_then(pids) {
                break found;
            }
        };
        assert!(found.iter().all(|pid| alive(pid)), "{found:?}");
        if cancelled {
            handle.cancel("changed my mind");
        } else {
            world.runtime.interrupt().await;
        }
        while handle.next().await.is_some() {}
        world.runtime.close().await;
        gone(&found).await;
    }
}

/// Waits until processes have ended; one that does not hangs the test.
async fn gone(pids: &[String]) {
    while pids.iter().any(|pid| alive(pid)) {
        tokio::task::yield_now().await;
    }
}
