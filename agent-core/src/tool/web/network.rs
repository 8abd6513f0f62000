//! How names become addresses, and which of them may be connected to.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address::is_global;

/// What one call may take.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Limits {
    /// To make a connection.
    pub connect: Duration,
    /// For everything, redirects and `robots.txt` included.
    pub total: Duration,
    /// Most bytes of a body, after decompression.
    pub decoded: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), total: Duration::from_secs(30), decoded: 5 * 1024 * 1024 }
    }
}

/// Turns a name into addresses, once. Unjudged.
pub trait Lookup: Send + Sync + 'static {
    /// The addresses of a name.
    fn lookup(&self, name: String) -> Pin<Box<dyn Future<Output = std::io::Result<Vec<IpAddr>>> + Send>>;
}

/// The operating system's resolver.
struct System;

impl Lookup for System {
    fn lookup(&self, name: String) -> Pin<Box<dyn Future<Output = std::io::Result<Vec<IpAddr>>> + Send>> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// The network as a tool sees it: names resolved once, every address judged.
#[derive(Clone)]
pub struct Network {
    lookup: Arc<dyn Lookup>,
    /// An address that passes for a public one; tests only.
    stand_in: Option<SocketAddr>,
    /// Certificates trusted besides the system's, DER; tests only.
    roots: Vec<Vec<u8>>,
    /// A person named the only host that is asked for; its addresses are not judged.
    trusted: bool,
    pub(super) limits: Limits,
}

impl Default for Network {
    fn default() -> Self {
        Self {
            lookup: Arc::new(System),
            stand_in: None,
            roots: Vec::new(),
            trusted: false,
            limits: Limits::default(),
        }
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Network").field("limits", &self.limits).finish_non_exhaustive()
    }
}

impl Network {
    /// A network for tests, where one local socket passes for a public one. It cannot be asked for
    /// by configuration.
    #[doc(hidden)]
    pub fn testing(lookup: Arc<dyn Lookup>, stand_in: SocketAddr, limits: Limits) -> Self {
        Self { lookup, stand_in: Some(stand_in), roots: Vec::new(), trusted: false, limits }
    }

    /// Trusts one more certificate. For tests.
    #[doc(hidden)]
    #[must_use]
    pub fn trusting(mut self, root: &[u8]) -> Self {
        self.roots.push(root.to_owned());
        self
    }

    /// Judges no address. For a client that asks one configured host and follows nothing.
    pub(super) fn trusting_names(mut self) -> Self {
        self.trusted = true;
        self
    }

    /// Whether a port may be connected to.
    pub(super) fn opens(&self, port: u16) -> bool {
        matches!(port, 80 | 443) || self.stand_in.is_some_and(|address| address.port() == port)
    }

    pub(super) fn roots(&self) -> impl Iterator<Item = &[u8]> {
        self.roots.iter().map(Vec::as_slice)
    }

    fn passes(&self, address: IpAddr) -> bool {
        self.trusted || is_global(address) || self.stand_in.is_some_and(|stand_in| stand_in.ip() == address)
    }

    /// The addresses of a name, all of them global. One that is not refuses the name: a name that
    /// mixes them is not one we want to guess about.
    async fn addresses(&self, name: &str) -> Result<Vec<IpAddr>, NameRefused> {
        let found = self.lookup.lookup(name.to_owned()).await.map_err(|_| NameRefused::NoAddress)?;
        if found.is_empty() {
            return Err(NameRefused::NoAddress);
        }
        if found.iter().all(|address| self.passes(*address)) {
            Ok(found)
        } else {
            Err(NameRefused::NotGlobal)
        }
    }
}

/// Why a name is not connected to. Found again in the chain of the client's error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NameRefused {
    NoAddress,
    NotGlobal,
}

impl fmt::Display for NameRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoAddress => "no address",
            Self::NotGlobal => "an address that is not global",
        })
    }
}

impl Error for NameRefused {}

/// The client's resolver: it connects to what this returns and asks nobody else, so a name that
/// answers otherwise a moment later changes nothing.
pub(super) struct Vetting {
    pub(super) network: Network,
    /// The egress proxy's name. A person configured it; it may be on a private network.
    pub(super) proxy: Option<String>,
}

impl Resolve for Vetting {
    fn resolve(&self, name: Name) -> Resolving {
        let network = self.network.clone();
        let is_proxy = self.proxy.as_deref() == Some(name.as_str());
        Box::pin(async move {
            let found = if is_proxy {
                network.lookup.lookup(name.as_str().to_owned()).await?
            } else {
                network.addresses(name.as_str()).await?
            };
            let addresses: Addrs = Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}
