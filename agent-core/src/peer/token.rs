use std::fmt;
use std::path::PathBuf;

/// More than any token needs, in bytes.
const MOST_BYTES: u64 = 4 << 10;

/// Where a token is kept. Never shown.
#[derive(Clone, PartialEq, Eq)]
pub enum TokenSource {
    /// In this variable of the environment.
    Env(String),
    /// In this file, line ends aside.
    File(PathBuf),
    /// In `peers.toml` itself.
    Written(Secret),
}

/// A text that does not show itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(super) fn shown_to_the_peer(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Env(name) => f.debug_tuple("Env").field(name).finish(),
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Written(_) => f.write_str("Written"),
        }
    }
}

impl TokenSource {
    /// Fetches the token; why not, in words that do not show it.
    pub(super) async fn fetch(&self) -> Result<Secret, String> {
        let (text, place) = match self {
            Self::Env(name) => {
                let text = std::env::var(name)
                    .map_err(|_| format!("no token: the environment has no readable variable `{name}`"))?;
                (text, format!("the variable `{name}`"))
            }
            Self::File(path) => {
                let place = path.display();
                let unread = |error: std::io::Error| format!("no token: `{place}` cannot be read: {error}");
                let size = tokio::fs::metadata(path).await.map_err(unread)?.len();
                if size > MOST_BYTES {
                    return Err(format!("no token: `{place}` is longer than {MOST_BYTES} bytes"));
                }
                (tokio::fs::read_to_string(path).await.map_err(unread)?, format!("`{place}`"))
            }
            Self::Written(secret) => (secret.0.clone(), "`token`".to_owned()),
        };
        let text = text.trim();
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(format!("no token: {place} is empty, or holds what cannot stand in a header"));
        }
        Ok(Secret::new(text))
    }
}
