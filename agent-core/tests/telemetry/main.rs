//! What a log says of a session, and what it does not.
//!
//! One test: a process has one log.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "../runtime/librarian.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod librarian;
#[path = "../runtime/support.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod support;

use std::io::Write;
use std::sync::{Arc, Mutex};

use agent_core::agent::Agent;
use agent_core::runtime::Runtime;
use agent_core::telemetry::{LogFormat, subscriber};
use agent_core::transport::memory;
use librarian::{Librarian, Mischief};
use serde_json::{Value, json};
use support::{options, request, runtime, terminals, workspace};

/// Stands for what a customer wrote.
const SECRET: &str = "Zanzibar";
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_line_tells_which_trace_session_step_and_tool_and_nothing_that_was_written_by_anybody() {
    let log = Log::default();
    let lines =
        subscriber(LogFormat::Json, "agent_core=trace,protocol=trace", Box::new(log.clone())).unwrap();
    tracing::subscriber::set_global_default(lines).unwrap();

    // In the data, in its name, in the request, in what goes wrong, and in what nobody serves.
    let dir = workspace();
    std::fs::write(dir.path().join("books/a.md"), format!("one two {SECRET}")).unwrap();
    std::fs::write(dir.path().join("books/c.md"), SECRET).unwrap();
    let agent = Arc::new(Librarian::new());
    let good = runtime(&agent, dir.path()).await;
    let mut asked = request("get_library_context", json!({ "query": SECRET, "as_of": SECRET }), "r-1");
    asked.meta_mut().set("traceparent", format!("00-{TRACE}-00f067aa0ba902b7-01"));
    let client = memory::connect(&good);
    client.send(asked.into_members()).await;
    let said = client.hang_up().await;
    assert_eq!(terminals(&said), ["completed"]);
    let session = said[0]["_meta"]["session_id"].as_str().unwrap().to_owned();
    for (kind, payload) in [
        ("get_book_context", json!({ "book": SECRET })),
        ("get_library_context", json!({ "phases": SECRET })),
        ("cancel_session", json!({ "session_id": session, "reason": SECRET })),
        ("publish_context", json!({ "context_type": "get_x_context", "content": { "x": SECRET } })),
        ("answer_approval", json!({ "approval_id": SECRET, "decision": "approved" })),
        ("resume_session", json!({ "session_id": SECRET })),
        (SECRET, json!({})),
    ] {
        let client = memory::connect(&good);
        client.send(request(kind, payload, SECRET).into_members()).await;
        client.hang_up().await;
    }
    good.close().await;
    for mischief in [Mischief::StepFails, Mischief::NoPin, Mischief::Panic] {
        let dir = workspace();
        std::fs::rename(dir.path().join("books/a.md"), dir.path().join(format!("books/a-{SECRET}.md")))
            .unwrap();
        let agent = Arc::new(Librarian::with(mischief)) as Arc<dyn Agent>;
        let bad = Runtime::open(agent, dir.path(), options()).await.unwrap();
        let client = memory::connect(&bad);
        client.send(support::work().into_members()).await;
        assert_eq!(terminals(&client.hang_up().await), ["failed"]);
        bad.close().await;
    }

    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let calls: Vec<&Value> = lines
        .iter()
        .filter(|line| line["message"] == "tool call" && line["session"] == session.as_str())
        .filter(|line| line["step"].is_string())
        .collect();
    assert!(!calls.is_empty(), "no line of a tool within a step in\n{text}");
    for call in calls {
        assert_eq!(call["trace_id"], TRACE, "{call}");
        assert_eq!(call["request_type"], "get_library_context", "{call}");
        assert!(call["tool"].is_string(), "{call}");
    }
    assert!(lines.iter().any(|line| line["level"] == "ERROR"), "the panic is told");
    for line in text.lines() {
        assert!(!line.contains(SECRET), "{line}");
    }
}
