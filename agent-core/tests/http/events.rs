use std::time::Duration;

use agent_core::server::{Limits, ServerOptions};

use super::client::Call;
use super::harness::{serve, serve_with};
use super::librarian::Librarian;

#[tokio::test]
async fn a_lost_stream_goes_on_after_the_last_event_with_nothing_missing_or_repeated() {
    let served = serve(Librarian::stalling_at("cards")).await;
    let id = served.session().await;
    let path = format!("/v1/sessions/{id}/events");
    let mut first = served.call("GET", &path, &[], b"").await;
    assert_eq!(first.headers["content-type"], "text/event-stream");
    let mut seen = Vec::new();
    while seen.len() < 2 {
        let event = first.event().await.unwrap();
        // Ticks have no place in the session and so no id.
        assert_eq!(event.id, event.data["_meta"]["seq"].as_u64());
        seen.extend(event.id);
    }
    assert_eq!(seen, [1, 2]);
    // Lost while the session is at work, and found again while it still is.
    drop(first);
    served.agent.reached().await;
    let last_seen = [("last-event-id", "2")];
    let mut again = served.call("GET", &format!("{path}?after=0"), &last_seen, b"").await;
    let third = again.event().await.unwrap();
    assert_eq!((third.id, third.name.as_str()), (Some(3), "analyzing"), "the header comes before the query");
    served.agent.let_on.add_permits(1);
    let rest = again.events().await;
    let ids: Vec<u64> = rest.iter().filter_map(|event| event.id).collect();
    assert_eq!(ids, [4, 5]);
    assert_eq!(rest.last().unwrap().name, "completed");

    // The whole, from the start, once it has ended.
    let whole = served.call("GET", &path, &[], b"").await.events().await;
    let names: Vec<&str> = whole.iter().map(|event| event.name.as_str()).collect();
    assert_eq!(names, ["library_context", "analyzing", "analyzing", "managing", "completed"]);
    let ids: Vec<u64> = whole.iter().filter_map(|event| event.id).collect();
    assert_eq!(ids, [1, 2, 3, 4, 5]);
    // A browser that saw the end is told not to come back.
    let done = served.call("GET", &path, &[("last-event-id", "5")], b"").await.rest().await;
    assert_eq!((done.status, done.body.len()), (204, 0));
    let odd = served.call("GET", &path, &[("last-event-id", "five")], b"").await.rest().await;
    assert_eq!((odd.status, odd.code().as_str()), (400, "INVALID_REQUEST"));
}

#[tokio::test]
async fn a_token_that_is_taken_back_hears_nothing_more() {
    let served = serve(Librarian::stalling_at("cards")).await;
    let id = served.session().await;
    let listener = served.token("listener", &["resume_session"]);
    let path = format!("/v1/sessions/{id}/events?after=3");
    let mut stream = Call::send(served.to, "GET", &path, &[("authorization", &listener)], b"").await;
    assert_eq!(stream.status, 200);
    served.agent.reached().await;
    let tokens = served.tokens.clone();
    tokio::task::spawn_blocking(move || assert!(tokens.revoke("listener").unwrap())).await.unwrap();
    // The session waits, so nothing but the token can end the stream.
    let mut last = stream.event().await.unwrap();
    while last.id.is_none() && last.name == "analyzing" {
        last = stream.event().await.unwrap();
    }
    assert_eq!((last.name.as_str(), last.id), ("stopped", None));
    assert_eq!(last.data["error"]["code"], "UNAUTHORIZED");
    assert_eq!(stream.event().await, None);
}

#[tokio::test]
async fn a_stream_ends_when_the_server_does_and_the_session_can_be_resumed() {
    let limits = Limits { drain: Duration::ZERO, ..Limits::default() };
    let server = ServerOptions { limits, ..ServerOptions::default() };
    let served = serve_with(Librarian::stalling_at("cards"), server).await;
    let id = served.session().await;
    let mut stream = served.call("GET", &format!("/v1/sessions/{id}/events"), &[], b"").await;
    assert_eq!(stream.event().await.unwrap().id, Some(1));
    served.agent.reached().await;
    let (rest, ()) = tokio::join!(stream.events(), served.close());
    let last = rest.last().unwrap();
    assert_eq!((last.name.as_str(), last.id), ("stopped", None));
    assert_eq!(last.data["error"]["code"], "SHUTTING_DOWN");
}
