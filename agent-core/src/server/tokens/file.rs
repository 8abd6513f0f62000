use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// One token as it is kept; the token itself is nowhere but with whoever holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    /// What it is called: who or what holds it.
    pub name: String,
    /// SHA-256 of the token, hexadecimal.
    pub sha256: String,
    /// What it may ask: request types, or the groups `*`, `read`, `steer`, `work`.
    pub scopes: Vec<String>,
    /// When it was made, microseconds since 1970 UTC.
    pub created_at: i64,
    /// From when on it is not taken any more, microseconds since 1970 UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<i64>,
    /// When it was revoked, microseconds since 1970 UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<i64>,
}

impl Token {
    /// Whether it is taken at that time.
    #[must_use]
    pub fn is_good(&self, now: i64) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|until| now < until)
    }
}

/// Why tokens cannot be read or changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The file cannot be read or written.
    #[error("`{}` cannot be {did}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What was tried.
        did: &'static str,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The file is not what this program wrote.
    #[error("`{}` is not a list of tokens: {source}", path.display())]
    Shape {
        /// The file.
        path: PathBuf,
        /// Where and what.
        #[source]
        source: serde_json::Error,
    },
    /// There is a good token of that name.
    #[error("there is a token `{0}` already; revoke it first, or choose another name")]
    NameTaken(String),
    /// Not a name for a token.
    #[error("`{0}` is not a name: use 1 to 64 letters, digits, `-`, `_`, `.` or `@`")]
    Name(String),
    /// Not a scope.
    #[error("`{0}` is not a scope: use `*`, `read`, `steer`, `work` or the name of a request type")]
    Scope(String),
    /// A token that may do nothing.
    #[error("a token needs at least one scope: `*`, `read`, `steer`, `work` or the name of a request type")]
    NoScope,
    /// No random bits were to be had.
    #[error("the system gave no random bits: {0}")]
    Random(String),
}

impl TokenError {
    pub(super) fn file(path: &Path, did: &'static str) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, did, source }
    }
}

impl From<TokenError> for crate::agent::Failure {
    fn from(error: TokenError) -> Self {
        Self::new(protocol::ErrorCode::WorkspaceInvalid, error.to_string())
    }
}

#[derive(Default, Serialize, Deserialize)]
struct Kept {
    tokens: Vec<Token>,
}

/// All tokens of the file, oldest first; none when there is no file. Blocking.
pub(super) fn read(path: &Path) -> Result<Vec<Token>, TokenError> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(TokenError::file(path, "read")(error)),
    };
    let kept: Kept = serde_json::from_slice(&text)
        .map_err(|source| TokenError::Shape { path: path.to_owned(), source })?;
    Ok(kept.tokens)
}

/// Puts the tokens in place of those before, whole or not at all; only the owner can read them. Blocking.
pub(super) fn write(path: &Path, tokens: Vec<Token>) -> Result<(), TokenError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let beside = path.with_extension(format!("{}.new", std::process::id()));
    let text = serde_json::to_vec_pretty(&Kept { tokens })
        .map_err(|source| TokenError::Shape { path: path.to_owned(), source })?;
    let put = || {
        // One that a killed process left has its name from that process alone.
        let _ = fs::remove_file(&beside);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
        file.write_all(&text)?;
        file.write_all(b"\n")?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        File::open(folder)?.sync_all()
    };
    put().map_err(|error| {
        let _ = fs::remove_file(&beside);
        TokenError::file(path, "written")(error)
    })
}
