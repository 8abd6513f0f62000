use std::collections::BTreeSet;
use std::path::Path;

use agent_core::server::http::{asyncapi, openapi, routes};
use serde_json::{Value, json};

use super::client::Reply;
use super::harness::{Served, serve, work};
use super::librarian::Librarian;

/// Set to write the committed documents anew.
const UPDATE: &str = "UPDATE_SCHEMAS";

#[test]
fn the_router_and_the_document_have_the_same_routes() {
    let document = openapi();
    let mut documented = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            documented.insert(format!("{} {path}", method.to_uppercase()));
        }
    }
    let served: BTreeSet<String> =
        routes().iter().map(|(method, path)| format!("{method} {}", path.replace("{*", "{"))).collect();
    assert_eq!(documented, served);
}

#[test]
fn every_reference_leads_somewhere_and_the_committed_documents_are_these() {
    for (name, document) in [("openapi.json", openapi()), ("asyncapi.json", asyncapi())] {
        let mut refs = Vec::new();
        references(&document, &mut refs);
        assert!(refs.len() > 50, "{name} refers to the schemas");
        for to in refs {
            assert!(document.pointer(&to[1..]).is_some(), "{name}: {to}");
        }
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name);
        let text = format!("{document:#}\n");
        if std::env::var_os(UPDATE).is_some() {
            std::fs::write(&file, &text).unwrap();
        }
        let committed = std::fs::read_to_string(&file).unwrap();
        assert!(committed == text, "`docs/{name}` is not what is served: run again with {UPDATE}=1");
    }
}

fn references(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            into.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|value| references(value, into));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, into)),
        _ => {}
    }
}

#[tokio::test]
async fn every_documented_route_answers_as_documented() {
    let served = serve(Librarian::new()).await;
    let id = served.session().await;
    served.ended(&id).await;
    let mut check = Check { document: openapi(), driven: BTreeSet::new() };
    let session = |rest: &str| format!("/v1/sessions/{id}{rest}");
    let ask = json!({ "request_type": "describe_agent", "payload": {} });
    let decision = json!({ "decision": "rejected", "note": "no" });
    for (operation, path, body, status) in [
        ("post /v1/sessions", "/v1/sessions".to_owned(), Some(work()), 202),
        ("post /v1/sessions", "/v1/sessions".to_owned(), Some(json!({})), 400),
        ("get /v1/sessions", "/v1/sessions?limit=3".to_owned(), None, 200),
        ("get /v1/sessions", "/v1/sessions?limit=x".to_owned(), None, 400),
        ("get /v1/sessions/{id}", session(""), None, 200),
        ("get /v1/sessions/{id}", "/v1/sessions/none".to_owned(), None, 404),
        ("get /v1/sessions/{id}/messages", session("/messages?after=1"), None, 200),
        ("get /v1/sessions/{id}/events", session("/events"), None, 200),
        ("get /v1/sessions/{id}/events", session("/events?after=99"), None, 204),
        ("post /v1/sessions/{id}/cancel", session("/cancel"), Some(json!({})), 409),
        ("get /v1/sessions/{id}/deliverables", session("/deliverables"), None, 200),
        ("get /v1/deliverables/{path}", "/v1/deliverables/out/catalogue.txt".to_owned(), None, 200),
        ("get /v1/deliverables/{path}", "/v1/deliverables/none".to_owned(), None, 404),
        ("get /v1/approvals", "/v1/approvals?state=pending".to_owned(), None, 200),
        ("post /v1/approvals/{id}", "/v1/approvals/none".to_owned(), Some(decision), 404),
        ("post /v1/ask", "/v1/ask".to_owned(), Some(ask), 200),
        ("get /healthz", "/healthz".to_owned(), None, 200),
        ("get /readyz", "/readyz".to_owned(), None, 200),
        ("get /metrics", "/metrics".to_owned(), None, 200),
        ("get /openapi.json", "/openapi.json".to_owned(), None, 200),
        ("get /asyncapi.json", "/asyncapi.json".to_owned(), None, 200),
    ] {
        let reply = send(&served, operation, &path, body).await;
        assert_eq!(reply.status, status, "{operation} {path}: {reply:?}");
        check.answer(operation, &reply);
    }
    let all: BTreeSet<String> = routes()
        .iter()
        .map(|(method, path)| format!("{} {}", method.as_str().to_lowercase(), path.replace("{*", "{")))
        .collect();
    assert_eq!(check.driven, all, "every route was driven");
}

async fn send(served: &Served, operation: &str, path: &str, body: Option<Value>) -> Reply {
    let method = if operation.starts_with("post") { "POST" } else { "GET" };
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    served.call(method, path, &[], body.as_bytes()).await.rest().await
}

struct Check {
    document: Value,
    driven: BTreeSet<String>,
}

impl Check {
    /// The status is documented, and the body is of the documented type and shape.
    fn answer(&mut self, operation: &str, reply: &Reply) {
        self.driven.insert(operation.to_owned());
        let (method, path) = operation.split_once(' ').unwrap();
        let responses = &self.document["paths"][path][method]["responses"];
        let response = &responses[reply.status.to_string()];
        assert!(response.is_object(), "{operation}: {} is not documented", reply.status);
        let response = match response["$ref"].as_str() {
            Some(to) => self.document.pointer(&to[1..]).unwrap(),
            None => response,
        };
        let Some(content) = response["content"].as_object() else {
            assert!(reply.body.is_empty(), "{operation}: {reply:?}");
            return;
        };
        let sent = reply.header("content-type").split(';').next().unwrap();
        let documented = content.get(sent).or_else(|| content.get("*/*"));
        let documented = documented.unwrap_or_else(|| panic!("{operation}: {sent} is not documented"));
        if sent != "application/json" || !content.contains_key(sent) {
            return;
        }
        let schema = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "allOf": [documented["schema"]],
            "components": self.document["components"],
        });
        let validator = jsonschema::draft202012::new(&schema).unwrap();
        let body = reply.json();
        let wrong: Vec<String> = validator
            .iter_errors(&body)
            .map(|error| format!("{} at {}", error, error.instance_path()))
            .collect();
        assert!(wrong.is_empty(), "{operation} {}: {wrong:?} in {body:#}", reply.status);
    }
}

#[tokio::test]
async fn a_schema_that_asks_for_more_would_be_noticed() {
    let served = serve(Librarian::new()).await;
    let mut document = openapi();
    document["components"]["schemas"]["Sessions"]["required"] = json!(["sessions", "not_there"]);
    let mut check = Check { document, driven: BTreeSet::new() };
    let reply = served.get("/v1/sessions").await;
    let failed =
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| check.answer("get /v1/sessions", &reply)));
    assert!(failed.is_err(), "the check can fail");
}
