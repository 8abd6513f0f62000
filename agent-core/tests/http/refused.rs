use super::client::Call;
use super::harness::{serve, work};
use super::librarian::{Librarian, Mischief};

#[tokio::test]
async fn what_is_wrong_is_said_with_a_code_a_remedy_and_a_fitting_status() {
    let served = serve(Librarian::new()).await;
    let open = |body: &'static str| ("POST", "/v1/sessions", body);
    let rows = [
        (open(r#"{"request_type":"get_library_context","payload":{}"#), 400, "INVALID_JSON"),
        (open(r#"{"request_type":"a","request_type":"b","payload":{}}"#), 400, "DUPLICATE_MEMBER"),
        (open("[1]"), 400, "NOT_AN_OBJECT"),
        (open(r#"{"payload":{}}"#), 400, "INVALID_REQUEST"),
        (open(r#"{"request_type":"get_library_context","payload":[]}"#), 400, "INVALID_REQUEST"),
        (open(r#"{"request_type":"describe_agent","payload":{}}"#), 404, "UNKNOWN_REQUEST_TYPE"),
        (
            open(r#"{"request_type":"get_library_context","payload":{},"_meta":{"trace":["librarian"]}}"#),
            508,
            "REQUEST_LOOP",
        ),
        (
            ("POST", "/v1/ask", r#"{"request_type":"get_library_context","payload":{}}"#),
            400,
            "INVALID_REQUEST",
        ),
        (("POST", "/v1/ask", r#"{"request_type":"resume_session","payload":{}}"#), 400, "INVALID_REQUEST"),
        (("POST", "/v1/ask", r#"{"request_type":"get_x_context","payload":{}}"#), 404, "CONTEXT_UNKNOWN"),
        (("POST", "/v1/ask", r#"{"request_type":"dance","payload":{}}"#), 404, "UNKNOWN_REQUEST_TYPE"),
        (("GET", "/v1/sessions?limit=many", ""), 400, "INVALID_REQUEST"),
        (("GET", "/v1/sessions?limti=1", ""), 400, "INVALID_REQUEST"),
        (("GET", "/v1/sessions/no-such", ""), 404, "SESSION_UNKNOWN"),
        (("GET", "/v1/sessions/no-such/messages", ""), 404, "SESSION_UNKNOWN"),
        (("GET", "/v1/sessions/no-such/events", ""), 404, "SESSION_UNKNOWN"),
        (("GET", "/v1/sessions/no-such/deliverables", ""), 404, "SESSION_UNKNOWN"),
        (("POST", "/v1/sessions/no-such/cancel", ""), 404, "SESSION_UNKNOWN"),
        (("POST", "/v1/approvals/no-such", r#"{"decision":"approved"}"#), 404, "APPROVAL_UNKNOWN"),
        (("POST", "/v1/approvals/no-such", r#"{"decision":"perhaps"}"#), 400, "INVALID_REQUEST"),
        (("GET", "/v1/nothing", ""), 404, "UNKNOWN_REQUEST_TYPE"),
        (("DELETE", "/v1/sessions/no-such", ""), 405, "UNKNOWN_REQUEST_TYPE"),
    ];
    for ((method, path, body), status, code) in rows {
        let reply = served.call(method, path, &[], body.as_bytes()).await.rest().await;
        assert_eq!((reply.status, reply.code().as_str()), (status, code), "{method} {path} {body}");
        assert!(reply.json()["error"]["hint"].as_str().is_some_and(|hint| !hint.is_empty()), "{reply:?}");
        assert_eq!(reply.header("content-type"), "application/json");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert_eq!(reply.header("access-control-allow-origin"), "", "no other site's page may read it");
    }
    let allowed = served.call("DELETE", "/v1/sessions", &[], b"").await.rest().await;
    assert_eq!(allowed.header("allow").split(',').count(), 3, "GET, HEAD and POST: {allowed:?}");
    assert!(served.stored().await.is_empty(), "none of this opened a session");
}

#[tokio::test]
async fn a_body_past_the_limit_is_refused_however_it_is_announced() {
    let served = serve(Librarian::new()).await;
    let long = format!(
        r#"{{"request_type":"get_library_context","payload":{{"query":"{}"}}}}"#,
        "x".repeat(1 << 20)
    );
    let whole = served.call("POST", "/v1/sessions", &[], long.as_bytes()).await.rest().await;
    assert_eq!((whole.status, whole.code().as_str()), (413, "LINE_TOO_LONG"));
    // Announced and never sent: refused before it is waited for.
    let promised = served.call("POST", "/v1/sessions", &[("content-length", "9000000")], b"{").await;
    assert_eq!(promised.rest().await.status, 413);
    let mut chunked = Vec::new();
    for part in long.as_bytes().chunks(40_000) {
        chunked.extend(format!("{:x}\r\n", part.len()).into_bytes());
        chunked.extend(part);
        chunked.extend(b"\r\n");
    }
    chunked.extend(b"0\r\n\r\n");
    let parts = served.call("POST", "/v1/sessions", &[("transfer-encoding", "chunked")], &chunked).await;
    assert_eq!(parts.rest().await.status, 413);
    assert!(served.stored().await.is_empty());
}

#[tokio::test]
async fn without_a_token_nothing_is_told() {
    let served = serve(Librarian::new()).await;
    let id = served.session().await;
    for path in
        ["/v1/sessions", &format!("/v1/sessions/{id}"), &format!("/v1/sessions/{id}/events"), "/metrics"]
    {
        let reply = Call::send(served.to, "GET", path, &[], b"").await.rest().await;
        assert_eq!((reply.status, reply.code().as_str()), (401, "UNAUTHORIZED"), "{path}");
        assert_eq!(reply.header("www-authenticate"), "Bearer");
    }
    let body = work().to_string();
    let reply = Call::send(served.to, "POST", "/v1/sessions", &[], body.as_bytes()).await.rest().await;
    assert_eq!(reply.status, 401);
}

#[tokio::test]
async fn a_session_that_cannot_begin_is_told_by_its_own_messages() {
    let served = serve(Librarian::with(Mischief::NoPin)).await;
    let id = served.session().await;
    let shown = served.get(&format!("/v1/sessions/{id}")).await.json();
    assert_eq!(shown["session"]["status"], "failed");
    assert_eq!(shown["delivery"]["error"]["code"], "DATASET_INVALID");
}
