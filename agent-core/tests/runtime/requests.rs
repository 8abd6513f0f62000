use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, mpsc};
use std::task::Poll;

use agent_core::transport::memory;
use serde_json::{Value, json};

use super::librarian::Librarian;
use super::support::{bare, messages, request, runtime, terminals, work, workspace};

/// Sends one request on a connection of its own, and returns everything it led to.
async fn ask(runtime: &agent_core::runtime::Runtime, kind: &str, payload: Value) -> Vec<Value> {
    let client = memory::connect(runtime);
    client.send(request(kind, payload, "r-1").into_members()).await;
    client.hang_up().await
}

#[tokio::test]
async fn a_figure_opens_to_the_rows_it_came_from() {
    let dir = workspace();
    let runtime = runtime(&Arc::new(Librarian::new()), dir.path()).await;
    let none = ask(&runtime, "explain_figure", json!({ "figure": "words@book=a.md" })).await;
    assert_eq!(none[0]["error"]["code"], "FIGURE_UNKNOWN");
    let handle = runtime.open_session(&work()).await.unwrap();
    let id = handle.id().to_owned();
    messages(handle).await;

    let opened = ask(&runtime, "explain_figure", json!({ "figure": "words@book=a.md" })).await;
    let payload = &opened[0]["payload"];
    assert_eq!(payload["session_id"], id);
    assert_eq!(payload["figure"]["value"], 3);
    assert_eq!(payload["rows"], json!([{ "word": "one" }, { "word": "two" }, { "word": "three" }]));
    assert_eq!(payload["truncated"], false);
    let some = ask(&runtime, "explain_figure", json!({ "figure": "words@book=a.md", "rows": 1 })).await;
    assert_eq!(
        (some[0]["payload"]["rows"].as_array().unwrap().len(), &some[0]["payload"]["truncated"]),
        (1, &true.into())
    );

    assert_eq!(runtime.ledger().check(&id).await.unwrap().0, 2);
    let figure = runtime.ledger().list(&id).await.unwrap().remove(0);
    let rows = figure.evidence.unwrap().rows;
    let object = dir.path().join(".csm/objects").join(&rows[..2]).join(&rows);
    std::fs::write(object, "{\"word\": \"lies\"}\n").unwrap();
    let damaged = ask(&runtime, "explain_figure", json!({ "figure": "words@book=a.md" })).await;
    assert_eq!(damaged[0]["error"]["code"], "EVIDENCE_DAMAGED");
    let (sound, wrong) = runtime.ledger().check(&id).await.unwrap();
    assert_eq!((sound, wrong.len()), (1, 1));
    runtime.close().await;
}

#[test]
fn rows_are_read_off_the_async_threads() {
    let threads = tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(1).build();
    threads.unwrap().block_on(async {
        let dir = workspace();
        let runtime = runtime(&Arc::new(Librarian::new()), dir.path()).await;
        let handle = runtime.open_session(&work()).await.unwrap();
        let id = handle.id().to_owned();
        messages(handle).await;
        let figure = runtime.ledger().list(&id).await.unwrap().remove(0);

        // The one thread for blocking work is taken, so nothing can have been read yet.
        let (free, taken) = mpsc::channel::<()>();
        let taking = tokio::task::spawn_blocking(move || taken.recv());
        let mut reading = pin!(runtime.ledger().open_rows(&figure));
        let first = poll_fn(|cx| Poll::Ready(reading.as_mut().poll(cx))).await;
        assert!(first.is_pending());
        free.send(()).unwrap();
        taking.await.unwrap().unwrap();
        assert_eq!(reading.await.unwrap(), runtime.ledger().rows(&figure).unwrap());
        runtime.close().await;
    });
}

#[tokio::test]
async fn what_git_keeps_is_closed_to_tools() {
    let dir = workspace();
    std::fs::create_dir(dir.path().join(".git")).unwrap();
    std::os::unix::fs::symlink(".git", dir.path().join("cards")).unwrap();
    let runtime = runtime(&Arc::new(Librarian::new()), dir.path()).await;
    let said = messages(runtime.open_session(&work()).await.unwrap()).await;
    assert_eq!(terminals(&said), ["failed"]);
    assert_eq!(said.last().unwrap()["error"]["code"], "TOOL_DENIED");
    assert_eq!(std::fs::read_dir(dir.path().join(".git")).unwrap().count(), 0);
    runtime.close().await;
}

#[tokio::test]
async fn what_agents_publish_is_returned_with_its_author_and_what_came_before_as_history() {
    let dir = workspace();
    let runtime = runtime(&Arc::new(Librarian::new()), dir.path()).await;
    let unknown = ask(&runtime, "get_product_context", json!({})).await;
    assert_eq!(unknown[0]["error"]["code"], "CONTEXT_UNKNOWN");
    for version in [1, 2] {
        let content = json!({ "context_type": "get_product_context", "content": { "version": version } });
        let kept = ask(&runtime, "publish_context", content).await;
        assert_eq!(kept[0]["payload"]["published_by"], "orchestrator");
    }
    for (asked, expected) in [(json!({}), json!([2])), (json!({ "history": true }), json!([2, 1]))] {
        let found = ask(&runtime, "get_product_context", asked).await;
        assert_eq!(found[0]["response_type"], "product_context");
        let published = found[0]["payload"]["published"].as_array().unwrap();
        let versions: Vec<&Value> = published.iter().map(|one| &one["content"]["version"]).collect();
        assert_eq!(json!(versions), expected);
    }
    let other = ask(&runtime, "get_price_context", json!({})).await;
    assert!(other[0]["error"]["hint"].as_str().unwrap().contains("`get_product_context`"));
    runtime.close().await;
}

#[tokio::test]
async fn a_reattached_listener_gets_the_same_messages_from_where_it_was() {
    let dir = workspace();
    let runtime = runtime(&Arc::new(Librarian::new()), dir.path()).await;
    let handle = runtime.open_session(&work()).await.unwrap();
    let id = handle.id().to_owned();
    let said = messages(handle).await;
    let journaled: Vec<&Value> = said.iter().filter(|message| message["_meta"]["seq"].is_u64()).collect();

    let again = ask(&runtime, "resume_session", json!({ "session_id": id, "after_seq": 2 })).await;
    assert_eq!(again[0]["payload"]["status"], "completed");
    assert_eq!(again[0]["payload"]["last_seq"], journaled.len());
    assert_eq!(again[1..].iter().collect::<Vec<_>>(), journaled[2..]);
    let nobody = ask(&runtime, "resume_session", json!({ "session_id": "x" })).await;
    assert_eq!(nobody[0]["error"]["code"], "SESSION_UNKNOWN");

    let listed = ask(&runtime, "list_sessions", json!({})).await;
    assert_eq!(listed[0]["payload"]["sessions"][0]["session_id"], id);
    assert_eq!(listed[0]["payload"]["sessions"][0]["status"], "completed");
    assert_eq!(bare(&said).len(), journaled.len());
    runtime.close().await;
}

#[tokio::test]
async fn every_verb_is_answered_or_refused_by_name() {
    let dir = workspace();
    let runtime = runtime(&Arc::new(Librarian::new()), dir.path()).await;
    let code = |said: &[Value]| said[0]["error"]["code"].as_str().map(str::to_owned);
    let about = ask(&runtime, "describe_agent", json!({})).await;
    assert_eq!(about[0]["payload"]["name"], "librarian");
    assert_eq!(about[0]["payload"]["tools"], json!(["Glob", "Read", "Write"]));
    let types: Vec<&str> = about[0]["payload"]["request_types"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["request_type"].as_str().unwrap())
        .collect();
    assert_eq!(types[..2], ["get_library_context", "get_book_context"]);

    let book = ask(&runtime, "get_book_context", json!({ "book": "b.md" })).await;
    assert_eq!(book[0]["response_type"], "book_context");
    assert_eq!(book[0]["payload"]["text"], "four five");

    let offer = ask(&runtime, "offer_context", json!({ "context_types": ["get_library_context"] })).await;
    assert_eq!(offer[0]["payload"]["context_types"], json!([]));
    let answer = json!({ "approval_id": "a-1", "decision": "approved" });
    assert_eq!(code(&ask(&runtime, "answer_approval", answer).await).as_deref(), Some("APPROVAL_UNKNOWN"));
    let subject = ask(&runtime, protocol::Verb::GetSubjectContext.name(), json!({})).await;
    assert_eq!(code(&subject).as_deref(), Some("UNKNOWN_REQUEST_TYPE"));
    let bad = ask(&runtime, "cancel_session", json!({})).await;
    assert_eq!(code(&bad).as_deref(), Some("INVALID_REQUEST"));

    let mut looped = work();
    looped.meta_mut().set("trace", json!(["orchestrator", "librarian"]));
    let client = memory::connect(&runtime);
    client.send(looped.into_members()).await;
    assert_eq!(code(&client.hang_up().await).as_deref(), Some("REQUEST_LOOP"));
    // What asks nothing is not answered.
    let client = memory::connect(&runtime);
    let error = json!({ "agent": "x", "error": { "code": "OVERLOADED" } });
    client.send(error.as_object().unwrap().clone()).await;
    assert!(client.hang_up().await.is_empty());
    assert!(runtime.sessions(100).await.unwrap().is_empty(), "none of this opened a session");

    runtime.close().await;
    assert_eq!(
        code(&ask(&runtime, "get_library_context", json!({})).await).as_deref(),
        Some("SHUTTING_DOWN")
    );
}

#[tokio::test]
async fn a_failed_delivery_of_messages_does_not_end_the_session() {
    let dir = workspace();
    let agent = Arc::new(Librarian::stalling_at("cards"));
    let runtime = runtime(&agent, dir.path()).await;
    let (client, gone) = tokio::sync::mpsc::channel(1);
    drop(gone);
    runtime.accept(work().into(), &client).await;
    agent.reached().await;
    agent.let_on.add_permits(1);
    assert_eq!(terminals(&messages(runtime.open_session(&work()).await.unwrap()).await), ["completed"]);
    runtime.close().await;
}
