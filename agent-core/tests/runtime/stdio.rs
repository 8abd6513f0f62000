use std::sync::Arc;

use agent_core::transport::stdio;
use serde_json::{Value, json};

use super::librarian::Librarian;
use super::support::{request, runtime, terminals, workspace};

/// Serves these bytes, and reads back what was written: one JSON object per line, nothing else.
async fn serve(input: &[u8]) -> Vec<Value> {
    let dir = workspace();
    let runtime = runtime(&Arc::new(Librarian::new()), dir.path()).await;
    let mut output = Vec::new();
    stdio::serve(&runtime, input, &mut output).await.unwrap();
    runtime.close().await;
    let text = String::from_utf8(output).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn line(kind: &str, payload: Value, id: &str) -> Vec<u8> {
    let mut line = serde_json::to_vec(&request(kind, payload, id)).unwrap();
    line.push(b'\n');
    line
}

#[tokio::test]
async fn a_bad_line_gets_one_error_reply_and_the_connection_goes_on() {
    let mut input = Vec::new();
    let long = "x".repeat(2 << 20);
    input.extend(line("get_library_context", json!({ "phases": [], "query": long }), "long"));
    input.extend(b"{\"request_type\": \"\xff\xfe\"}\n");
    input.extend(b"this is not JSON\n\n[1, 2]\n{\"greeting\": \"hello\"}\n");
    input.extend(line("make_coffee", json!({}), "coffee"));
    input.extend(line("get_library_context", json!({ "phases": [] }), "q-1"));

    let said = serve(&input).await;
    let codes: Vec<&str> = said.iter().filter_map(|message| message["error"]["code"].as_str()).collect();
    let expected = ["LINE_TOO_LONG", "NOT_UTF8", "INVALID_JSON", "NOT_AN_OBJECT", "UNKNOWN_MESSAGE"];
    assert_eq!(codes[..5], expected);
    assert_eq!(codes[5..], ["UNKNOWN_REQUEST_TYPE"]);
    assert!(said.iter().all(|message| message["error"].is_null() || message["status"].is_null()));
    let coffee = said.iter().find(|message| message["_meta"]["in_reply_to"] == "coffee").unwrap();
    assert!(coffee["error"]["hint"].as_str().unwrap().contains("`get_library_context`"));
    let answers: Vec<&Value> =
        said.iter().filter(|message| message["_meta"]["in_reply_to"] == "q-1").collect();
    assert_eq!(answers.len(), 2);
    assert_eq!(answers[0]["payload"], json!({ "books": ["a.md", "b.md"] }));
    assert_eq!(answers[1]["status"], "completed");
    let place = |nth: usize| (&answers[nth]["_meta"]["session_id"], &answers[nth]["_meta"]["seq"]);
    let id = place(0).0;
    assert!(id.is_string(), "a question is a session");
    assert_eq!((place(0), place(1)), ((id, &json!(1)), (id, &json!(2))));
}

#[tokio::test]
async fn what_is_published_can_be_asked_for_on_the_next_line() {
    let content = json!({ "context_type": "get_product_context", "content": { "version": 1 } });
    let mut input = line("publish_context", content, "p-1");
    input.extend(line("get_product_context", json!({}), "q-1"));
    let said = serve(&input).await;
    assert_eq!(said[1]["payload"]["published"][0]["content"], json!({ "version": 1 }));
}

#[tokio::test]
async fn the_end_of_input_lets_the_session_finish() {
    let said = serve(&line("get_library_context", json!({}), "r-1")).await;
    assert_eq!(terminals(&said), ["completed"]);
    assert_eq!(said[0]["response_type"], "library_context");
    assert_eq!(said.last().unwrap()["status"], "completed");
    assert_eq!(said.last().unwrap()["message"], "Counted 5 words in 2 books.");
    // Ticks are the messages without a place.
    let seqs: Vec<u64> = said.iter().filter_map(|message| message["_meta"]["seq"].as_u64()).collect();
    assert_eq!(seqs, [1, 2, 3, 4, 5]);
    let phases: Vec<&str> = said.iter().filter_map(|message| message["_meta"]["phase"].as_str()).collect();
    assert!(phases.contains(&"analysis") && phases.contains(&"implementation"));
}

#[tokio::test]
async fn what_is_over_the_limit_is_refused_and_can_be_sent_again() {
    let dir = workspace();
    let agent = Arc::new(Librarian::stalling_at("context"));
    let runtime = runtime(&agent, dir.path()).await;
    let mut client = agent_core::transport::memory::connect(&runtime);
    for nth in 0..=agent_core::transport::IN_FLIGHT {
        let payload = json!({ "idempotency_key": "one" });
        client.send(request("get_library_context", payload, &format!("r-{nth}")).into_members()).await;
    }
    let refused = client.next().await.unwrap();
    assert_eq!(refused["error"]["code"], "OVERLOADED");
    assert_eq!(refused["_meta"]["in_reply_to"], format!("r-{}", agent_core::transport::IN_FLIGHT));
    // Cancelling makes room, so it is served even now.
    agent.reached().await;
    let id = runtime.sessions(100).await.unwrap()[0].id.clone();
    client.send(request("cancel_session", json!({ "session_id": id }), "c-1").into_members()).await;
    let rest = client.hang_up().await;
    assert_eq!(terminals(&rest).len(), agent_core::transport::IN_FLIGHT);
    runtime.close().await;
}
