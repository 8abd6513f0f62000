use std::path::{Path, PathBuf};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::{SinkExt, StreamExt};
use http::header::{AUTHORIZATION, HeaderValue};
use http::{Request, StatusCode};
use protocol::{DEFAULT_LINE_LIMIT, ErrorCode, Incoming, Outgoing, Refused, WireError};
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};
use url::{Host, Url};

use super::clean::clean;
use super::link::{Link, LinkError, Wire};
use super::tls::client_config;
use super::token::Secret;

/// A message goes out in frames of at most this many bytes: a peer's limit may be 256 KiB a frame.
const FRAME: usize = 128 << 10;

/// A peer behind a WebSocket. Redirects are not followed, no proxy is asked.
pub(super) struct WebSocketLink {
    request: Request<()>,
    host: Host<String>,
    port: u16,
    tls: bool,
    ca_file: Option<PathBuf>,
}

impl WebSocketLink {
    pub(super) fn new(url: &Url, token: Option<Secret>, ca_file: Option<&Path>) -> Result<Self, String> {
        let unfit = |why: &dyn std::fmt::Display| format!("its address cannot be used: {why}");
        let mut request = url.as_str().into_client_request().map_err(|error| unfit(&error))?;
        if let Some(token) = token {
            let mut value = HeaderValue::from_str(&format!("Bearer {}", token.shown_to_the_peer()))
                .map_err(|_| "no token: it cannot stand in a header".to_owned())?;
            value.set_sensitive(true);
            request.headers_mut().insert(AUTHORIZATION, value);
        }
        let host = url.host().ok_or_else(|| unfit(&"it names no host"))?.to_owned();
        let port = url.port_or_known_default().ok_or_else(|| unfit(&"it names no port"))?;
        Ok(Self { request, host, port, tls: url.scheme() == "wss", ca_file: ca_file.map(Path::to_owned) })
    }

    async fn reach(&self) -> Result<TcpStream, LinkError> {
        let connected = match &self.host {
            Host::Domain(name) => TcpStream::connect((name.as_str(), self.port)).await,
            Host::Ipv4(ip) => TcpStream::connect((*ip, self.port)).await,
            Host::Ipv6(ip) => TcpStream::connect((*ip, self.port)).await,
        };
        let stream = connected.map_err(|error| LinkError::passing(format!("no connection: {error}")))?;
        // Messages are whole when they are sent: waiting for more gains nothing.
        let _ = stream.set_nodelay(true);
        Ok(stream)
    }

    async fn secure(&self, stream: TcpStream) -> Result<Box<dyn Stream>, LinkError> {
        if !self.tls {
            return Ok(Box::new(stream));
        }
        let config = client_config(self.ca_file.clone()).await?;
        let name = match &self.host {
            Host::Domain(name) => ServerName::try_from(name.clone())
                .map_err(|_| LinkError::lasting("its host is no name a certificate can have"))?,
            Host::Ipv4(ip) => ServerName::from(std::net::IpAddr::V4(*ip)),
            Host::Ipv6(ip) => ServerName::from(std::net::IpAddr::V6(*ip)),
        };
        let secured = TlsConnector::from(config).connect(name, stream).await;
        let secured = secured.map_err(|error| {
            // rustls tells a certificate or a handshake it does not accept in this kind.
            let again = error.kind() != std::io::ErrorKind::InvalidData;
            LinkError { reason: format!("no secure connection: {error}"), again }
        })?;
        Ok(Box::new(secured))
    }
}

#[async_trait]
impl Link for WebSocketLink {
    async fn connect(&self) -> Result<Box<dyn Wire>, LinkError> {
        let stream = self.secure(self.reach().await?).await?;
        let (socket, _) = client_async_with_config(self.request.clone(), stream, Some(limits()))
            .await
            .map_err(not_upgraded)?;
        Ok(Box::new(WebSocketWire { socket }))
    }
}

/// The server's limits; a frame may be as long as a message, as most libraries send one message in one frame.
fn limits() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(8 << 10)
        .write_buffer_size(0)
        .max_write_buffer_size(1 << 20)
        .max_message_size(Some(DEFAULT_LINE_LIMIT))
        .max_frame_size(Some(DEFAULT_LINE_LIMIT))
}

fn not_upgraded(error: Error) -> LinkError {
    match error {
        Error::Http(answer) => match answer.status() {
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                LinkError::lasting(format!("it does not let us in: HTTP {}", answer.status()))
            }
            status if status.is_redirection() => {
                LinkError::lasting(format!("it points elsewhere (HTTP {status}), where we do not go"))
            }
            status => {
                let again = status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS;
                LinkError { reason: format!("it opened no WebSocket: HTTP {status}"), again }
            }
        },
        Error::Io(error) => LinkError::passing(format!("the connection broke: {error}")),
        other => LinkError::passing(format!("it opened no WebSocket: {other}")),
    }
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

struct WebSocketWire {
    socket: WebSocketStream<Box<dyn Stream>>,
}

#[async_trait]
impl Wire for WebSocketWire {
    async fn send(&mut self, message: &Outgoing) -> Result<(), LinkError> {
        let text = protocol::encode(message).into_bytes();
        let frames = text.len().div_ceil(FRAME).max(1);
        for (nth, part) in text.chunks(FRAME).enumerate() {
            let data = if nth == 0 { Data::Text } else { Data::Continue };
            let frame = Frame::message(part.to_vec(), OpCode::Data(data), nth + 1 == frames);
            self.socket.send(Message::Frame(frame)).await.map_err(lost)?;
        }
        Ok(())
    }

    async fn next(&mut self) -> Result<Result<Incoming, Refused>, LinkError> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => {
                    return Ok(protocol::decode_line(text.as_bytes(), DEFAULT_LINE_LIMIT));
                }
                Some(Ok(Message::Binary(_))) => {
                    let error = WireError::new(ErrorCode::UnknownMessage, "a binary frame is no message");
                    return Ok(Err(error.into()));
                }
                // Answered by the library when the next thing is read.
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Ok(Message::Close(why))) => {
                    let why = why.map_or_else(String::new, |why| {
                        format!(" ({} {})", u16::from(why.code), clean(&why.reason, 100))
                    });
                    return Err(LinkError::passing(format!("it closed the connection{why}")));
                }
                Some(Err(error)) => return Err(lost(error)),
                None => return Err(LinkError::passing("it closed the connection")),
            }
        }
    }

    async fn close(&mut self, grace: Duration) {
        // An error, or a peer that does not answer in time, changes nothing: the socket goes with us.
        let _ = timeout(grace.min(Duration::from_millis(500)), self.socket.close(None)).await;
    }
}

fn lost(error: Error) -> LinkError {
    match error {
        Error::Io(error) => LinkError::passing(format!("the connection broke: {error}")),
        Error::Capacity(error) => LinkError::lasting(format!("it said too much at once: {error}")),
        other => LinkError::passing(format!("the connection broke: {other}")),
    }
}
