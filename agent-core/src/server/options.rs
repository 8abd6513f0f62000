use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::runtime::{Clock, SystemClock};
use crate::telemetry::Metrics;
use crate::transport::websocket;

/// What a server is started with; the default is loopback only, any free port, no TLS.
pub struct ServerOptions {
    /// Where to listen. Port 0 is any free one.
    pub addr: SocketAddr,
    /// Certificate and key; absent: in the clear, for loopback or behind a proxy.
    pub tls: Option<TlsFiles>,
    /// Names the server is known by, `name` or `name:port`. Loopback names are known without.
    pub allowed_hosts: Vec<String>,
    /// Origins whose pages may connect, `https://name`. Pages of the same host may without.
    pub allowed_origins: Vec<String>,
    /// What connections and callers may cost.
    pub limits: Limits,
    /// Where is counted; absent: in counters of the server's own, which its runtimes know nothing of.
    pub metrics: Option<Arc<Metrics>>,
    /// Whether the metrics are shown without a token.
    pub metrics_open: bool,
    /// Tells when tokens expire.
    pub clock: Arc<dyn Clock>,
}

impl Default for ServerOptions {
    fn default() -> Self {
        Self {
            addr: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            tls: None,
            allowed_hosts: Vec::new(),
            allowed_origins: Vec::new(),
            limits: Limits::default(),
            metrics: None,
            metrics_open: false,
            clock: Arc::new(SystemClock),
        }
    }
}

/// The PEM files of a server under TLS.
#[derive(Clone, Debug)]
pub struct TlsFiles {
    /// The certificate, then those that lead to one that is trusted.
    pub certificates: PathBuf,
    /// The certificate's private key.
    pub key: PathBuf,
}

/// What connections and callers may cost.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections at once, of both kinds.
    pub connections: usize,
    /// WebSockets at once with one token.
    pub connections_per_caller: usize,
    /// Requests of the agent's own type under way at once with one token.
    pub sessions_per_caller: usize,
    /// Requests that one token may send, a second, on average.
    pub requests_per_second: u32,
    /// Requests that one token may send at once.
    pub burst: u32,
    /// The longest HTTP body that is read, in bytes.
    pub body: usize,
    /// The longest head of an HTTP request, in bytes.
    pub head: usize,
    /// How long a head may take to arrive, a TLS handshake too; an idle HTTP connection is closed after it.
    pub head_timeout: Duration,
    /// How long an HTTP body may take to arrive; less than a request may take in all.
    pub body_timeout: Duration,
    /// How long an HTTP request that is no stream may take.
    pub request_timeout: Duration,
    /// Bytes that the kernel keeps of what was sent to one connection and not yet taken.
    pub send_buffer: u32,
    /// What one WebSocket may cost.
    pub socket: websocket::Limits,
    /// How long sessions may go on when the server is told to stop; then they are interrupted.
    pub drain: Duration,
    /// How long connections may take to be flushed and closed after that; then they are cut.
    pub close: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 16_384,
            connections_per_caller: 12_288,
            sessions_per_caller: 4_096,
            requests_per_second: 10_000,
            burst: 20_000,
            body: protocol::DEFAULT_LINE_LIMIT,
            head: 16 << 10,
            head_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(20),
            request_timeout: Duration::from_secs(30),
            send_buffer: 256 << 10,
            socket: websocket::Limits::default(),
            drain: Duration::from_secs(30),
            close: Duration::from_secs(5),
        }
    }
}
