use std::time::Duration;

use agent_core::server::{Limits, ServerOptions};
use serde_json::json;

use super::client::Call;
use super::harness::{serve, serve_with};
use super::librarian::Librarian;

#[tokio::test]
async fn what_happened_is_counted() {
    let served = serve(Librarian::new()).await;
    let id = served.session().await;
    served.ended(&id).await;
    served.get("/v1/no-such-route").await;
    served.post("/v1/ask", serde_json::json!({ "request_type": "made_up", "payload": {} })).await;
    let reply = served.get("/metrics").await;
    assert!(reply.header("content-type").starts_with("application/openmetrics-text"), "{reply:?}");
    let text = String::from_utf8(reply.body).unwrap();
    let count = |line: &str| {
        let found = text.lines().find_map(|there| there.strip_prefix(line)?.trim().parse::<f64>().ok());
        found.unwrap_or_else(|| panic!("no {line} in\n{text}"))
    };
    assert_eq!(count("agent_requests_total{request_type=\"get_library_context\"}"), 1.);
    assert_eq!(count("agent_requests_total{request_type=\"other\"}"), 1.);
    assert_eq!(count("agent_sessions_opened_total{kind=\"work\"}"), 1.);
    assert_eq!(count("agent_sessions_ended_total{how=\"completed\"}"), 1.);
    assert_eq!(count("agent_sessions_live"), 0.);
    assert_eq!(count("agent_steps_total"), 5.);
    assert!(count("agent_tool_calls_total{tool=\"Read\",outcome=\"ok\"}") >= 2.);
    assert_eq!(count("agent_http_responses_total{status=\"202\"}"), 1.);
    assert_eq!(count("agent_http_responses_total{status=\"404\"}"), 2.);
    assert!(count("agent_messages_sent_total") >= 5.);
    assert!(!text.contains("made_up"), "a caller's words are not a label");
}

#[tokio::test]
async fn it_is_alive_without_being_ready_once_the_runtime_is_closed() {
    let served = serve(Librarian::new()).await;
    assert_eq!(served.get("/readyz").await.status, 200);
    served.runtime.close().await;
    let ready = served.get("/readyz").await;
    assert_eq!((ready.status, ready.code().as_str()), (503, "SHUTTING_DOWN"));
    assert_eq!(ready.header("retry-after"), "5");
    assert_eq!(served.get("/healthz").await.status, 200);
}

#[tokio::test]
async fn what_the_store_takes_on_the_disk_is_among_the_metrics() {
    let served = serve(Librarian::new()).await;
    let id = served.session().await;
    served.ended(&id).await;
    let text = String::from_utf8(served.get("/metrics").await.body).unwrap();
    for part in ["database", "objects"] {
        let line = format!("agent_store_bytes{{part=\"{part}\"}} ");
        let bytes = text.lines().find_map(|there| there.strip_prefix(&line)?.parse::<u64>().ok());
        assert!(bytes.is_some_and(|bytes| bytes > 0), "no {line} in\n{text}");
    }
}

#[tokio::test]
async fn it_is_not_ready_while_its_folder_is_elsewhere_and_ready_again_when_it_is_back() {
    let served = serve(Librarian::new()).await;
    assert_eq!(served.get("/readyz").await.status, 200);
    let (here, there) = (served.dir.path().to_owned(), served.dir.path().with_extension("moved"));
    std::fs::rename(&here, &there).unwrap();
    // What was found stands for a second.
    let moved = until(&served, 503).await;
    assert!(moved.json()["error"]["message"].as_str().unwrap().contains("moved or removed"), "{moved:?}");
    // Another folder in its place is not the one that is served.
    std::fs::create_dir(&here).unwrap();
    let mut another = served.get("/readyz").await;
    while !another.json()["error"]["message"].as_str().unwrap().contains("another was put in its place") {
        another = served.get("/readyz").await;
    }
    assert_eq!(another.status, 503);
    std::fs::remove_dir(&here).unwrap();
    std::fs::rename(&there, &here).unwrap();
    until(&served, 200).await;
}

/// Asks until the answer has this status.
async fn until(served: &super::harness::Served, status: u16) -> super::client::Reply {
    loop {
        let reply = served.get("/readyz").await;
        if reply.status == status {
            return reply;
        }
    }
}

#[tokio::test]
async fn while_it_drains_it_answers_that_it_does_until_the_last_session_is_over() {
    let served = serve(Librarian::stalling_at("cards")).await;
    let id = served.session().await;
    served.agent.reached().await;
    served.stop();
    // New connections are taken and told; what is there can still be fetched.
    let mut ready = served.get("/readyz").await;
    while ready.status == 200 {
        ready = served.get("/readyz").await;
    }
    assert_eq!((ready.status, ready.code().as_str()), (503, "SHUTTING_DOWN"));
    assert_eq!(served.get("/healthz").await.status, 200);
    assert_eq!(served.get(&format!("/v1/sessions/{id}")).await.status, 200);
    let refused =
        served.post("/v1/sessions", json!({ "request_type": "get_library_context", "payload": {} })).await;
    assert_eq!((refused.status, refused.code().as_str()), (503, "SHUTTING_DOWN"));
    served.agent.let_on.add_permits(1);
    served.close().await;
}

#[tokio::test]
async fn a_body_that_does_not_arrive_in_time_is_given_up_with_408_and_the_connection_with_it() {
    let limits = Limits { body_timeout: Duration::from_millis(50), ..Limits::default() };
    let served = serve_with(Librarian::new(), ServerOptions { limits, ..ServerOptions::default() }).await;
    for path in ["/v1/sessions", "/v1/ask", "/v1/approvals/ap-1"] {
        let headers = [("authorization", served.token.as_str()), ("content-length", "100")];
        let reply = Call::send(served.to, "POST", path, &headers, b"{").await.rest().await;
        assert_eq!((reply.status, reply.code().as_str()), (408, "DEADLINE_PASSED"), "{path}");
        assert_eq!(reply.header("connection"), "close");
    }
    assert!(served.stored().await.is_empty());
}
