use protocol::{ErrorCode, WireError};

use crate::agent::Failure;

/// Why `peers.toml` cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
#[non_exhaustive]
pub struct PeersError {
    /// The file, with the line where there is one: `peers.toml:3`.
    pub place: String,
    /// What is wrong.
    pub problem: String,
    /// What to do about it.
    pub hint: String,
}

impl From<PeersError> for Failure {
    fn from(error: PeersError) -> Self {
        let message = error.to_string();
        WireError::new(ErrorCode::WorkspaceInvalid, message).with_hint(error.hint).into()
    }
}
