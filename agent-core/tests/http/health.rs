use super::harness::serve;
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
async fn it_is_alive_without_being_ready_once_the_store_is_gone() {
    let served = serve(Librarian::new()).await;
    assert_eq!(served.get("/readyz").await.status, 200);
    served.runtime.close().await;
    let ready = served.get("/readyz").await;
    assert_eq!((ready.status, ready.code().as_str()), (503, "STORE_FAILED"));
    assert_eq!(ready.header("retry-after"), "5");
    assert_eq!(served.get("/healthz").await.status, 200);
}
