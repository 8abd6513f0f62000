use std::time::Duration;

use agent_core::server::ServerOptions;
use serde_json::{Value, json};

use super::client::Client;
use super::house::House;
use super::librarian::Librarian;
use super::support::{request, terminals, work};

fn code(message: &Value) -> &str {
    message["error"]["code"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn a_session_is_opened_with_a_token_and_followed_to_its_end() {
    let house = House::open().await;
    let mut client = Client::connect(house.addr, &house.token).await;
    client.ask(work()).await;
    let said = client.until_over().await;
    assert_eq!(terminals(&said), ["completed"]);
    assert_eq!(said[0]["response_type"], "library_context");
    let seqs: Vec<u64> = said.iter().filter_map(|message| message["_meta"]["seq"].as_u64()).collect();
    assert_eq!(seqs, [1, 2, 3, 4, 5]);
    drop(client);
    house.close().await;
}

#[tokio::test]
async fn a_bad_text_gets_one_error_reply_and_the_connection_goes_on() {
    let house = House::open().await;
    let mut client = Client::connect(house.addr, &house.token).await;
    for text in ["this is not JSON", "[1, 2]", "{\"greeting\": \"hello\"}", "{\"a\": 1, \"a\": 2}"] {
        client.text(text.to_owned()).await;
    }
    client.ask(request("make_coffee", json!({}), "coffee")).await;
    let mut codes = Vec::new();
    for _ in 0..5 {
        codes.push(code(&client.next().await).to_owned());
    }
    let expected =
        ["INVALID_JSON", "NOT_AN_OBJECT", "UNKNOWN_MESSAGE", "DUPLICATE_MEMBER", "UNKNOWN_REQUEST_TYPE"];
    assert_eq!(codes, expected);
    client.ask(request("describe_agent", json!({}), "d-1")).await;
    assert_eq!(client.next().await["response_type"], "agent_description");
    drop(client);
    house.close().await;
}

#[tokio::test]
async fn a_session_outlives_its_connection_and_is_taken_up_from_another() {
    let house = House::of(Librarian::stalling_at("cards"), ServerOptions::default()).await;
    let mut client = Client::connect(house.addr, &house.token).await;
    client.ask(work()).await;
    let first = client.next().await;
    let id = first["_meta"]["session_id"].as_str().unwrap().to_owned();
    drop(client);

    let mut client = Client::connect(house.addr, &house.token).await;
    let mut listen = request("get_library_context", json!({}), "again");
    listen.meta_mut().set("session_id", &*id);
    client.ask(listen.with_payload("after_seq", 1)).await;
    let second = client.next().await;
    assert_eq!(second["_meta"]["session_id"], *id);
    assert_eq!(second["_meta"]["seq"], 2, "the first was read already");
    house.agent.let_on.add_permits(1);
    let rest = client.until_over().await;
    assert_eq!(terminals(&rest), ["completed"]);
    drop(client);
    house.close().await;
}

#[tokio::test]
async fn stopping_lets_a_session_end_and_says_goodbye() {
    let house = House::of(Librarian::stalling_at("cards"), ServerOptions::default()).await;
    let mut client = Client::connect(house.addr, &house.token).await;
    let mut idle = Client::connect(house.addr, &house.token).await;
    client.ask(work()).await;
    house.agent.reached().await;
    house.stop.cancel();
    house.state.draining().cancelled().await;
    client.ask(request("get_library_context", json!({ "idempotency_key": "new" }), "late")).await;
    let refused = loop {
        let message = client.next().await;
        if message["_meta"]["in_reply_to"] == "late" {
            break message;
        }
    };
    assert_eq!(code(&refused), "SHUTTING_DOWN");
    house.agent.let_on.add_permits(1);
    let said = client.until_over().await;
    assert_eq!(terminals(&said), ["completed"]);
    assert_eq!(client.closed().await.1, 1001);
    assert_eq!(idle.closed().await.1, 1001);
    drop((client, idle));
    house.close().await;
}

#[tokio::test]
async fn stopping_interrupts_a_session_that_does_not_end_and_leaves_it_to_be_resumed() {
    let mut options = ServerOptions::default();
    options.limits.drain = Duration::from_millis(1);
    let house = House::of(Librarian::stalling_at("cards"), options).await;
    let mut client = Client::connect(house.addr, &house.token).await;
    client.ask(work()).await;
    house.agent.reached().await;
    house.stop.cancel();
    let (messages, code, _) = client.closed().await;
    assert_eq!(code, 1001);
    assert!(messages >= 4, "what was said before is written: {messages}");
    drop(client);
    house.close().await;
}

#[tokio::test]
async fn a_token_taken_back_ends_what_is_connected_with_it() {
    let house = House::open().await;
    let reader = house.with(&["read"]);
    let mut client = Client::connect(house.addr, &reader).await;
    client.ask(request("list_sessions", json!({}), "l-1")).await;
    assert_eq!(client.next().await["response_type"], "sessions");
    assert!(house.tokens.revoke("read").unwrap());
    let (_, code, reason) = client.closed().await;
    assert_eq!((code, &*reason), (1008, "the token was revoked or has expired"));
    drop(client);
    house.close().await;
}
