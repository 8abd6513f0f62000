use std::time::Duration;

use agent_core::server::{Limits, ServerOptions};
use serde_json::json;

use super::client::Call;
use super::harness::{serve, serve_with, work};
use super::librarian::Librarian;

/// Every route under `/v1`, with the scope that it asks for.
#[tokio::test]
async fn each_route_is_open_to_its_scope_and_to_no_other() {
    let served = serve(Librarian::new()).await;
    let id = served.session().await;
    served.ended(&id).await;
    let session = |rest: &str| format!("/v1/sessions/{id}{rest}");
    let describe = json!({ "request_type": "describe_agent", "payload": {} });
    let rows = [
        ("POST", "/v1/sessions".to_owned(), work(), "get_library_context"),
        ("GET", "/v1/sessions".to_owned(), json!(null), "list_sessions"),
        ("GET", session(""), json!(null), "list_sessions"),
        ("GET", session("/messages"), json!(null), "list_sessions"),
        ("GET", session("/deliverables"), json!(null), "list_sessions"),
        ("GET", "/v1/deliverables/out/catalogue.txt".to_owned(), json!(null), "list_sessions"),
        ("GET", session("/events"), json!(null), "resume_session"),
        ("POST", session("/cancel"), json!({}), "cancel_session"),
        ("GET", "/v1/approvals".to_owned(), json!(null), "list_approvals"),
        ("POST", "/v1/approvals/a".to_owned(), json!({ "decision": "approved" }), "answer_approval"),
        ("POST", "/v1/ask".to_owned(), describe, "describe_agent"),
        ("GET", "/metrics".to_owned(), json!(null), "metrics"),
    ];
    let scopes: Vec<&str> = rows.iter().map(|row| row.3).collect();
    for (nth, (method, path, body, scope)) in rows.iter().enumerate() {
        let others: Vec<&str> = scopes.iter().copied().filter(|other| other != scope).collect();
        let body = if body.is_null() { String::new() } else { body.to_string() };
        for (name, scopes, let_in) in [("one", vec![*scope], true), ("others", others, false)] {
            let token = served.token(&format!("{name}-{nth}"), &scopes);
            let call =
                Call::send(served.to, method, path, &[("authorization", &token)], body.as_bytes()).await;
            assert_eq!(call.status != 403, let_in, "{method} {path} with {scopes:?}");
            if !let_in {
                assert_eq!(call.rest().await.code(), "FORBIDDEN");
            }
        }
    }
}

#[tokio::test]
async fn another_workspace_is_not_for_this_token() {
    let served = serve(Librarian::new()).await;
    let asked = json!({ "request_type": "get_library_context", "payload": { "workspace": "elsewhere" } });
    let reply = served.post("/v1/sessions", asked).await;
    assert_eq!((reply.status, reply.code().as_str()), (403, "FORBIDDEN"));
    assert!(served.stored().await.is_empty());
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_given_up_and_says_so() {
    let limits = Limits { request_timeout: Duration::from_millis(50), ..Limits::default() };
    let server = ServerOptions { limits, ..ServerOptions::default() };
    let served = serve_with(Librarian::new(), server).await;
    // A body that is promised and does not come.
    let call = served.call("POST", "/v1/sessions", &[("content-length", "100")], b"{").await;
    let reply = call.rest().await;
    assert_eq!((reply.status, reply.code().as_str()), (503, "OVERLOADED"));
    assert_eq!(reply.header("retry-after"), "1");
}
