use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio_util::task::task_tracker::TaskTrackerToken;

use super::CompletedSession;
use crate::agent::Failure;
use crate::context::ContextManager;
use crate::evidence::Ledger;
use crate::peer::Directory;
use crate::runtime::{Clock, rfc3339};
use crate::store::{Objects, Store};
use crate::telemetry::Meter;
use crate::tool::Toolbox;

/// What one runtime stands on; shared by everything that runs in it.
pub(crate) struct Ground {
    pub(crate) workspace: PathBuf,
    pub(crate) tenant: String,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) objects: Objects,
    pub(crate) ledger: Ledger,
    pub(crate) context: ContextManager,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) peers: Directory,
    pub(crate) meter: Meter,
    /// For how long an approval waits when its proposal does not say.
    pub(crate) approval_lasts: Duration,
    /// For how long whoever offered to answer contexts is waited for.
    pub(crate) context_deadline: Duration,
}

impl Ground {
    /// The bytes of an object, read and verified off the async threads.
    pub(crate) async fn object(&self, sha256: &str) -> Result<Vec<u8>, Failure> {
        let (objects, sha256) = (self.objects.clone(), sha256.to_owned());
        off_thread(move || objects.get(&sha256).map_err(Failure::from)).await
    }

    /// Keeps an object, off the async threads; `under_way` is held until that is done.
    pub(crate) async fn put_object(
        &self,
        bytes: Vec<u8>,
        under_way: TaskTrackerToken,
    ) -> Result<String, Failure> {
        let objects = self.objects.clone();
        off_thread(move || {
            let kept = objects.put(&bytes).map_err(Failure::from);
            drop(under_way);
            kept
        })
        .await
    }
}

async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(Failure::bug(format!("file work broke off: {error}"))),
    }
}

/// A look at the workspace, for questions and pins. Cheap to clone.
#[derive(Clone)]
pub struct AskContext {
    pub(crate) ground: Arc<Ground>,
    pub(crate) tools: Toolbox,
    /// Only sessions opened before this one count as previous; `None` counts all.
    pub(crate) before: Option<(i64, String)>,
}

impl AskContext {
    /// The workspace folder.
    #[must_use]
    pub fn workspace(&self) -> &Path {
        &self.ground.workspace
    }

    /// The tools the agent's definition grants.
    #[must_use]
    pub fn tools(&self) -> &Toolbox {
        &self.tools
    }

    /// Now, RFC 3339, by the runtime's clock: for journals and messages, never for a deliverable.
    #[must_use]
    pub fn now(&self) -> String {
        rfc3339(self.ground.clock.now_micros())
    }

    /// What agents published here.
    #[must_use]
    pub fn context(&self) -> &ContextManager {
        &self.ground.context
    }

    /// The figures of all sessions.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ground.ledger
    }

    /// The bytes of an immutable file, verified against their hash.
    pub async fn object(&self, sha256: &str) -> Result<Vec<u8>, Failure> {
        self.ground.object(sha256).await
    }

    /// Hashes of everything sessions wrote, or meant to write, to `path`.
    /// A file with another hash is a person's work.
    pub async fn ours(&self, path: &str) -> Result<BTreeSet<String>, Failure> {
        Ok(self.ground.store.file_hashes(&self.ground.tenant, path).await?)
    }

    /// The same for all paths.
    pub async fn all_ours(&self) -> Result<BTreeMap<String, BTreeSet<String>>, Failure> {
        Ok(self.ground.store.all_file_hashes(&self.ground.tenant).await?)
    }

    /// The newest completed work session; inside a session, the newest opened before it.
    pub async fn previous(&self) -> Result<Option<CompletedSession>, Failure> {
        let before = self.before.as_ref().map(|(at, id)| (*at, id.as_str()));
        let record = self.ground.store.previous(&self.ground.tenant, before).await?;
        Ok(record.map(|record| CompletedSession::new(Arc::clone(&self.ground), record)))
    }
}
