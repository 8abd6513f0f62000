use agent_core::transport::memory;
use serde_json::{Value, json};

use super::harness::{serve, work};
use super::librarian::Librarian;
use super::support::{request, terminals};

#[tokio::test]
async fn a_session_is_opened_read_and_told_like_one_of_a_connection() {
    let served = serve(Librarian::new()).await;
    let reply = served.post("/v1/sessions", work()).await;
    assert_eq!(reply.status, 202, "{reply:?}");
    let id = reply.json()["session_id"].as_str().unwrap().to_owned();
    assert_eq!(reply.header("location"), format!("/v1/sessions/{id}"));
    assert_eq!(reply.header("cache-control"), "no-store");
    // It was durable before it was acknowledged.
    let stored = served.stored().await;
    assert_eq!((stored.len(), stored[0].id.as_str()), (1, id.as_str()));
    assert_eq!(stored[0].request["requesting_agent"], "tester", "who asks is the token's name");

    let said = served.ended(&id).await;
    assert_eq!(terminals(&said), ["completed"]);
    let listed = served.get(&format!("/v1/sessions/{id}/messages")).await.json();
    let client = memory::connect(&served.runtime);
    let resume = json!({ "session_id": id });
    client.send(request("resume_session", resume, "r-2").into_members()).await;
    let attached = client.hang_up().await;
    let journaled = |messages: &[Value]| -> Vec<Value> {
        let placed = messages.iter().filter(|message| message["_meta"]["seq"].is_u64()).cloned();
        // Each says whom it answers, and only that.
        placed
            .map(|mut message| {
                message["_meta"].as_object_mut().unwrap().remove("in_reply_to");
                message
            })
            .collect()
    };
    let attached = journaled(&attached);
    assert_eq!(attached.len(), 5);
    assert_eq!(journaled(listed.as_array().unwrap()), attached);
    assert_eq!(journaled(&said), attached);
    let rest = served.get(&format!("/v1/sessions/{id}/messages?after=2")).await.json();
    assert_eq!(rest.as_array().unwrap()[0]["_meta"]["seq"], 3);

    let shown = served.get(&format!("/v1/sessions/{id}")).await.json();
    assert_eq!(shown["session"]["status"], "completed");
    assert_eq!(shown["delivery"]["message"], "Counted 5 words in 2 books.");
    assert_eq!(shown["newest"], shown["delivery"]);
    let list = served.get("/v1/sessions?limit=5").await.json();
    assert_eq!(list["sessions"][0]["session_id"], id.as_str());
    assert_eq!(list["sessions"][0]["requesting_agent"], "tester");
}

#[tokio::test]
async fn one_key_is_one_session_whether_it_came_in_the_header_or_in_the_payload() {
    let served = serve(Librarian::new()).await;
    let open = async |headers: &[(&str, &str)], payload: serde_json::Value| {
        let body = json!({ "request_type": "get_library_context", "payload": payload }).to_string();
        served.call("POST", "/v1/sessions", headers, body.as_bytes()).await.rest().await
    };
    let first = open(&[("idempotency-key", "k-1")], json!({})).await.json()["session_id"].clone();
    for (headers, payload) in [
        (vec![("idempotency-key", "k-1")], json!({})),
        (vec![("idempotency-key", "\"k-1\"")], json!({})),
        (vec![], json!({ "idempotency_key": "k-1" })),
        (vec![("idempotency-key", "k-1")], json!({ "idempotency_key": "k-1" })),
    ] {
        let again = open(&headers, payload.clone()).await;
        assert_eq!(again.json()["session_id"], first, "{headers:?} {payload}");
    }
    served.ended(first.as_str().unwrap()).await;
    let other = open(&[("idempotency-key", "k-1")], json!({ "as_of": "2026-01-31" })).await;
    assert_eq!((other.status, other.code().as_str()), (422, "IDEMPOTENCY_CONFLICT"));
    let torn = open(&[("idempotency-key", "k-1")], json!({ "idempotency_key": "k-2" })).await;
    assert_eq!((torn.status, torn.code().as_str()), (400, "INVALID_REQUEST"));
    let sessions = served.get("/v1/sessions").await.json();
    assert_eq!(sessions["sessions"].as_array().unwrap().len(), 1, "{sessions}");
}

#[tokio::test]
async fn a_session_that_waits_is_cancelled_and_says_who_did_it() {
    let served = serve(Librarian::stalling_at("cards")).await;
    let id = served.session().await;
    served.agent.reached().await;
    let cancel = format!("/v1/sessions/{id}/cancel");
    let reply = served.post(&cancel, json!({ "reason": "wrong books" })).await;
    assert_eq!((reply.status, reply.json()["status"].as_str()), (200, Some("cancelled")));
    let shown = served.get(&format!("/v1/sessions/{id}")).await.json();
    let said = shown["delivery"].to_string();
    assert!(said.contains("wrong books") && said.contains("tester"), "{said}");
    let again = served.post(&cancel, json!({})).await;
    assert_eq!((again.status, again.code().as_str()), (409, "SESSION_ENDED"));
}

#[tokio::test]
async fn a_question_and_a_read_are_answered_without_a_connection() {
    let served = serve(Librarian::new()).await;
    let asked = json!({ "request_type": "get_book_context", "payload": { "book": "b.md" } });
    let book = served.post("/v1/ask", asked).await;
    assert_eq!(book.json()["response_type"], "book_context");
    assert_eq!(book.json()["payload"]["text"], "four five");
    let about = served.post("/v1/ask", json!({ "request_type": "describe_agent", "payload": {} })).await;
    assert_eq!(about.json()["payload"]["name"], "librarian");
    let none = json!({ "request_type": "get_book_context", "payload": { "book": "z.md" } });
    let none = served.post("/v1/ask", none).await;
    assert_eq!((none.status, none.code().as_str()), (404, "SUBJECT_UNKNOWN"));

    let question = json!({ "request_type": "get_library_context", "payload": { "phases": [] } });
    let id = served.post("/v1/sessions", question).await.json()["session_id"].as_str().unwrap().to_owned();
    let said = served.ended(&id).await;
    assert_eq!(said[0]["payload"]["books"], json!(["a.md", "b.md"]));
    assert_eq!(terminals(&said), ["completed"]);
    assert!(!served.dir.path().join("cards").exists(), "a question writes nothing");
}
