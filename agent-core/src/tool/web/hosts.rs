//! The hosts and pages a workspace lets its agent read.

use url::{Host, Url};

/// One entry of the host list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Pattern {
    /// `example.com`, and nothing below it.
    Exact(String),
    /// `*.example.com`: every name below it, not the name itself.
    Below(String),
}

impl Pattern {
    /// Reads an entry as the URL standard reads a host, so that both sides are spelt alike.
    pub(super) fn parse(entry: &str) -> Option<Self> {
        let (below, name) = match entry.strip_prefix("*.") {
            Some(name) => (true, name),
            None => (false, entry),
        };
        let host = Host::parse(name).ok().filter(|_| !name.contains('*'))?;
        match (host, below) {
            (Host::Domain(name), true) if name.contains('.') => {
                Some(Self::Below(format!(".{}", bare(&name))))
            }
            (_, true) => None,
            (Host::Domain(name), false) => Some(Self::Exact(bare(&name).to_owned())),
            (host, false) => Some(Self::Exact(host.to_string())),
        }
    }

    fn matches(&self, host: &str) -> bool {
        match self {
            Self::Exact(name) => host == name,
            Self::Below(end) => host.len() > end.len() && host.ends_with(end.as_str()),
        }
    }
}

/// A name without the dot that ends a complete one.
fn bare(name: &str) -> &str {
    name.strip_suffix('.').unwrap_or(name)
}

/// What is open without asking: a person wrote it into the configuration.
#[derive(Debug, Clone, Default)]
pub(super) struct Standing {
    pub(super) hosts: Vec<Pattern>,
    /// Without fragments.
    pub(super) pages: Vec<Url>,
}

impl Standing {
    /// Whether a host is on the list.
    pub(super) fn lists(&self, url: &Url) -> bool {
        let host = url.host().map(|host| host.to_string()).unwrap_or_default();
        self.hosts.iter().any(|pattern| pattern.matches(bare(&host)))
    }

    /// Whether this very URL, the fragment aside, is one of the pages.
    pub(super) fn has_page(&self, url: &Url) -> bool {
        let mut plain = url.clone();
        plain.set_fragment(None);
        self.pages.contains(&plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(entry: &str, url: &str) -> bool {
        let standing = Standing { hosts: vec![Pattern::parse(entry).unwrap()], pages: Vec::new() };
        standing.lists(&Url::parse(url).unwrap())
    }

    #[test]
    fn a_host_is_matched_whole() {
        assert!(listed("good.com", "https://good.com/"));
        assert!(listed("GOOD.com", "https://gooD.com./x"));
        for url in ["https://good.com.evil.com/", "https://evilgood.com/", "https://www.good.com/"] {
            assert!(!listed("good.com", url), "{url}");
        }
    }

    #[test]
    fn a_star_stands_for_names_below_and_nothing_else() {
        assert!(listed("*.good.com", "https://a.b.good.com/"));
        for url in ["https://good.com/", "https://evilgood.com/", "https://x.good.com.evil.com/"] {
            assert!(!listed("*.good.com", url), "{url}");
        }
        for entry in ["*.com", "*", "a.*.com", "", "*.127.0.0.1", "good.com:80", "good.com/x"] {
            assert_eq!(Pattern::parse(entry), None, "{entry}");
        }
    }

    #[test]
    fn an_international_name_is_one_name_in_both_spellings() {
        assert!(listed("bücher.example", "https://xn--bcher-kva.example/"));
    }
}
