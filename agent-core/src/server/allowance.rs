use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use protocol::{ErrorCode, WireError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::options::Limits;
use crate::transport::websocket::Bucket;

/// What one token may use at once and in time, over all of its connections.
#[derive(Debug)]
pub(super) struct Allowance {
    requests: Mutex<Bucket>,
    sockets: Arc<Semaphore>,
    sessions: Arc<Semaphore>,
}

/// Room for one session; given back when it is dropped.
#[derive(Debug)]
pub struct SessionPermit {
    _permit: OwnedSemaphorePermit,
}

impl Allowance {
    fn new(limits: &Limits) -> Self {
        let most = |most: usize| Arc::new(Semaphore::new(most.min(Semaphore::MAX_PERMITS)));
        Self {
            requests: Mutex::new(Bucket::new(limits.requests_per_second, limits.burst)),
            sockets: most(limits.connections_per_caller),
            sessions: most(limits.sessions_per_caller),
        }
    }

    pub(super) fn request(&self) -> Result<(), WireError> {
        if self.requests.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return Ok(());
        }
        Err(over("requests a second with this token"))
    }

    pub(super) fn socket(&self) -> Result<OwnedSemaphorePermit, WireError> {
        Arc::clone(&self.sockets).try_acquire_owned().map_err(|_| over("connections with this token"))
    }

    pub(super) fn session(&self) -> Result<SessionPermit, WireError> {
        let permit = Arc::clone(&self.sessions).try_acquire_owned();
        let permit = permit.map_err(|_| over("requests under way with this token"))?;
        Ok(SessionPermit { _permit: permit })
    }
}

fn over(what: &str) -> WireError {
    WireError::new(ErrorCode::Overloaded, format!("there are too many {what}"))
}

/// The allowances of all tokens that were shown to be good.
#[derive(Debug, Default)]
pub(super) struct Allowances {
    by_token: Mutex<HashMap<String, Arc<Allowance>>>,
}

impl Allowances {
    /// Only for tokens that are known: there are no more allowances than tokens were made.
    pub(super) fn of(&self, sha256: &str, limits: &Limits) -> Arc<Allowance> {
        let mut by_token = self.by_token.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(allowance) = by_token.get(sha256) {
            return Arc::clone(allowance);
        }
        let allowance = Arc::new(Allowance::new(limits));
        by_token.insert(sha256.to_owned(), Arc::clone(&allowance));
        allowance
    }
}
