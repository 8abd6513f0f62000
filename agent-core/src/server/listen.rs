use std::collections::BTreeSet;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::any;
use futures_util::future::join_all;
use hyper_util::service::TowerToHyperService;
use protocol::{ErrorCode, WireError};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

use super::error::ServerError;
use super::guard::{Guard, guard};
use super::options::ServerOptions;
use super::state::{ServerState, Shared, Workspace};
use super::{connection, http, socket, tls};

/// Connections that the kernel may complete before they are taken.
const BACKLOG: u32 = 4_096;
/// How often the token files are looked at for those who are connected already.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long nothing is taken after the system had no room for one more connection.
const NO_ROOM: Duration = Duration::from_millis(100);

/// A server that listens, over the workspaces it serves.
pub struct Server {
    listener: TcpListener,
    addr: SocketAddr,
    tls: Option<TlsAcceptor>,
    state: Shared,
}

impl Server {
    /// Listens; what connects waits in the kernel until [`Server::serve`] takes it.
    ///
    /// # Errors
    /// When the address cannot be listened on, a PEM file cannot be used, or there is nothing to serve.
    pub async fn bind(options: ServerOptions, workspaces: Vec<Workspace>) -> Result<Self, ServerError> {
        check(&workspaces)?;
        let tls = options.tls.as_ref().map(tls::acceptor).transpose()?;
        let listener =
            listen(&options).map_err(|source| ServerError::Listen { addr: options.addr, source })?;
        let addr =
            listener.local_addr().map_err(|source| ServerError::Listen { addr: options.addr, source })?;
        let guard = Guard::new(addr, &options.allowed_hosts, &options.allowed_origins);
        let state = Arc::new(ServerState::new(&options, guard, workspaces));
        Ok(Self { listener, addr, tls, state })
    }

    /// Where it listens.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.addr
    }

    /// What its connections share.
    #[must_use]
    pub fn state(&self) -> &Arc<ServerState> {
        &self.state
    }

    /// Serves until `shutdown` fires and everything is closed.
    ///
    /// Then no new work is taken, and `/readyz` answers 503; sessions may go on for [`Limits::drain`](super::Limits::drain) and are
    /// interrupted after that, to be resumed; what was said is written, WebSockets are closed with 1001; what
    /// is left after [`Limits::close`](super::Limits::close) is cut.
    pub async fn serve(self, shutdown: CancellationToken) {
        let Self { listener, tls, state, .. } = self;
        let watching = state.tasks.spawn(watch_tokens(Arc::clone(&state)));
        let mut taking = Box::pin(accept(listener, tls, &state));
        tokio::select! {
            () = &mut taking => {}
            () = shutdown.cancelled() => {}
        }
        state.draining().cancel();
        // Who asks meanwhile is told that it is draining, and may fetch what there is.
        tokio::select! {
            () = &mut taking => {}
            () = drain(&state) => {}
        }
        drop(taking);
        state.closing().cancel();
        state.tasks.close();
        let _ = timeout(state.limits().close, state.tasks.wait()).await;
        state.cut().cancel();
        state.tasks.wait().await;
        let _ = watching.await;
    }
}

fn check(workspaces: &[Workspace]) -> Result<(), ServerError> {
    let names: BTreeSet<&str> = workspaces.iter().map(|workspace| workspace.name.as_str()).collect();
    if workspaces.is_empty() {
        return Err(ServerError::Workspaces("there is no workspace to serve".to_owned()));
    }
    if names.len() < workspaces.len() {
        let message = "two workspaces have one name: rename a folder, or serve them apart";
        return Err(ServerError::Workspaces(message.to_owned()));
    }
    Ok(())
}

fn listen(options: &ServerOptions) -> io::Result<TcpListener> {
    let socket = if options.addr.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    // Those that are taken from it keep it.
    socket.set_send_buffer_size(options.limits.send_buffer)?;
    socket.bind(options.addr)?;
    socket.listen(BACKLOG)
}

async fn accept(listener: TcpListener, tls: Option<TlsAcceptor>, state: &Shared) {
    let speaker = connection::speaker(state.limits());
    let app = TowerToHyperService::new(app(state));
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            // It was there and went away; the next may be fine.
            Err(error) if is_theirs(&error) => continue,
            Err(error) => {
                tracing::warn!(cause = %error, "no connection can be taken; trying again");
                sleep(NO_ROOM).await;
                continue;
            }
        };
        match Arc::clone(&state.room).try_acquire_owned() {
            Ok(permit) => {
                let (tls, speaker, app) = (tls.clone(), speaker.clone(), app.clone());
                let serving = connection::serve(stream, permit, tls, speaker, app, Arc::clone(state));
                state.tasks.spawn(serving);
            }
            Err(_) => {
                state.counts().turn_away();
                turn_away(stream, tls.is_some());
            }
        }
    }
}

fn is_theirs(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Says that there is no room, if it can be said at once.
fn turn_away(stream: TcpStream, tls: bool) {
    let Ok(mut stream) = stream.into_std() else { return };
    if tls {
        return;
    }
    let error = WireError::new(ErrorCode::Overloaded, "there are too many connections").into_members();
    let body = serde_json::json!({ "error": error }).to_string();
    let head = "HTTP/1.1 503 Service Unavailable\r\nconnection: close\r\nretry-after: 1\r\n";
    let length = body.len();
    let answer = format!("{head}content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}");
    let _ = stream.write(answer.as_bytes());
}

fn app(state: &Shared) -> Router {
    let own = Router::new().route(socket::PATH, any(socket::open)).with_state(Arc::clone(state));
    http::router(Arc::clone(state)).merge(own).layer(from_fn_with_state(Arc::clone(state), guard))
}

/// Sees that a token that is taken back is not taken any more, also of those who are connected.
async fn watch_tokens(state: Shared) {
    while timeout(LOOK_EVERY, state.closing().cancelled()).await.is_err() {
        let of_task = Arc::clone(&state);
        let looking = tokio::task::spawn_blocking(move || {
            for workspace in of_task.workspaces() {
                if let Err(error) = workspace.tokens.refresh() {
                    tracing::error!(cause = %error, workspace = %workspace.name, "tokens cannot be read");
                }
            }
        });
        let _ = looking.await;
    }
}

/// Lets sessions end, and interrupts those that do not; all workspaces side by side.
async fn drain(state: &Shared) {
    let limit = state.limits().drain;
    let drained = join_all(state.runtimes().map(|runtime| runtime.drain(limit))).await;
    let interrupted: usize = drained.iter().map(|drained| drained.interrupted).sum();
    if interrupted > 0 {
        tracing::info!(interrupted, "sessions were interrupted; they go on when the server runs again");
    }
}
