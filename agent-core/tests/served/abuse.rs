//! Who means no good and has a token: case 12 of the cases that must be tested.

use std::time::Duration;

use agent_core::server::ServerOptions;
use agent_core::transport::{IN_FLIGHT, OUT_QUEUE};
use futures_util::SinkExt;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

use super::client::{Client, handshake, send};
use super::house::House;
use super::librarian::Librarian;
use super::support::{request, terminals, work};

/// Bytes of this process that are in memory.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() << 10
}

/// Somebody else is served as if nothing were.
async fn is_served(client: &mut Client) {
    client.ask(request("get_library_context", json!({ "phases": [] }), "q-1")).await;
    let said = client.until_over().await;
    assert_eq!(said[0]["response_type"], "library_context");
}

fn frame(kind: Data, bytes: usize, last: bool) -> Message {
    Message::Frame(Frame::message(vec![b'x'; bytes], OpCode::Data(kind), last))
}

#[tokio::test]
async fn frames_that_are_not_taken_close_the_socket_with_the_code_for_it() {
    let house = House::open().await;
    let mut other = Client::connect(house.addr, &house.token).await;
    let kib = 1 << 10;
    let not_utf8 = Frame::message(vec![b'{', 0xff, b'}'], OpCode::Data(Data::Text), true);
    let mut fragments = vec![frame(Data::Text, 200 * kib, false)];
    fragments.extend((0..9).map(|_| frame(Data::Continue, 200 * kib, false)));
    let rows: [(&str, Vec<Message>, u16); 6] = [
        ("a frame over 256 KiB", vec![frame(Data::Text, 256 * kib + 1, true)], 1009),
        ("a message over 1 MiB", fragments, 1009),
        ("a frame of 64 MiB", vec![frame(Data::Text, 64 * kib * kib, true)], 1009),
        ("binary", vec![Message::binary(b"{}".to_vec())], 1003),
        ("not UTF-8", vec![Message::Frame(not_utf8)], 1007),
        ("a continuation of nothing", vec![frame(Data::Continue, 1, true)], 1002),
    ];
    for (what, frames, expected) in rows {
        let before = resident();
        let mut client = Client::connect(house.addr, &house.token).await;
        for frame in frames {
            // What is over the limit may be cut off while it is still being sent.
            let _ = client.socket.send(frame).await;
        }
        let (messages, code, _) = client.closed().await;
        assert_eq!((messages, code), (0, expected), "{what}");
        // The client in here holds what it sends twice.
        assert!(resident().saturating_sub(before) < 160 * kib * kib, "{what}");
        is_served(&mut other).await;
    }
    // A frame of just the limit is read, and is no JSON.
    let mut client = Client::connect(house.addr, &house.token).await;
    client.socket.send(frame(Data::Text, 256 * kib, true)).await.unwrap();
    assert_eq!(client.next().await["error"]["code"], "INVALID_JSON");
    drop((other, client));
    house.close().await;
}

#[tokio::test]
async fn who_does_not_read_is_closed_with_the_place_to_resume_from_and_the_session_goes_on() {
    let mut options = ServerOptions::default();
    options.limits.send_buffer = 16 << 10;
    options.limits.socket.write_deadline = Duration::from_millis(200);
    options.limits.socket.close_grace = Duration::from_secs(60);
    let house = House::of(Librarian::stalling_at("cards"), options).await;
    let mut other = Client::connect(house.addr, &house.token).await;
    let large = json!({ "context_type": "get_heap_context", "content": { "heap": "x".repeat(100 << 10) } });
    other.ask(request("publish_context", large, "p-1")).await;
    assert_eq!(other.next().await["response_type"], "published_context");

    let mut slow = Client::narrow(house.addr, &house.token).await;
    slow.ask(work()).await;
    let id = slow.next().await["_meta"]["session_id"].as_str().unwrap().to_owned();
    house.agent.reached().await;
    let before = resident();
    // 20,000 times 100 KiB are asked for, and nothing is read.
    let mut asked = 0;
    let mut noticed = house.state.counts().too_slow();
    let asking = async {
        for _ in 0..20_000 {
            let again = request("get_heap_context", json!({}), "h-1");
            slow.socket.send(Message::text(serde_json::to_string(&again).unwrap())).await.unwrap();
            asked += 1;
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = asking => {}
        seen = noticed.wait_for(|closed| *closed == 1) => drop(seen.unwrap()),
    }
    assert!(asked >= 1_000, "the attack was made: {asked}");
    let grown = resident().saturating_sub(before);
    assert!(grown < 128 << 20, "{grown} bytes for {asked} answers of 100 KiB");
    is_served(&mut other).await;

    // It reads after all: what was written, and why it is closed.
    let (messages, code, reason) = slow.closed().await;
    assert!(messages <= IN_FLIGHT + OUT_QUEUE, "{messages}");
    let reason: Value = serde_json::from_str(&reason).unwrap();
    assert_eq!((code, reason["code"].as_str()), (1013, Some("CONSUMER_TOO_SLOW")));
    assert_eq!(reason["session_id"], *id);
    let seq = reason["seq"].as_u64().unwrap();
    assert!((1..=4).contains(&seq), "{seq}");

    house.agent.let_on.add_permits(1);
    let resume = json!({ "session_id": id, "after_seq": seq });
    other.ask(request("resume_session", resume, "again")).await;
    assert_eq!(other.next().await["response_type"], "session");
    let rest = other.until_over().await;
    let seqs = rest.iter().filter_map(|message| message["_meta"]["seq"].as_u64());
    assert_eq!(seqs.collect::<Vec<_>>(), (seq + 1..=5).collect::<Vec<_>>());
    assert_eq!(terminals(&rest), ["completed"]);
    drop((other, slow));
    house.close().await;
}

#[tokio::test]
async fn a_flood_of_pings_closes_the_socket_and_no_other() {
    let house = House::open().await;
    let mut other = Client::connect(house.addr, &house.token).await;
    let mut flooding = Client::connect(house.addr, &house.token).await;
    let before = resident();
    let mut sent = 0;
    for _ in 0..100_000 {
        if flooding.socket.send(Message::Ping(vec![b'p'; 125].into())).await.is_err() {
            break;
        }
        sent += 1;
    }
    assert!(sent > house.state.limits().socket.control_burst, "the attack was made: {sent}");
    is_served(&mut other).await;
    let (_, code, reason) = flooding.closed().await;
    assert_eq!((code, &*reason), (1008, "too many pings"));
    assert!(resident().saturating_sub(before) < 64 << 20);
    drop((other, flooding));
    house.close().await;
}

#[tokio::test]
async fn who_gives_no_sign_of_life_is_closed_after_two_pings() {
    let mut options = ServerOptions::default();
    options.limits.socket.ping_every = Duration::from_millis(20);
    let house = House::of(Librarian::new(), options).await;
    let (bearer, host) = (format!("Bearer {}", house.token), house.addr.to_string());
    let headers = [("Host", &*host), ("Authorization", &*bearer)];
    let (answer, mut stream) = send(house.addr, &handshake("/v1/ws", &headers)).await;
    assert_eq!(answer.status, 101);
    // Reads, and answers nothing.
    let mut said = Vec::new();
    stream.read_to_end(&mut said).await.unwrap();
    assert_eq!(said[..4], [0x89, 0, 0x89, 0], "two pings");
    assert_eq!(said[4], 0x88, "a close frame");
    assert_eq!(said[6..8], 1011_u16.to_be_bytes());
    assert_eq!(said[8..], *b"no answer to 2 pings");
    drop(stream);
    house.close().await;
}

#[tokio::test]
async fn idle_sockets_cost_little_and_keep_nobody_out() {
    const SOCKETS: usize = 400;
    let mut options = ServerOptions::default();
    options.limits.connections = SOCKETS + 2;
    let house = House::of(Librarian::new(), options).await;
    let (bearer, host) = (format!("Bearer {}", house.token), house.addr.to_string());
    let head = handshake("/v1/ws", &[("Host", &host), ("Authorization", &bearer)]);
    let mut other = Client::connect(house.addr, &house.token).await;
    is_served(&mut other).await;
    let before = resident();
    let mut idle = Vec::new();
    for _ in 0..SOCKETS {
        let (answer, stream) = send(house.addr, &head).await;
        assert_eq!(answer.status, 101);
        idle.push(stream);
    }
    let each = resident().saturating_sub(before) / SOCKETS;
    assert!(each < 40 << 10, "{each} bytes for each idle socket");
    assert_eq!(house.state.counts().sockets(), SOCKETS + 1);
    is_served(&mut other).await;

    // One more is there; the next is told that there is no room.
    let _last = TcpStream::connect(house.addr).await.unwrap();
    let (answer, _stream) = send(house.addr, "").await;
    assert_eq!((answer.status, answer.body["error"]["code"].as_str()), (503, Some("OVERLOADED")));
    drop(idle);
    drop(other);
    house.close().await;
}

#[tokio::test]
async fn a_head_that_does_not_come_to_an_end_is_not_waited_for() {
    let mut options = ServerOptions::default();
    options.limits.head_timeout = Duration::from_millis(50);
    let house = House::of(Librarian::new(), options).await;
    let mut other = Client::connect(house.addr, &house.token).await;
    let mut ended = 0;
    for _ in 0..20 {
        let mut stream = TcpStream::connect(house.addr).await.unwrap();
        stream.write_all(b"GET /v1/ws HTTP/1.1\r\nHost: loc").await.unwrap();
        let mut said = Vec::new();
        // A reset is an end as well.
        let _ = stream.read_to_end(&mut said).await;
        ended += 1;
    }
    assert_eq!(ended, 20);
    is_served(&mut other).await;

    let long =
        format!("GET /v1/ws HTTP/1.1\r\nHost: {}\r\nX-Long: {}\r\n\r\n", house.addr, "x".repeat(32 << 10));
    let (answer, _stream) = send(house.addr, &long).await;
    assert_eq!(answer.status, 431);
    drop(other);
    house.close().await;
}
