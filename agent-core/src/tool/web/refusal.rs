//! Why a page is not fetched, or a search not made.

use std::fmt;

/// Why a URL is refused, or what it answered that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WebRefusal {
    /// Not an absolute URL that can be read, or with a NUL byte, a blank or a control character in it.
    BadUrl,
    /// Neither `http` nor `https`.
    Scheme,
    /// A user name or a password is written into it.
    UserInfo,
    /// A port other than 80 and 443.
    Port,
    /// The host is an address, or one of its addresses is, that is not on the public internet.
    NotGlobal,
    /// The host is not on the workspace's list.
    NotListed,
    /// The URL was found in data and is not one of the workspace's pages.
    FromData,
    /// A redirect from `https` to `http`.
    Downgrade,
    /// More redirects than are followed.
    TooManyRedirects,
    /// The site's `robots.txt` does not want it read, or could not be had.
    Robots,
    /// The answer is of a kind that is not read, as the site names it.
    ContentType(String),
    /// The answer is binary: it has NUL bytes.
    Binary,
    /// The name has no address.
    NoAddress,
    /// No complete answer in time.
    TimedOut,
    /// The answer is not what the service documents, or is an error; in few words.
    BadAnswer(String),
    /// The connection failed; in few words.
    Failed(String),
}

impl fmt::Display for WebRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::BadUrl => "is not a URL that can be fetched",
            Self::Scheme => "is neither http nor https",
            Self::UserInfo => "has a user name or password in it",
            Self::Port => "names a port other than 80 and 443",
            Self::NotGlobal => "leads to an address that is not on the public internet",
            Self::NotListed => "is on a host that the workspace does not list",
            Self::FromData => "was found in data and waits for a person's approval",
            Self::Downgrade => "is where an https page redirects to without encryption",
            Self::TooManyRedirects => "redirects more than 5 times",
            Self::Robots => "is closed to programs by the site's robots.txt",
            Self::ContentType(found) => return write!(f, "answers `{found}`, which is not read"),
            Self::Binary => "answers with NUL bytes",
            Self::NoAddress => "has no address",
            Self::TimedOut => "did not answer in time",
            Self::BadAnswer(what) | Self::Failed(what) => return write!(f, "failed: {what}"),
        };
        f.write_str(text)
    }
}

impl WebRefusal {
    /// Whether a rule forbids it, rather than something having failed.
    pub(crate) fn is_rule(&self) -> bool {
        matches!(
            self,
            Self::Scheme
                | Self::UserInfo
                | Self::Port
                | Self::NotGlobal
                | Self::NotListed
                | Self::FromData
                | Self::Downgrade
                | Self::Robots
        )
    }

    /// What can be done about it, where something can.
    pub(in crate::tool) fn remedy(&self) -> Option<&'static str> {
        match self {
            Self::BadUrl | Self::Scheme => Some("give an absolute URL such as `https://example.com/page`"),
            Self::UserInfo => Some("leave the user name and password out"),
            Self::Port => Some("only the standard ports are reached"),
            Self::NotListed => {
                Some("a person adds the host to `hosts`, or the URL to `pages`, under [web] in csm.toml")
            }
            Self::FromData => {
                Some("once a person approves it, they add the URL to `pages` under [web] in csm.toml")
            }
            Self::ContentType(_) => Some("HTML, plain text, Markdown, JSON and XML are read"),
            Self::TimedOut | Self::Failed(_) => Some("try again later"),
            Self::NoAddress => Some("look for a misspelt host name"),
            Self::NotGlobal
            | Self::Downgrade
            | Self::TooManyRedirects
            | Self::Robots
            | Self::Binary
            | Self::BadAnswer(_) => None,
        }
    }
}
