//! Requests handed to other agents: their outcomes in the delivery, and in no file.

use std::net::TcpListener;
use std::path::Path;

use serde_json::Value;

use crate::support::{Scratch, csm, deliverables, done, messages, stderr, stdout, text};

/// A peer in a line of shell: it keeps what it was asked, and answers.
fn answering(name: &str, answer: &str) -> String {
    let script = format!("head -n 1 > {name}.asked; echo '{answer}'");
    format!("[[peer]]\nname = \"{name}\"\ncommand = [\"sh\", \"-c\", {}]\n", Value::from(script))
}

fn outcome<'a>(delivery: &'a Value, peer: &str) -> &'a Value {
    let handoffs = delivery["handoffs"].as_array().expect("hand-offs");
    handoffs.iter().find(|handoff| handoff["peer"] == peer).expect("a hand-off to that peer")
}

fn run(workspace: &Path) -> Value {
    let said = messages(&stdout(&done(&["run", "--json", text(workspace)])));
    let last = said.last().expect("a last message").clone();
    assert_eq!(last["status"], "completed", "{last}");
    last
}

#[test]
fn configured_peers_are_asked_and_what_came_of_it_stands_in_the_delivery() {
    let nobody = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its address");
    let yes = r#"{"agent":"x","status":"completed","message":"Ranked."}"#;
    let no = r#"{"agent":"x","status":"failed","error":{"code":"NO_TIME","message":"not this quarter"}}"#;
    let peers = |yes: &str, no: &str| {
        answering("product-manager", yes)
            + &answering("sales-engineer", no)
            + &format!("[[peer]]\nname = \"support\"\naddress = \"ws://{nobody}/v1/ws\"\n")
    };
    let scratch = Scratch::new();
    let lumen = scratch.lumen("lumen");
    scratch.write("lumen/peers.toml", &peers(yes, no));
    let delivery = run(&lumen);

    let ranked = outcome(&delivery, "product-manager");
    assert_eq!((&ranked["outcome"], &ranked["message"]), (&"done".into(), &"Ranked.".into()));
    let declined = outcome(&delivery, "sales-engineer");
    assert_eq!(declined["outcome"], "rejected");
    assert_eq!(declined["reason"], "NO_TIME: not this quarter");
    assert_eq!(outcome(&delivery, "support")["outcome"], "unreachable");
    assert_eq!(outcome(&delivery, "technical-writer")["outcome"], "left_as_file");

    // What was sent is what lies in the file, with its figures whole.
    let read = |path: &str| -> Value {
        let text = std::fs::read_to_string(lumen.join(path)).expect("a file");
        serde_json::from_str(&text).expect("JSON")
    };
    let (asked, file) = (read("product-manager.asked"), read("out/handoffs/product-manager.json"));
    for member in ["query", "items"] {
        assert_eq!(asked["payload"][member], file["payload"][member]);
    }
    for member in ["figures", "handoff_id", "trace"] {
        assert_eq!(asked["_meta"][member], file["_meta"][member]);
    }
    assert_eq!(file["_meta"]["status"], "to_be_sent");
    assert_eq!(read("out/handoffs/technical-writer.json")["_meta"]["status"], "not_configured");

    // Another outcome changes the delivery and no file.
    let other = scratch.lumen("other");
    scratch.write("other/peers.toml", &peers(no, yes));
    let turned = run(&other);
    assert_eq!(outcome(&turned, "product-manager")["outcome"], "rejected");
    assert_eq!(outcome(&turned, "sales-engineer")["outcome"], "done");
    assert!(deliverables(&lumen) == deliverables(&other), "an outcome got into a file");
}

#[test]
fn outcomes_are_told_in_words_and_a_wrong_list_of_peers_at_once() {
    let scratch = Scratch::new();
    let lumen = scratch.lumen("lumen");
    let yes = r#"{"agent":"x","status":"completed","message":"Ranked."}"#;
    scratch.write("lumen/peers.toml", &answering("product-manager", yes));
    let told = stdout(&done(&["run", text(&lumen)]));
    assert!(told.contains("product-manager took it over and is done: Ranked."), "{told}");
    assert!(told.contains("are left as files: no such peer is configured"), "{told}");

    scratch.write("lumen/peers.toml", "[[peer]]\nname = \"x\"\nadress = \"ws://x/\"\n");
    let failed = csm(&["run", text(&lumen)]).output().expect("the binary starts");
    assert!(!failed.status.success());
    let told = stderr(&failed);
    assert!(told.contains("peers.toml:3: `adress` is not known here"), "{told}");
    assert!(told.contains("did you mean `address`?"), "{told}");
}
