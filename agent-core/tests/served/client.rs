//! A client that can also send what no honest client would.

use std::net::SocketAddr;

use agent_core::transport::websocket;
use futures_util::{SinkExt, StreamExt};
use protocol::Request;
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role;

/// The answer to an HTTP request.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Value,
}

/// Sends a request's head as it stands here, and reads the answer.
pub(crate) async fn send(addr: SocketAddr, head: &str) -> (Answer, TcpStream) {
    let mut stream = TcpStream::connect(addr).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let answer = answer(&mut stream).await;
    (answer, stream)
}

async fn answer(stream: &mut (impl AsyncRead + Unpin)) -> Answer {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
    stream.read_exact(&mut body).await.unwrap();
    Answer { status, head, body: serde_json::from_slice(&body).unwrap_or_default() }
}

/// The head of a handshake, with these headers beside those that every handshake has.
pub(crate) fn handshake(path: &str, headers: &[(&str, &str)]) -> String {
    let mut head = format!(
        "GET {path} HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    );
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str("\r\n");
    head
}

/// The client's end of a WebSocket.
pub(crate) struct Client<S = TcpStream> {
    pub(crate) socket: WebSocketStream<S>,
}

impl Client {
    pub(crate) async fn connect(addr: SocketAddr, token: &str) -> Self {
        Self::over(TcpStream::connect(addr).await.unwrap(), addr, token).await
    }

    /// One whose kernel keeps little of what it does not read.
    pub(crate) async fn narrow(addr: SocketAddr, token: &str) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        Self::over(socket.connect(addr).await.unwrap(), addr, token).await
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Client<S> {
    /// Over a connection that is there already.
    pub(crate) async fn over(mut stream: S, addr: SocketAddr, token: &str) -> Self {
        let bearer = format!("Bearer {token}");
        let headers = [("Host", &*addr.to_string()), ("Authorization", &*bearer)];
        stream.write_all(handshake("/v1/ws", &headers).as_bytes()).await.unwrap();
        let answer = answer(&mut stream).await;
        assert_eq!(answer.status, 101, "{}", answer.body);
        assert!(answer.head.contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo="));
        assert!(!answer.head.contains("sec-websocket-extensions"));
        let config = websocket::config().max_message_size(None).max_frame_size(None);
        let config = config.max_write_buffer_size(usize::MAX);
        Self { socket: WebSocketStream::from_raw_socket(stream, Role::Client, Some(config)).await }
    }

    pub(crate) async fn ask(&mut self, request: Request) {
        self.text(serde_json::to_string(&request).unwrap()).await;
    }

    pub(crate) async fn text(&mut self, text: String) {
        self.socket.send(Message::text(text)).await.unwrap();
    }

    /// The next message of the protocol; pings are answered meanwhile.
    pub(crate) async fn next(&mut self) -> Value {
        loop {
            match self.socket.next().await.unwrap().unwrap() {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("{other:?} is no message"),
            }
        }
    }

    /// Everything up to the message that ends a session.
    pub(crate) async fn until_over(&mut self) -> Vec<Value> {
        let mut said = Vec::new();
        loop {
            said.push(self.next().await);
            let last = &said[said.len() - 1];
            if ["completed", "failed", "cancelled"].iter().any(|status| last["status"] == *status) {
                return said;
            }
        }
    }

    /// Reads on to the close frame: how many messages came before it, its code and its reason.
    pub(crate) async fn closed(&mut self) -> (usize, u16, String) {
        let mut messages = 0;
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Close(Some(frame)))) => {
                    // Reads on, so that the close is answered.
                    while let Some(Ok(_)) = self.socket.next().await {}
                    return (messages, frame.code.into(), frame.reason.to_string());
                }
                Some(Ok(Message::Text(_))) => messages += 1,
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                other => panic!("no close frame, but {other:?}"),
            }
        }
    }
}
