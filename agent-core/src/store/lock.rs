use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::Path;

use rustix::fs::{FlockOperation, flock};

/// A lock held by one live process on a workspace; the operating system lets go of it when the process dies.
///
/// Who holds it knows that the owner of any older lease is dead, and need not wait for the lease to run out.
#[derive(Debug)]
pub struct WorkspaceLock {
    _file: File,
}

impl WorkspaceLock {
    /// Takes the lock at `path`; `None` when another live process has it.
    pub fn try_take(path: &Path) -> io::Result<Option<Self>> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(error) if error == rustix::io::Errno::WOULDBLOCK => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holder_at_a_time_and_free_once_dropped() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(".csm/lock");
        let first = WorkspaceLock::try_take(&path).unwrap();
        assert!(first.is_some());
        assert!(WorkspaceLock::try_take(&path).unwrap().is_none());
        drop(first);
        assert!(WorkspaceLock::try_take(&path).unwrap().is_some());
    }
}
