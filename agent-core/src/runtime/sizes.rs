//! What a workspace's store takes on the disk.

use super::host::Runtime;

/// Bytes on the disk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sizes {
    /// The database file.
    pub database: u64,
    /// What was committed and is not yet in it.
    pub log: u64,
    /// Rows behind figures, and what steps put out.
    pub objects: u64,
}

impl Runtime {
    /// What the store takes on the disk now; a part that cannot be looked at counts as nothing.
    pub async fn sizes(&self) -> Sizes {
        let (state, objects) = (self.inner.premises.state().to_owned(), self.inner.ground.objects.clone());
        let looking = tokio::task::spawn_blocking(move || {
            let size = |name: &str| std::fs::metadata(state.join(name)).map_or(0, |there| there.len());
            Sizes {
                database: size("store.db"),
                log: size("store.db-wal"),
                objects: objects.list().into_iter().map(|(_, bytes)| bytes).sum(),
            }
        });
        looking.await.unwrap_or_default()
    }
}
