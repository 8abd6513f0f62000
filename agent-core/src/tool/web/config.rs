//! What a workspace configures: the section `[web]` of its configuration file.

use serde::{Deserialize, Serialize};
use url::{Host, Url};

use super::hosts::{Pattern, Standing};

/// The section `[web]`. The default opens nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct WebConfig {
    /// Hosts whose pages may be read: `example.com`, or `*.example.com` for every name below it.
    pub hosts: Vec<String>,
    /// Single pages that may be read, wherever their URL was found.
    pub pages: Vec<String>,
    /// The search service; absent: no search.
    pub search: Option<SearchConfig>,
    /// Egress proxy, such as `http://proxy.internal:3128`. It then resolves the names, and has to
    /// keep requests off the private network itself; absent: direct connections.
    pub proxy: Option<String>,
}

/// The search service of a workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SearchConfig {
    /// Which kind of service; absent: SearXNG.
    #[serde(default)]
    pub provider: Provider,
    /// Where a self-hosted SearXNG is, such as `http://searx.internal:8080`. For SearXNG only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Name of the environment variable that holds the key. The key itself is never in the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key_env: Option<String>,
}

/// The search services there are adapters for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Provider {
    /// A SearXNG of one's own, asked for JSON.
    #[default]
    Searxng,
    /// Brave Search.
    Brave,
    /// Tavily.
    Tavily,
    /// Exa.
    Exa,
}

impl Provider {
    /// The name used in the configuration.
    pub fn name(self) -> &'static str {
        match self {
            Self::Searxng => "searxng",
            Self::Brave => "brave",
            Self::Tavily => "tavily",
            Self::Exa => "exa",
        }
    }
}

/// What is wrong with the section `[web]`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("[web] {key}: {problem}")]
#[non_exhaustive]
pub struct WebConfigError {
    /// The key; empty for the section itself.
    pub key: String,
    /// What is wrong.
    pub problem: String,
    /// What to write instead.
    pub hint: String,
}

impl WebConfigError {
    fn new(key: &str, problem: impl Into<String>, hint: &str) -> Self {
        Self { key: key.to_owned(), problem: problem.into(), hint: hint.to_owned() }
    }
}

impl WebConfig {
    /// Reads the section and checks it.
    ///
    /// # Errors
    /// A key nobody knows, or a value that cannot be meant.
    pub fn from_toml(section: &toml::Value) -> Result<Self, WebConfigError> {
        let config: Self = section.clone().try_into().map_err(|source: toml::de::Error| {
            let hint = "keys are `hosts`, `pages`, `search = { provider, url, key_env }` and `proxy`";
            WebConfigError::new("", source.message(), hint)
        })?;
        config.check()?;
        Ok(config)
    }

    /// Checks every value. [`web_tools`](super::web_tools) leaves out what does not pass.
    ///
    /// # Errors
    /// The first value that cannot be meant.
    pub fn check(&self) -> Result<(), WebConfigError> {
        for entry in &self.hosts {
            if Pattern::parse(entry).is_none() {
                let hint = "write `example.com`, or `*.example.com` for every name below it";
                return Err(WebConfigError::new("hosts", format!("`{entry}` is not a host"), hint));
            }
        }
        for entry in &self.pages {
            if page(entry).is_none() {
                let hint = "write the whole URL, such as `https://example.com/status`";
                return Err(WebConfigError::new("pages", format!("`{entry}` is not a page"), hint));
            }
        }
        if let Some(proxy) = &self.proxy
            && proxy_url(proxy).is_none()
        {
            let hint = "write `http://host:port`";
            return Err(WebConfigError::new("proxy", format!("`{proxy}` is not a proxy"), hint));
        }
        self.search.as_ref().map_or(Ok(()), SearchConfig::check)
    }

    pub(super) fn standing(&self) -> Standing {
        Standing {
            hosts: self.hosts.iter().filter_map(|entry| Pattern::parse(entry)).collect(),
            pages: self.pages.iter().filter_map(|entry| page(entry)).collect(),
        }
    }
}

impl SearchConfig {
    fn check(&self) -> Result<(), WebConfigError> {
        let wrong = |problem: String, hint: &str| Err(WebConfigError::new("search", problem, hint));
        let name = self.provider.name();
        match (self.provider, &self.url, &self.key_env) {
            (Provider::Searxng, None, _) => wrong(
                "`url` is missing".into(),
                "write where your SearXNG is, such as `http://127.0.0.1:8080`",
            ),
            (Provider::Searxng, Some(url), _) if base_url(url).is_none() => wrong(
                format!("`{url}` is not a URL"),
                "write `http://host:port`, without a query or a user name",
            ),
            (Provider::Searxng, ..) => Ok(()),
            (_, Some(_), _) => wrong(format!("`url` is not for `{name}`"), "leave `url` out"),
            (_, None, None) => wrong(
                format!("`{name}` needs a key"),
                "name the environment variable that holds it: `key_env = \"SEARCH_KEY\"`",
            ),
            (_, None, Some(_)) => Ok(()),
        }
    }
}

/// A page's URL without its fragment.
fn page(entry: &str) -> Option<Url> {
    let mut url = base_or_page(entry)?;
    url.set_fragment(None);
    Some(url)
}

/// The address of a search service, ending in `/`.
pub(super) fn base_url(entry: &str) -> Option<Url> {
    let mut url = base_or_page(entry)?;
    if url.query().is_some() || url.fragment().is_some() {
        return None;
    }
    if !url.path().ends_with('/') {
        url.set_path(&format!("{}/", url.path()));
    }
    Some(url)
}

fn base_or_page(entry: &str) -> Option<Url> {
    let url = super::target::parse(entry).ok()?;
    let plain = url.username().is_empty() && url.password().is_none();
    (matches!(url.scheme(), "http" | "https") && plain && url.has_host()).then_some(url)
}

pub(super) fn proxy_url(entry: &str) -> Option<Url> {
    base_url(entry).filter(|url| url.path() == "/")
}

/// The proxy's name, when it is one.
pub(super) fn proxy_name(proxy: &Url) -> Option<String> {
    match proxy.host()? {
        Host::Domain(name) => Some(name.to_owned()),
        Host::Ipv4(_) | Host::Ipv6(_) => None,
    }
}
