//! A connection to one agent: one JSON object per text frame.

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::Fault;

/// The name this program gives itself.
pub(crate) const NAME: &str = "orchestrator";

/// An open WebSocket.
pub(crate) struct Line {
    socket: WebSocketStream<TcpStream>,
    asked: u32,
}

impl Line {
    /// Connects to `address` (`127.0.0.1:7800`) with a token.
    pub(crate) async fn connect(address: &str, token: &str) -> Result<Self, Fault> {
        let mut request = format!("ws://{address}/v1/ws").into_client_request()?;
        let bearer = HeaderValue::from_str(&format!("Bearer {token}"))?;
        request.headers_mut().insert("authorization", bearer);
        let (socket, _) = client_async(request, TcpStream::connect(address).await?).await?;
        Ok(Self { socket, asked: 0 })
    }

    /// Sends a message as it is.
    pub(crate) async fn send(&mut self, message: &Value) -> Result<(), Fault> {
        Ok(self.socket.send(Message::text(message.to_string())).await?)
    }

    /// Asks for `request_type`, and returns the request as it was sent.
    pub(crate) async fn ask(&mut self, request_type: &str, payload: Value) -> Result<Value, Fault> {
        self.asked += 1;
        let request = json!({"requesting_agent": NAME, "request_type": request_type, "payload": payload,
                             "_meta": {"request_id": format!("{NAME}-{}", self.asked)}});
        self.send(&request).await?;
        Ok(request)
    }

    /// The next message; `None` when the agent hung up.
    pub(crate) async fn next(&mut self) -> Result<Option<Value>, Fault> {
        while let Some(frame) = self.socket.next().await {
            match frame? {
                Message::Text(text) => return Ok(Some(serde_json::from_str(text.as_str())?)),
                Message::Close(_) => return Ok(None),
                _ => {}
            }
        }
        Ok(None)
    }

    /// The reply to `request`, with what was said before it left out.
    pub(crate) async fn reply_to(&mut self, request: &Value) -> Result<Value, Fault> {
        while let Some(message) = self.next().await? {
            if message["_meta"]["in_reply_to"] == request["_meta"]["request_id"] {
                return Ok(message);
            }
        }
        Err("the agent hung up without an answer".into())
    }

    /// Everything the agent journaled in its sessions, the oldest session first, each with who opened it.
    pub(crate) async fn journaled(&mut self) -> Result<Vec<(String, Vec<Value>)>, Fault> {
        let request = self.ask("list_sessions", json!({})).await?;
        let reply = self.reply_to(&request).await?;
        let sessions = reply["payload"]["sessions"].as_array().cloned().unwrap_or_default();
        let mut all = Vec::new();
        for session in sessions.iter().rev() {
            let request = self.ask("resume_session", json!({"session_id": session["session_id"]})).await?;
            let last = session["last_seq"].as_u64().unwrap_or_default();
            let mut said = Vec::new();
            while (said.len() as u64) < last {
                let Some(message) = self.next().await? else { break };
                if message["error"].is_object()
                    && message["_meta"]["in_reply_to"] == request["_meta"]["request_id"]
                {
                    break;
                }
                if message["_meta"]["seq"].is_u64() && message["_meta"]["session_id"] == session["session_id"]
                {
                    said.push(message);
                }
            }
            let opened_by = session["requesting_agent"].as_str().unwrap_or("somebody");
            all.push((opened_by.to_owned(), said));
        }
        Ok(all)
    }
}
