//! The guarded client: one hop at a time, nothing followed by itself.

use std::error::Error;

use reqwest::header::{ACCEPT, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Proxy, Response, StatusCode};
use tokio::sync::OnceCell;
use url::Url;

use super::config::{WebConfig, proxy_name, proxy_url};
use super::hosts::Standing;
use super::network::{NameRefused, Network, Vetting};
use super::refusal::WebRefusal;
use super::target;

/// What `robots.txt` files know us by.
pub(super) const AGENT: &str = "csm";
/// Most redirects followed.
pub(super) const MOST_REDIRECTS: usize = 5;

/// What one request led to.
pub(super) enum Hop {
    /// An answer; its body has not been read.
    Answer(Response),
    /// Another URL, not judged yet but for a downgrade.
    Redirect(Url),
}

/// Makes requests, each judged first. The connections are closed after each.
pub(super) struct Client {
    pub(super) network: Network,
    standing: Standing,
    proxy: Option<Url>,
    http: OnceCell<reqwest::Client>,
}

impl Client {
    pub(super) fn new(config: &WebConfig, network: Network) -> Self {
        let proxy = config.proxy.as_deref().and_then(proxy_url);
        Self { network, standing: config.standing(), proxy, http: OnceCell::new() }
    }

    /// Whether this very URL is one of the workspace's pages.
    pub(super) fn has_page(&self, url: &Url) -> bool {
        self.standing.has_page(url)
    }

    /// Judges a URL by its letters alone. `start` is where the fetch began: a redirect that stays on
    /// that host tells nobody anything new.
    pub(super) fn judge(&self, url: &Url, start: &Url) -> Result<(), WebRefusal> {
        if url != start && url.host() == start.host() {
            return target::check_form(url, &self.network);
        }
        target::check(url, &self.network, &self.standing)
    }

    /// One GET request. The URL has been judged by its letters; its addresses are judged here.
    pub(super) async fn hop(&self, url: &Url, accept: &str) -> Result<Hop, WebRefusal> {
        let request = self.http().await?.get(url.clone()).header(ACCEPT, accept);
        let response = request.send().await.map_err(|error| refusal(&error))?;
        let redirects = matches!(
            response.status(),
            StatusCode::MOVED_PERMANENTLY
                | StatusCode::FOUND
                | StatusCode::SEE_OTHER
                | StatusCode::TEMPORARY_REDIRECT
                | StatusCode::PERMANENT_REDIRECT
        );
        match response.headers().get(LOCATION) {
            Some(location) if redirects => {
                let location = location.to_str().map_err(|_| WebRefusal::BadUrl)?;
                target::join(url, location).map(Hop::Redirect)
            }
            _ => Ok(Hop::Answer(response)),
        }
    }

    /// The client beneath, built when first wanted: it reads the system's certificates.
    pub(super) async fn http(&self) -> Result<&reqwest::Client, WebRefusal> {
        let build = || async {
            let (network, proxy) = (self.network.clone(), self.proxy.clone());
            let built = tokio::task::spawn_blocking(move || build(network, proxy)).await;
            match built {
                Ok(Ok(client)) => Ok(client),
                Ok(Err(error)) => Err(WebRefusal::Failed(deepest(&error))),
                Err(error) => Err(WebRefusal::Failed(error.to_string())),
            }
        };
        self.http.get_or_try_init(build).await
    }
}

fn build(network: Network, proxy: Option<Url>) -> Result<reqwest::Client, reqwest::Error> {
    // Another part of the program may have chosen already; it is the same choice.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let limits = network.limits;
    let mut roots = Vec::new();
    for root in network.roots() {
        roots.push(Certificate::from_der(root)?);
    }
    let mut builder = reqwest::Client::builder()
        .user_agent(concat!("csm/", env!("CARGO_PKG_VERSION")))
        .redirect(Policy::none())
        .referer(false)
        .no_proxy()
        .connect_timeout(limits.connect)
        .timeout(limits.total)
        .pool_max_idle_per_host(0)
        .tls_certs_merge(roots);
    if let Some(proxy) = &proxy {
        builder = builder.proxy(Proxy::all(proxy.as_str())?);
    }
    let proxy = proxy.as_ref().and_then(proxy_name);
    builder.dns_resolver(Vetting { network, proxy }).build()
}

/// What an error of the client means for the caller. Never repeats the URL.
pub(super) fn refusal(error: &reqwest::Error) -> WebRefusal {
    let mut source = error.source();
    while let Some(inner) = source {
        match inner.downcast_ref::<NameRefused>() {
            Some(NameRefused::NoAddress) => return WebRefusal::NoAddress,
            Some(NameRefused::NotGlobal) => return WebRefusal::NotGlobal,
            None => source = inner.source(),
        }
    }
    if error.is_timeout() { WebRefusal::TimedOut } else { WebRefusal::Failed(deepest(error)) }
}

fn deepest(error: &dyn Error) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}
