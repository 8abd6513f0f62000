use std::time::Duration;

use async_trait::async_trait;
use protocol::{Incoming, Outgoing, Refused};

/// The way to one peer. Connecting again is connecting afresh.
#[async_trait]
pub(crate) trait Link: Send + Sync {
    /// Reaches the peer.
    async fn connect(&self) -> Result<Box<dyn Wire>, LinkError>;
}

/// One connection to a peer. Dropping it ends it at once.
#[async_trait]
pub(crate) trait Wire: Send {
    /// Sends one message.
    async fn send(&mut self, message: &Outgoing) -> Result<(), LinkError>;

    /// The next thing the peer says, readable or not; a connection that ended is an error.
    async fn next(&mut self) -> Result<Result<Incoming, Refused>, LinkError>;

    /// Ends the connection; the peer is given `grace` to end by itself.
    async fn close(&mut self, grace: Duration);
}

/// Why a peer could not be reached, or no longer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LinkError {
    /// In words of ours.
    pub(crate) reason: String,
    /// Whether trying again can help.
    pub(crate) again: bool,
}

impl LinkError {
    /// Trying again can help.
    pub(crate) fn passing(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), again: true }
    }

    /// Trying again cannot help.
    pub(crate) fn lasting(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), again: false }
    }
}
