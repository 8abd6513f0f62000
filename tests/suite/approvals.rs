//! A person decides on exactly what they were shown, whatever stands in the data.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::support::{Scratch, csm, done, messages, stderr, stdio, stdout, text};

/// What a contact's name may carry: ESC, BEL, CSI as one character, marks that turn text round.
const HOSTILE: &str = "\u{1b}]0;owned\u{7}\u{9b}31m\u{202e}\u{2066}\u{200e}\u{61c}";

/// The sample workspace with ids that look alike to careless file names, and contacts whose names steer terminals.
fn hostile(scratch: &Scratch) -> PathBuf {
    let lumen = scratch.lumen("lumen");
    fs::remove_dir_all(lumen.join("notes")).expect("notes named by other ids");
    for entry in fs::read_dir(lumen.join("data")).expect("data") {
        let path = entry.expect("an entry").path();
        let mut rows = fs::read_to_string(&path).expect("a table");
        for n in 0..400 {
            let id = match n % 4 {
                0 => format!("EU/{}", n / 4),
                1 => format!("EU {}", n / 4),
                2 => format!("EU_{}", n / 4),
                _ => format!("eu_{}", n / 4),
            };
            rows = rows.replace(&format!("A{n:04}"), &id);
        }
        if path.ends_with("contacts.csv") {
            let mut lines = rows.lines().map(str::to_owned);
            let head = lines.next().expect("a head");
            let place = head.split(',').position(|column| column == "name").expect("names");
            let renamed = lines.map(|line| {
                let mut cells: Vec<String> = line.split(',').map(str::to_owned).collect();
                cells[place].push_str(HOSTILE);
                cells.join(",")
            });
            rows = std::iter::once(head.clone()).chain(renamed).collect::<Vec<_>>().join("\n");
        }
        fs::write(&path, rows).expect("a table");
    }
    lumen
}

/// No character in what was printed can steer a terminal or turn the text round.
fn is_harmless(printed: &str) {
    let harmful = printed.chars().find(|c| {
        let turns = matches!(*c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        turns || (c.is_control() && !matches!(c, '\n' | '\t'))
    });
    assert_eq!(harmful, None, "{printed:?}");
}

/// The approvals of the workspace, as the protocol lists them.
fn listed(workspace: &Path) -> Vec<Value> {
    let replies = ask(workspace, &[request("list_approvals", json!({"limit": 1000}))]);
    replies[0]["payload"]["approvals"].as_array().expect("a list").clone()
}

fn request(kind: &str, payload: Value) -> Value {
    json!({"requesting_agent": "orchestrator", "request_type": kind, "payload": payload})
}

fn ask(workspace: &Path, requests: &[Value]) -> Vec<Value> {
    let mut child = stdio(workspace);
    let lines: String = requests.iter().map(|request| format!("{request}\n")).collect();
    child.stdin.take().expect("stdin").write_all(lines.as_bytes()).expect("written");
    let output = child.wait_with_output().expect("it ends");
    messages(&stdout(&output))
}

#[test]
fn a_decision_is_about_the_bytes_that_were_shown() {
    let scratch = Scratch::new();
    let lumen = hostile(&scratch);
    let ws = text(&lumen);
    let ran = done(&["run", ws]);
    for printed in [stdout(&ran), stderr(&ran)] {
        is_harmless(&printed);
    }

    // What waits is counted once, not one blank line for each.
    assert!(!stderr(&ran).contains("awaiting_approval"), "{}", stderr(&ran));
    let waiting = listed(&lumen).len();
    assert!(stdout(&ran).contains(&format!("{waiting} messages wait for approval: csm approvals -w ")));

    // Every command that prints what the data says shows the marks written out.
    let list = stdout(&done(&["approvals", "-w", ws]));
    is_harmless(&list);
    assert!(list.contains("\\u001b]0;owned\\u0007\\u009b31m\\u202e\\u2066\\u200e"), "{list}");
    let approvals = listed(&lumen);
    let id = |at: usize| approvals[at]["id"].as_str().expect("an id").to_owned();
    let shown = stdout(&done(&["approvals", "show", &id(0), "-w", ws]));
    is_harmless(&shown);
    assert!(shown.contains("\\u009b31m") && shown.contains("is as it was proposed"), "{shown}");
    for command in [vec!["accounts"], vec!["accounts", "--csv"], vec!["accounts", "--json"]] {
        is_harmless(&stdout(&done(&[command.as_slice(), &["-w", ws]].concat())));
    }
    let account = approvals[0]["details"]["account_id"].as_str().expect("an account");
    is_harmless(&stdout(&done(&["account", account, "-w", ws])));
    is_harmless(&stdout(&done(&["account", account, "-w", ws, "--json"])));

    // One draft for each, also where cases are not told apart, and each is to its own person.
    assert!(approvals.len() > 3, "{approvals:?}");
    let draft = |at: usize| approvals[at]["details"]["draft"].as_str().expect("a draft").to_owned();
    let drafts: BTreeSet<String> = (0..approvals.len()).map(|at| draft(at).to_lowercase()).collect();
    assert_eq!(drafts.len(), approvals.len(), "{drafts:?}");
    for (at, approval) in approvals.iter().enumerate() {
        let email = approval["details"]["message"]["email"].as_str().expect("an address");
        assert!(
            fs::read_to_string(lumen.join(draft(at))).expect("the draft").contains(email),
            "{}",
            draft(at)
        );
    }
    let plans: Vec<String> = fs::read_dir(lumen.join("plans"))
        .expect("plans")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().to_lowercase())
        .collect();
    assert_eq!(plans.iter().collect::<BTreeSet<_>>().len(), plans.len(), "{plans:?}");

    // A draft that changed since it was proposed is not approved by whoever has not seen the change.
    let outbox = |at: usize| lumen.join(format!("out/outbox/{}.eml", id(at)));
    let ours = fs::read_to_string(lumen.join(draft(1))).expect("the draft");
    let edited = format!("{ours}P.S. Shall we meet on Friday?\r\n");
    fs::write(lumen.join(draft(1)), &edited).expect("an edit");
    let refused = csm(&["approvals", "approve", &id(1), "--by", "Ann", "-w", ws]).output().expect("it runs");
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains(&format!("csm approvals show {}", id(1))), "{}", stderr(&refused));
    assert!(!outbox(1).exists());
    let shown = stdout(&done(&["approvals", "show", &id(1), "-w", ws]));
    is_harmless(&shown);
    assert!(shown.contains("P.S. Shall we meet on Friday?"), "{shown}");
    let hash = shown.split("--shown ").nth(1).expect("the command to copy").trim().to_owned();

    // Edited again: what was shown is not what lies there.
    fs::write(lumen.join(draft(1)), format!("{edited}P.P.S. Or never.\r\n")).expect("an edit");
    let approve = ["approvals", "approve", &id(1), "--shown", &hash, "--by", "Ann", "-w", ws];
    assert_eq!(csm(&approve).output().expect("it runs").status.code(), Some(1));
    assert!(!outbox(1).exists());
    fs::write(lumen.join(draft(1)), &edited).expect("the text that was shown");
    done(&approve);
    assert_eq!(fs::read_to_string(outbox(1)).expect("released"), edited);

    // What nobody edited is released as it was proposed.
    done(&["approvals", "approve", &id(2), "--by", "Ann", "-w", ws]);
    assert_eq!(fs::read(outbox(2)).expect("released"), fs::read(lumen.join(draft(2))).expect("the draft"));

    // Over the protocol: nobody decides as nobody, and the answer may carry the hash of what was shown.
    let sha256 = approvals[3]["details"]["sha256"].as_str().expect("a hash").to_owned();
    let answer = |more: Value| {
        let mut payload = json!({"approval_id": id(3), "decision": "approved"});
        payload.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
        request("answer_approval", payload)
    };
    let replies = ask(
        &lumen,
        &[
            answer(json!({"decided_by": null})),
            answer(json!({"decided_by": ""})),
            answer(json!({"decided_by": " \u{200b}\u{202e}"})),
            answer(json!({"decided_by": "Ann", "sha256": "0".repeat(64)})),
        ],
    );
    let codes: Vec<&str> = replies.iter().filter_map(|reply| reply["error"]["code"].as_str()).collect();
    assert_eq!(codes, ["INVALID_REQUEST", "INVALID_REQUEST", "INVALID_REQUEST", "APPROVAL_CHANGED"]);
    assert!(!outbox(3).exists(), "none of them approved it");
    let replies = ask(&lumen, &[answer(json!({"decided_by": "Ann", "sha256": sha256}))]);
    assert_eq!(replies[0]["payload"]["decision"], "approved", "{replies:?}");
    assert!(outbox(3).exists());
}

#[test]
fn a_reader_that_leaves_early_ends_the_command_quietly() {
    let scratch = Scratch::new();
    let lumen = scratch.lumen("lumen");
    let ws = text(&lumen);
    done(&["run", ws]);
    let commands: [&[&str]; 3] = [&["explain", "accounts_managed", "--rows"], &["accounts"], &["approvals"]];
    for command in commands {
        let mut child = csm(&[command, &["-w", ws]].concat())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(output.status.code(), Some(0), "{command:?}: {}", stderr(&output));
        assert!(!stderr(&output).contains("panic"), "{}", stderr(&output));
    }
}
