//! Who is not let in: case 11 of the cases that must be tested, and what a token does not cover.

use agent_core::server::ServerOptions;
use serde_json::json;

use super::client::{Client, handshake, send};
use super::house::House;
use super::support::request;

/// A path, headers beside those of every handshake, and the status and code they are refused with.
type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], u16, &'a str);

#[tokio::test]
async fn foreign_origins_and_hosts_and_missing_tokens_are_refused_before_the_upgrade() {
    let house = House::open().await;
    let addr = house.addr.to_string();
    let port = house.addr.port();
    let (bearer, guessed) = (format!("Bearer {}", house.token), format!("Bearer csm_{}", "0".repeat(64)));
    let taken_back = house.with(&["read"]);
    assert!(house.tokens.revoke("read").unwrap());
    let expired = house.tokens.create("expired", &["*"], Some(1)).unwrap();
    let (taken_back, expired) = (format!("Bearer {taken_back}"), format!("Bearer {expired}"));
    let (queried, queried_too) =
        (format!("/v1/ws?access_token={}", house.token), format!("/v1/ws?x={}", house.token));
    let (rebound, other_port) = (format!("evil.example:{port}"), format!("127.0.0.1:{}", port ^ 1));
    let host = ("Host", &*addr);
    let good = ("Authorization", &*bearer);
    let path = "/v1/ws";

    let rows: [Row<'_>; 16] = [
        (path, &[host, good, ("Origin", "https://evil.example")], 403, "FORBIDDEN"),
        (path, &[host, good, ("Origin", "null")], 403, "FORBIDDEN"),
        (path, &[host, good, ("Origin", "http://localhost:1")], 403, "FORBIDDEN"),
        (path, &[("Host", "evil.example"), good], 403, "FORBIDDEN"),
        (path, &[("Host", &rebound), good], 403, "FORBIDDEN"),
        (path, &[("Host", &other_port), good], 403, "FORBIDDEN"),
        (path, &[host, host, good], 403, "FORBIDDEN"),
        (path, &[good], 403, "FORBIDDEN"),
        (path, &[host], 401, "UNAUTHORIZED"),
        (path, &[host, ("Authorization", "Basic dXNlcjpwYXNz")], 401, "UNAUTHORIZED"),
        (path, &[host, ("Authorization", &guessed)], 401, "UNAUTHORIZED"),
        (path, &[host, ("Authorization", &taken_back)], 401, "UNAUTHORIZED"),
        (path, &[host, ("Authorization", &expired)], 401, "UNAUTHORIZED"),
        (&queried, &[host], 401, "UNAUTHORIZED"),
        (&queried, &[host, good], 401, "UNAUTHORIZED"),
        (&queried_too, &[host, good], 401, "UNAUTHORIZED"),
    ];
    for (nth, (path, headers, status, code)) in rows.into_iter().enumerate() {
        let (answer, _stream) = send(house.addr, &handshake(path, headers)).await;
        assert_eq!(answer.status, status, "{path} {headers:?}");
        assert_eq!(answer.body["error"]["code"], code, "{path} {headers:?}");
        assert_eq!(answer.head.contains("www-authenticate: bearer"), status == 401);
        assert!(!answer.body.to_string().contains(&house.token), "a token is never said back");
        assert_eq!(house.state.counts().turned_away(), nth as u64 + 1);
        assert_eq!(house.state.counts().sockets(), 0);
    }
    // The same handshake with nothing wrong in it.
    for origin in [None, Some(("Origin", format!("http://{addr}")))] {
        let mut headers = vec![host, good];
        headers.extend(origin.as_ref().map(|(name, value)| (*name, &**value)));
        let (answer, _stream) = send(house.addr, &handshake(path, &headers)).await;
        assert_eq!(answer.status, 101);
    }
    house.close().await;
}

#[tokio::test]
async fn what_is_no_handshake_is_told_what_one_is() {
    let house = House::open().await;
    let head = format!(
        "GET /v1/ws HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\r\n",
        house.addr, house.token
    );
    let (answer, _stream) = send(house.addr, &head).await;
    assert_eq!(answer.status, 426);
    assert!(answer.head.contains("sec-websocket-version: 13"));
    assert_eq!(answer.body["error"]["code"], "INVALID_REQUEST");
    house.close().await;
}

#[tokio::test]
async fn a_token_gets_what_its_scopes_say_in_its_own_workspace_and_no_more() {
    let house = House::open().await;
    let elsewhere = json!({ "workspace": "another" });
    let here = json!({ "workspace": "library", "phases": [] });
    let rows = [
        ("read", "get_library_context", json!({}), Err("FORBIDDEN")),
        ("read", "cancel_session", json!({ "session_id": "x" }), Err("FORBIDDEN")),
        ("read", "publish_context", json!({}), Err("FORBIDDEN")),
        ("read", "list_sessions", elsewhere.clone(), Err("FORBIDDEN")),
        ("read", "list_sessions", json!({}), Ok("sessions")),
        ("steer", "list_sessions", json!({}), Err("FORBIDDEN")),
        ("steer", "cancel_session", json!({ "session_id": "x" }), Err("SESSION_UNKNOWN")),
        ("get_library_context", "get_library_context", elsewhere, Err("FORBIDDEN")),
        ("get_library_context", "list_sessions", json!({}), Err("FORBIDDEN")),
        ("get_library_context", "get_library_context", here, Ok("library_context")),
    ];
    let mut refused = 0;
    for (nth, (scope, kind, payload, expected)) in rows.into_iter().enumerate() {
        let token = house.tokens.create(&format!("t-{nth}"), &[scope], None).unwrap();
        let mut client = Client::connect(house.addr, &token).await;
        client.ask(request(kind, payload, "r-1")).await;
        let answer = client.next().await;
        assert_eq!(answer["_meta"]["in_reply_to"], "r-1");
        match expected {
            Ok(response_type) => assert_eq!(answer["response_type"], response_type, "{scope} {kind}"),
            Err(code) => {
                assert_eq!(answer["error"]["code"], code, "{scope} {kind}");
                assert!(answer["status"].is_null(), "it belongs to no session");
                refused += 1;
            }
        }
    }
    assert_eq!(refused, 8);
    house.close().await;
}

#[tokio::test]
async fn whoever_asks_too_much_is_told_to_wait_and_others_are_served() {
    let mut options = ServerOptions::default();
    (options.limits.requests_per_second, options.limits.burst) = (1, 8);
    options.limits.connections_per_caller = 2;
    let house = House::of(super::librarian::Librarian::new(), options).await;
    let mut client = Client::connect(house.addr, &house.token).await;
    for nth in 0..100 {
        client.ask(request("describe_agent", json!({}), &format!("r-{nth}"))).await;
    }
    let mut overloaded = 0;
    for _ in 0..100 {
        let answer = client.next().await;
        match answer["error"]["code"].as_str() {
            Some(code) => {
                assert_eq!(code, "OVERLOADED");
                assert_eq!(answer["error"]["retryable"], true);
                overloaded += 1;
            }
            None => assert_eq!(answer["response_type"], "agent_description"),
        }
    }
    assert!(overloaded >= 50, "{overloaded} of 100 were refused");

    let other = house.with(&["read"]);
    let mut sockets = Vec::new();
    for _ in 0..2 {
        let mut client = Client::connect(house.addr, &other).await;
        client.ask(request("describe_agent", json!({}), "d-1")).await;
        assert_eq!(client.next().await["response_type"], "agent_description");
        sockets.push(client);
    }
    let (bearer, host) = (format!("Bearer {other}"), house.addr.to_string());
    let headers = [("Host", &*host), ("Authorization", &*bearer)];
    let (third, _stream) = send(house.addr, &handshake("/v1/ws", &headers)).await;
    assert_eq!((third.status, third.body["error"]["code"].as_str()), (429, Some("OVERLOADED")));
    drop((client, sockets));
    house.close().await;
}
