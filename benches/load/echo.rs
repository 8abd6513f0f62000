//! The same answers from memory, in Rust: what the client can take when the server does nothing else.

use std::path::Path;

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpListener;
use tokio_tungstenite::tungstenite::{Message, Utf8Bytes};

/// Serves until it is killed.
pub(super) async fn serve(folder: &Path) {
    let read = |name: &str| Utf8Bytes::from(std::fs::read_to_string(folder.join(name)).unwrap());
    let (first, last) = (read("first.json"), read("last.json"));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    eprintln!("listening on http://{}", listener.local_addr().unwrap());
    let mut tasks = tokio::task::JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        let (first, last) = (first.clone(), last.clone());
        tasks.spawn(async move {
            let Ok(mut socket) = tokio_tungstenite::accept_async(stream).await else { return };
            while let Some(Ok(message)) = socket.next().await {
                if !message.is_text() {
                    continue;
                }
                if socket.feed(Message::Text(first.clone())).await.is_err()
                    || socket.send(Message::Text(last.clone())).await.is_err()
                {
                    return;
                }
            }
        });
    }
}
