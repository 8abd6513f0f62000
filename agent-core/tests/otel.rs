//! Spans arrive at a collector, as OTLP over HTTP. Built with the feature `otel` only.
#![cfg(feature = "otel")]

#[path = "runtime/librarian.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod librarian;
#[path = "runtime/support.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod support;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::Command;
use std::sync::Arc;
use std::sync::mpsc;

use agent_core::telemetry::{self, LogFormat};
use agent_core::transport::memory;
use librarian::Librarian;
use support::{runtime, terminals, work, workspace};

/// Marks the process whose spans are looked at.
const CHILD: &str = "CSM_TEST_OTEL_CHILD";
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const ASKER: &str = "00f067aa0ba902b7";

/// The other process: one session, with a trace begun elsewhere.
#[test]
fn a_session_whose_spans_are_exported() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    let telemetry = telemetry::init(LogFormat::Json, "warn").unwrap();
    let async_runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    async_runtime.block_on(async {
        let dir = workspace();
        let runtime = runtime(&Arc::new(Librarian::new()), dir.path()).await;
        let mut asked = work();
        asked.meta_mut().set("traceparent", format!("00-{TRACE}-{ASKER}-01"));
        let client = memory::connect(&runtime);
        client.send(asked.into_members()).await;
        assert_eq!(terminals(&client.hang_up().await), ["completed"]);
        runtime.close().await;
    });
    drop(telemetry);
}

#[test]
fn spans_arrive_nested_in_the_trace_of_the_request() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let to = listener.local_addr().unwrap();
    let (sender, bodies) = mpsc::channel();
    let collector = std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Some((path, body)) = received(stream.unwrap()) else { return };
            sender.send((path, body)).unwrap();
        }
    });
    let done = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_session_whose_spans_are_exported", "--nocapture"])
        .env(CHILD, "1")
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", format!("http://{to}"))
        .output()
        .unwrap();
    assert!(done.status.success(), "{done:?}");
    // An empty connection tells the collector to end.
    drop(std::net::TcpStream::connect(to).unwrap());
    collector.join().unwrap();

    let mut spans = Vec::new();
    for (path, body) in bodies {
        assert_eq!(path, "/v1/traces");
        for of_resource in fields(&body, 1) {
            for of_scope in fields(of_resource, 2) {
                spans.extend(fields(of_scope, 2).into_iter().map(Span::read));
            }
        }
    }
    let by_id: BTreeMap<&str, &Span> = spans.iter().map(|span| (span.id.as_str(), span)).collect();
    let named = |name: &'static str| spans.iter().filter(move |span| span.name == name);
    let request = named("request").find(|span| span.parent == ASKER).expect("the request hangs on its asker");
    let session = named("session").next().expect("a span named `session`");
    assert_eq!(session.parent, request.id);
    assert_eq!(named("step").count(), 5);
    assert!(named("step").all(|span| span.parent == session.id));
    let within_steps =
        named("tool").filter(|span| by_id.get(span.parent.as_str()).is_some_and(|up| up.name == "step"));
    assert!(within_steps.count() > 0, "tools nest in steps");
    assert!(spans.iter().all(|span| span.trace == TRACE));
}

/// One HTTP request, answered; `None` when nothing was sent.
fn received(stream: std::net::TcpStream) -> Option<(String, Vec<u8>)> {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut line = String::new();
    if reader.read_line(&mut line).unwrap() == 0 {
        return None;
    }
    let path = line.split(' ').nth(1).unwrap().to_owned();
    let mut length = 0;
    while line.trim() != "" {
        line.clear();
        reader.read_line(&mut line).unwrap();
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    let mut stream = stream;
    stream
        .write_all(b"HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        .unwrap();
    Some((path, body))
}

#[derive(Debug)]
struct Span {
    trace: String,
    id: String,
    parent: String,
    name: String,
}

impl Span {
    fn read(bytes: &[u8]) -> Self {
        let hex = |number| {
            let bytes = fields(bytes, number).first().copied().unwrap_or_default();
            bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
        };
        let name = String::from_utf8(fields(bytes, 5)[0].to_vec()).unwrap();
        Self { trace: hex(1), id: hex(2), parent: hex(4), name }
    }
}

/// The contents of every field with this number that has a length, in a protobuf message.
fn fields(mut bytes: &[u8], number: u64) -> Vec<&[u8]> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let tag = varint(&mut bytes);
        match tag & 7 {
            0 => {
                varint(&mut bytes);
            }
            1 => bytes = &bytes[8..],
            2 => {
                let length = usize::try_from(varint(&mut bytes)).unwrap();
                let (content, rest) = bytes.split_at(length);
                bytes = rest;
                if tag >> 3 == number {
                    found.push(content);
                }
            }
            5 => bytes = &bytes[4..],
            other => panic!("wire type {other}"),
        }
    }
    found
}

fn varint(bytes: &mut &[u8]) -> u64 {
    let mut value = 0;
    for nth in 0.. {
        let byte = bytes[0];
        *bytes = &bytes[1..];
        value |= u64::from(byte & 127) << (7 * nth);
        if byte < 128 {
            break;
        }
    }
    value
}
