//! WebSocket servers that behave as a test wants.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use agent_core::runtime::Runtime;
use agent_core::transport::memory;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, accept_hdr_async_with_config};

pub(crate) type Socket = WebSocketStream<TcpStream>;

/// A server on a free port; it stops when it is dropped.
pub(crate) struct Stand {
    pub(crate) addr: SocketAddr,
    /// The first message of each connection.
    pub(crate) asked: Arc<Mutex<Vec<Value>>>,
    /// The `Authorization` header of each connection.
    pub(crate) tokens: Arc<Mutex<Vec<Option<String>>>>,
    _serving: JoinSet<()>,
}

impl Stand {
    /// Lets `behave` answer the nth connection's first message, the first connection being 0.
    pub(crate) async fn new<F, Fut>(behave: F) -> Self
    where
        F: Fn(usize, Socket, Value) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = ()> + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let asked = Arc::<Mutex<Vec<Value>>>::default();
        let tokens = Arc::<Mutex<Vec<Option<String>>>>::default();
        let (first, shown) = (Arc::clone(&asked), Arc::clone(&tokens));
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let (behave, mut connections) = (Arc::new(behave), JoinSet::new());
            for nth in 0.. {
                let (stream, _) = listener.accept().await.unwrap();
                let (behave, first, shown) = (Arc::clone(&behave), Arc::clone(&first), Arc::clone(&shown));
                connections.spawn(async move {
                    let Some((mut socket, token)) = upgrade(stream).await else { return };
                    shown.lock().unwrap().push(token);
                    let Some(request) = hear(&mut socket).await else { return };
                    first.lock().unwrap().push(request.clone());
                    behave(nth, socket, request).await;
                });
            }
        });
        Self { addr, asked, tokens, _serving: serving }
    }

    /// A server in front of a runtime.
    pub(crate) async fn of(runtime: &Runtime) -> Self {
        let runtime = runtime.clone();
        Self::new(move |_, mut socket, first| {
            let mut client = memory::connect(&runtime);
            async move {
                let Value::Object(first) = first else { panic!("a message is an object") };
                client.send(first).await;
                while let Some(message) = client.next().await {
                    if !say(&mut socket, message).await {
                        return;
                    }
                }
            }
        })
        .await
    }

    /// An entry of `peers.toml` that leads here.
    pub(crate) fn entry(&self, name: &str, more: &str) -> String {
        format!("[[peer]]\nname = \"{name}\"\naddress = \"ws://{}/v1/ws\"\n{more}\n", self.addr)
    }

    pub(crate) fn asked(&self) -> Vec<Value> {
        self.asked.lock().unwrap().clone()
    }
}

pub(crate) async fn upgrade<S>(stream: S) -> Option<(WebSocketStream<S>, Option<String>)>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    // As our own server has them.
    let limits = WebSocketConfig::default().max_frame_size(Some(256 << 10)).max_message_size(Some(1 << 20));
    let mut token = None;
    #[expect(clippy::result_large_err, reason = "the library's own type")]
    let look = |request: &Request, response: Response| -> Result<Response, ErrorResponse> {
        token = request.headers().get("authorization").map(|value| value.to_str().unwrap().to_owned());
        Ok(response)
    };
    let socket = accept_hdr_async_with_config(stream, look, Some(limits)).await.ok()?;
    Some((socket, token))
}

/// The next message; `None` when the connection is gone.
pub(crate) async fn hear<S>(socket: &mut WebSocketStream<S>) -> Option<Value>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    loop {
        match socket.next().await?.ok()? {
            Message::Text(text) => return Some(serde_json::from_str(&text).unwrap()),
            Message::Close(_) => return None,
            _ => {}
        }
    }
}

/// Says one thing; whether it could.
pub(crate) async fn say<S>(socket: &mut WebSocketStream<S>, message: Value) -> bool
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    socket.send(Message::text(message.to_string())).await.is_ok()
}

/// A status of the binder's session, in its place.
pub(crate) fn status(request: &Value, seq: u64, word: &str, message: &str) -> Value {
    json!({
        "agent": "binder", "status": word, "message": message,
        "_meta": { "session_id": "b-1", "seq": seq, "in_reply_to": request["_meta"]["request_id"] },
    })
}

/// Never comes back, as long as the other side is there.
pub(crate) async fn silence(socket: &mut Socket) {
    while hear(socket).await.is_some() {}
}
