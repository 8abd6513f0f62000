use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::store::{Lease, WorkspaceLock};

/// The right to run a session.
pub(crate) struct Hold {
    pub(crate) lease: Lease,
    /// Absent when another live process has it.
    pub(crate) lock: Option<SharedLock>,
}

/// The workspace's lock as the sessions of one process share it: held while any of them runs.
pub(crate) struct LockRoom {
    path: PathBuf,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    by: usize,
    lock: Option<WorkspaceLock>,
}

/// One session's share of the workspace's lock.
pub(crate) struct SharedLock(Arc<LockRoom>);

impl LockRoom {
    pub(crate) fn new(path: PathBuf) -> Arc<Self> {
        Arc::new(Self { path, held: Mutex::default() })
    }

    /// Where the lock is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// A share of the lock; `None` while another live process runs sessions here.
    pub(crate) fn take(self: &Arc<Self>) -> Option<SharedLock> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.lock.is_none() {
            held.lock = WorkspaceLock::try_take(&self.path).unwrap_or_else(|error| {
                // Without the lock a dead owner's lease must run out first; nothing else depends on it.
                tracing::warn!(%error, path = %self.path.display(), "the workspace lock cannot be used");
                None
            });
        }
        held.lock.as_ref()?;
        held.by += 1;
        Some(SharedLock(Arc::clone(self)))
    }
}

impl Drop for SharedLock {
    fn drop(&mut self) {
        let mut held = self.0.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.by = held.by.saturating_sub(1);
        if held.by == 0 {
            held.lock = None;
        }
    }
}
