//! Says back what it is told, over the WebSockets of the server: for suites that test the protocol itself.
//!
//! Everything but the meaning of the messages is the server's own: handshake, frames, limits, closing.
//! Only messages may be larger here, 16 MiB, because the suites send such.
//!
//! ```text
//! cargo run -p agent-core --example echo -- 127.0.0.1:9001
//! ```

use std::error::Error;
use std::sync::Arc;

use agent_core::transport::websocket::{self, Close, Handler, Limits, Said, Voice, Wire};
use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// As long as the longest message of Autobahn's test suite.
const LONGEST: usize = 16 << 20;

struct Ear(mpsc::Sender<Said>);

impl Handler for Ear {
    async fn take(&self, said: Said) -> Result<(), Close> {
        // An error says that the socket is closed, which its reader will find out too.
        let _ = self.0.send(said).await;
        Ok(())
    }

    async fn over(&self) -> Close {
        std::future::pending().await
    }

    async fn finish(self) {}
}

struct Mouth;

impl Voice for Mouth {
    type Out = Said;

    fn say(&mut self, out: &Said) -> Said {
        out.clone()
    }

    fn said(&mut self, _: Said) {}

    fn too_slow(&self) -> String {
        "what is said back is not read".to_owned()
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let addr = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:9001".to_owned());
    let listener = TcpListener::bind(&addr).await?;
    eprintln!("listening on {}", listener.local_addr()?);
    let mut limits = Limits::default();
    (limits.message, limits.frame) = (LONGEST, LONGEST);
    let limits = Arc::new(limits);
    let tasks = TaskTracker::new();
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        let (of_connection, limits) = (tasks.clone(), Arc::clone(&limits));
        tasks.spawn(async move { serve(stream, &of_connection, &limits).await });
    }
}

async fn serve(stream: TcpStream, tasks: &TaskTracker, limits: &Arc<Limits>) {
    let service = service_fn(|mut request: Request<Incoming>| {
        let response = match websocket::accept(&mut request, Full::<Bytes>::default) {
            Ok((response, upgrade)) => {
                let limits = Arc::clone(limits);
                tasks.spawn(async move {
                    let Ok(upgraded) = upgrade.await else { return };
                    let Some(taken) = websocket::taken(upgraded) else { return };
                    let (out, outgoing) = mpsc::channel(1);
                    let never = CancellationToken::new();
                    websocket::run(taken, Ear(out), Mouth, outgoing, &limits, &never).await;
                });
                Ok(response)
            }
            Err(wrong) => {
                Response::builder().status(StatusCode::BAD_REQUEST).body(Full::from(wrong.into_bytes()))
            }
        };
        async move { response }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(Wire::Plain(stream)), service)
        .with_upgrades();
    if let Err(error) = connection.await {
        eprintln!("a connection ended: {error}");
    }
}
