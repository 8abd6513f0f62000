//! Whether new work can be taken: asked by who sends it here.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use protocol::{ErrorCode, WireError};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};

use super::host::{Inner, Runtime};
use crate::agent::Failure;

/// Who asks again within this gets the same answer: anybody may ask, and each look waits for the disk.
const STANDS: Duration = Duration::from_secs(1);
/// A store that takes longer than this to write is not ready.
const STORE_WRITES: Duration = Duration::from_secs(2);
/// As much as a block of the disk, so that a full one has no room for it.
const PROBE: [u8; 4096] = [b'.'; 4096];

/// The folder and the files that a runtime opened, to be told from others that are put in their place.
pub(super) struct Premises {
    /// Path and identity of the workspace, then of the store's file.
    opened: Vec<(PathBuf, Option<Identity>)>,
    state: PathBuf,
    /// One looks at a time.
    looking: Semaphore,
    last: Mutex<Option<(Instant, Result<(), WireError>)>>,
}

/// Device and number of a file, which stay when it is renamed.
type Identity = (u64, u64);

impl Premises {
    /// What stands at these paths now.
    pub(super) fn new(workspace: &Path, state: &Path, store: Option<PathBuf>) -> Self {
        let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let opened = std::iter::once(workspace.to_owned()).chain(store);
        Self {
            opened: opened.map(|path| (whole(&path), identity(&path).ok())).collect(),
            state: state.to_owned(),
            looking: Semaphore::new(1),
            last: Mutex::default(),
        }
    }

    /// The folder of the runtime's own files.
    pub(super) fn state(&self) -> &Path {
        &self.state
    }

    /// What was found within [`STANDS`].
    fn found(&self) -> Option<Result<(), WireError>> {
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        last.as_ref().filter(|(at, _)| at.elapsed() < STANDS).map(|(_, found)| found.clone())
    }
}

impl Runtime {
    /// Whether new work can be taken: it is not stopping, the workspace and the store are the ones that were
    /// opened, and both can be written.
    ///
    /// # Errors
    /// `SHUTTING_DOWN`; `STORE_FAILED` with what is in the way.
    pub async fn ready(&self) -> Result<(), WireError> {
        self.inner.admit()?;
        let premises = &self.inner.premises;
        let Ok(_one) = premises.looking.acquire().await else { return Ok(()) };
        if let Some(found) = premises.found() {
            return found;
        }
        let found = self.inner.look().await;
        let mut last = premises.last.lock().unwrap_or_else(PoisonError::into_inner);
        *last = Some((Instant::now(), found.clone()));
        found
    }
}

impl Inner {
    async fn look(&self) -> Result<(), WireError> {
        let (opened, state) = (self.premises.opened.clone(), self.premises.state.clone());
        let looked = tokio::task::spawn_blocking(move || {
            opened.iter().try_for_each(|(path, there)| same(path, *there))?;
            probe(&state)
                .map_err(|error| unready(format!("`{}` cannot be written: {error}", state.display())))
        });
        looked.await.unwrap_or_else(|broken| Err(unready(format!("looking broke off: {broken}"))))?;
        match timeout(STORE_WRITES, self.ground.store.probe(self.now())).await {
            Ok(written) => written.map_err(|error| Failure::from(error).into_error()),
            Err(_) => Err(unready("the store does not answer".to_owned())),
        }
    }
}

fn same(path: &Path, there: Option<Identity>) -> Result<(), WireError> {
    let Some(there) = there else { return Ok(()) };
    let shown = path.display();
    match identity(path) {
        Ok(now) if now == there => Ok(()),
        Ok(_) => {
            Err(unready(format!("`{shown}` is not the one that was opened: another was put in its place")))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(unready(format!("`{shown}` is not there any more: it was moved or removed")))
        }
        Err(error) => Err(unready(format!("`{shown}` cannot be reached: {error}"))),
    }
}

fn identity(path: &Path) -> io::Result<Identity> {
    fs::metadata(path).map(|there| (there.dev(), there.ino()))
}

/// Writes and removes a block, down to the disk.
fn probe(state: &Path) -> io::Result<()> {
    let path = state.join(format!(".probe-{}", std::process::id()));
    let written =
        OpenOptions::new().create(true).truncate(true).write(true).open(&path).and_then(|mut file| {
            file.write_all(&PROBE)?;
            file.sync_all()
        });
    let removed = match fs::remove_file(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    };
    written.and(removed)
}

fn unready(message: String) -> WireError {
    WireError::new(ErrorCode::StoreFailed, message)
        .with_hint("make room or put the folder back; where it was moved, start the server on its new place")
}
