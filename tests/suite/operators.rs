//! What an operator meets: full disks, moved folders, secrets, old sessions. The real binary, sockets and files.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};
use serde_json::Value;

use crate::support::{SEED_QUERY, Scratch, csm, done, messages, stderr, stdio, stdout, text};

const ACCOUNTS: &str = "account_id,name,owner\nA-1,Alder,Kim\nA-2,Birch,Kim\n";
const SUBSCRIPTIONS: &str = "subscription_id,account_id,mrr_minor,currency,start_date,is_trial\n\
    S-1,A-1,10000,USD,2024-01-01,false\nS-2,A-2,20000,USD,2024-01-01,false\n";

/// A company of two accounts: what a session takes there is mostly the same for any company.
fn small(scratch: &Scratch, settings: &str) -> std::path::PathBuf {
    let config = format!("company = \"Acme\"\ncurrency = \"USD\"\nas_of = \"2024-06-30\"\n{settings}");
    scratch.write("ws/csm.toml", &config);
    scratch.write("ws/data/accounts.csv", ACCOUNTS);
    scratch.write("ws/data/subscriptions.csv", SUBSCRIPTIONS);
    scratch.path("ws")
}

/// `csm serve`, ended when dropped.
struct Served {
    child: Child,
    at: String,
    said: Vec<String>,
}

impl Served {
    /// Starts `csm serve` by a shell that does not let a write beyond a limit kill it, and waits until it listens.
    fn start(workspace: &Path, listen: &str) -> Self {
        let mut child = Command::new("sh")
            .args(["-c", "trap '' XFSZ; exec \"$@\"", "sh", env!("CARGO_BIN_EXE_csm"), "serve"])
            .args([text(workspace), "--listen", listen])
            .stderr(Stdio::piped())
            .env_remove("CSM_LOG")
            .spawn()
            .expect("the binary starts");
        let mut said = Vec::new();
        let stderr = BufReader::new(child.stderr.take().expect("stderr"));
        for line in stderr.lines() {
            let line = line.expect("UTF-8");
            said.push(line.clone());
            if let Some(rest) = line.strip_prefix("listening on http://") {
                let at = rest.split(' ').next().expect("an address").replace("0.0.0.0", "127.0.0.1");
                return Self { child, at, said };
            }
        }
        let ended = child.wait().expect("it ended");
        panic!("it does not listen, and ended with {ended}: {said:?}");
    }

    /// The status of `GET path`, and the body.
    fn get(&self, path: &str) -> (u16, Value) {
        let mut stream = TcpStream::connect(&self.at).expect("it takes connections");
        let head = format!("GET {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", self.at);
        stream.write_all(head.as_bytes()).expect("sent");
        let mut reply = String::new();
        stream.read_to_string(&mut reply).expect("answered");
        let status = reply.split(' ').nth(1).and_then(|it| it.parse().ok()).expect("a status");
        let body = reply.split("\r\n\r\n").nth(1).and_then(|body| serde_json::from_str(body).ok());
        (status, body.unwrap_or_default())
    }

    /// Asks `/readyz` until it answers with this status; what it answers.
    fn until(&self, wanted: u16) -> Value {
        loop {
            let (status, body) = self.get("/readyz");
            if status == wanted {
                return body;
            }
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn readyz_says_503_with_the_reason_while_nothing_can_be_written_or_the_folder_is_gone() {
    let scratch = Scratch::new();
    let ws = small(&scratch, "");
    let served = Served::start(&ws, "127.0.0.1:0");
    served.until(200);
    // No file may grow any more, as on a full disk.
    let pid = Pid::from_child(&served.child);
    let all = getrlimit(Resource::Fsize);
    prlimit(Some(pid), Resource::Fsize, Rlimit { current: Some(0), ..all }).expect("a limit");
    let full = served.until(503);
    assert_eq!(full["error"]["code"], "STORE_FAILED");
    assert!(full["error"]["message"].as_str().is_some_and(|it| it.contains("cannot be written")), "{full}");
    assert_eq!(served.get("/healthz").0, 200);
    prlimit(Some(pid), Resource::Fsize, all).expect("no limit");
    served.until(200);

    fs::rename(&ws, scratch.path("moved")).expect("moved");
    let moved = served.until(503);
    assert!(moved["error"]["message"].as_str().is_some_and(|it| it.contains("moved or removed")), "{moved}");
    fs::rename(scratch.path("moved"), &ws).expect("moved back");
    served.until(200);
    let private = fs::metadata(ws.join(".csm/store.db")).expect("a store").permissions().mode();
    assert_eq!(private & 0o777, 0o600);
}

#[test]
fn listening_to_other_machines_in_the_clear_is_warned_of_and_loopback_is_not() {
    let scratch = Scratch::new();
    let ws = small(&scratch, "");
    let open = Served::start(&ws, "0.0.0.0:0");
    assert!(open.said.iter().any(|line| line.contains("nothing is encrypted")), "{:?}", open.said);
    drop(open);
    let closed = Served::start(&ws, "127.0.0.1:0");
    assert!(!closed.said.iter().any(|line| line.contains("encrypted")), "{:?}", closed.said);
}

#[test]
fn a_stdio_peers_child_sees_what_every_program_needs_and_what_its_entry_names_and_no_secret() {
    let scratch = Scratch::new();
    let lumen = scratch.lumen("lumen");
    scratch.write(
        "lumen/peers.toml",
        "[[peer]]\nname = \"product-manager\"\ndeadline_seconds = 5\nenv = [\"PM_CONFIG\"]\n\
         command = [\"sh\", \"-c\", \"env > seen.txt\"]\n",
    );
    let output = csm(&["run", text(&lumen)])
        .envs([("PM_CONFIG", "theirs"), ("BRAVE_API_KEY", "secret-1"), ("OTHER_PEER_TOKEN", "secret-2")])
        .envs([("TZ", "UTC"), ("LANG", "C.UTF-8")])
        .output()
        .expect("the binary starts");
    assert!(output.status.success(), "{}", stderr(&output));
    let seen = fs::read_to_string(lumen.join("seen.txt")).expect("the child ran");
    for given in ["PATH=", "TZ=UTC", "LANG=C.UTF-8", "PM_CONFIG=theirs"] {
        assert!(seen.lines().any(|line| line.starts_with(given)), "{given} in\n{seen}");
    }
    assert!(!seen.contains("secret"), "{seen}");
    // What a shell makes for itself is not from us.
    let known = ["PATH", "HOME", "USER", "LANG", "TZ", "TMPDIR", "PM_CONFIG", "PWD", "OLDPWD", "SHLVL", "_"];
    let names = seen.lines().filter_map(|line| line.split('=').next());
    let others: Vec<&str> = names.filter(|name| !known.contains(name) && !name.starts_with("LC_")).collect();
    assert!(others.is_empty(), "{others:?}");
}

#[test]
fn a_definition_of_an_agent_that_is_not_there_is_refused_and_a_grant_without_effect_is_said() {
    let scratch = Scratch::new();
    let ws = small(&scratch, "");
    let agent = |name: &str, tools: &str| {
        format!("---\nname: {name}\ndescription: Looks after customers.\ntools: {tools}\n---\nDo it.\n")
    };
    scratch.write("ws/knowledge/agent.md", &agent("sales-engineer", "Read, Write"));
    for command in [["run", text(&ws)], ["stdio", text(&ws)]] {
        let refused = csm(&command).output().expect("the binary starts");
        let said = stderr(&refused);
        assert_eq!(refused.status.code(), Some(1), "{said}");
        assert!(said.contains("agent.md:2: this program has no agent named `sales-engineer`"), "{said}");
        assert!(said.contains("`customer-success-manager`"), "{said}");
    }
    // The same agent in other letters is the same agent, under its own name; Bash is a tool it does not have.
    scratch.write(
        "ws/knowledge/agent.md",
        &agent("Customer Success Manager", "Read, Write, Edit, Glob, Grep, Bash"),
    );
    let mut child = stdio(&ws);
    let question = SEED_QUERY.replace("\"payload\":{", "\"payload\":{\"phases\":[],");
    child.stdin.take().expect("stdin").write_all(format!("{question}\n").as_bytes()).expect("written");
    let output = child.wait_with_output().expect("it ends");
    let said = stderr(&output);
    assert!(said.contains("agent.md:4: no tool is named `Bash`; the grant has no effect"), "{said}");
    let told = messages(&stdout(&output));
    assert!(told.iter().all(|message| message["agent"] == "customer-success-manager"), "{told:?}");
}

#[test]
fn a_byte_order_mark_before_the_first_line_is_named_and_the_next_line_is_read() {
    let scratch = Scratch::new();
    let ws = small(&scratch, "");
    let asked = r#"{"requesting_agent":"o","request_type":"describe_agent","payload":{}}"#;
    let mut child = stdio(&ws);
    let lines = [b"\xEF\xBB\xBF".as_slice(), asked.as_bytes(), b"\n", asked.as_bytes(), b"\n"].concat();
    child.stdin.take().expect("stdin").write_all(&lines).expect("written");
    let output = child.wait_with_output().expect("it ends");
    let told = messages(&stdout(&output));
    assert_eq!(told[0]["error"]["code"], "INVALID_JSON");
    assert!(
        told[0]["error"]["message"].as_str().is_some_and(|it| it.contains("byte order mark")),
        "{}",
        told[0]
    );
    assert_eq!(told[1]["response_type"], "agent_description");
}

/// Runs a session as of a day; its id.
fn session(ws: &Path, day: &str) -> String {
    let said = stdout(&done(&["run", text(ws), "--as-of", day, "--json"]));
    let last = messages(&said).pop().expect("a delivery");
    last["_meta"]["session_id"].as_str().expect("a session").to_owned()
}

#[test]
fn gc_says_what_would_go_then_lets_it_go_and_figures_of_kept_sessions_still_open() {
    let scratch = Scratch::new();
    let ws = small(&scratch, "[agent]\nsessions_kept = 5\n");
    let days = ["2024-05-31", "2024-06-07", "2024-06-14", "2024-06-21"];
    let ids: Vec<String> = days.iter().map(|day| session(&ws, day)).collect();
    let w = text(&ws);
    let nothing = stdout(&done(&["gc", "-w", w, "--dry-run"]));
    assert!(nothing.contains("0 sessions and 0 answered questions would go"), "{nothing}");

    scratch.write(
        "ws/csm.toml",
        "company = \"Acme\"\ncurrency = \"USD\"\nas_of = \"2024-06-30\"\n[agent]\nsessions_kept = 1\n",
    );
    let dry = stdout(&done(&["gc", "-w", w, "--dry-run"]));
    let would: Vec<&str> = dry.lines().filter_map(|line| line.strip_prefix("  ")).collect();
    assert!(!would.is_empty() && !would.contains(&ids[3].as_str()), "{dry}");
    let explain =
        |id: &str| csm(&["explain", "accounts_managed", "--rows", "-w", w, "--session", id]).output();
    assert!(explain(would[0]).expect("it runs").status.success(), "a dry run changes nothing");

    let gone = stdout(&done(&["gc", "-w", w]));
    let went: Vec<&str> = gone.lines().filter_map(|line| line.strip_prefix("  ")).collect();
    assert_eq!(went, would, "{gone}");
    assert!(!explain(would[0]).expect("it runs").status.success());
    for kept in ids.iter().filter(|id| !would.contains(&id.as_str())) {
        let opened = explain(kept).expect("it runs");
        assert!(opened.status.success(), "{}", stderr(&opened));
        assert!(stdout(&opened).contains("A-1"), "its rows are there");
    }
    // A caller that names what is gone is told so.
    let asked = format!(
        r#"{{"requesting_agent":"o","request_type":"resume_session","payload":{{"session_id":"{}"}}}}"#,
        would[0]
    );
    let mut child = stdio(&ws);
    child.stdin.take().expect("stdin").write_all(format!("{asked}\n").as_bytes()).expect("written");
    let told = messages(&stdout(&child.wait_with_output().expect("it ends")));
    assert_eq!(told[0]["error"]["code"], "SESSION_PRUNED");
}
