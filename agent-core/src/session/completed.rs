use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::ask::Ground;
use crate::agent::Failure;
use crate::store::SessionRecord;

/// A session that ended with its delivery, for those that come after it.
#[derive(Clone)]
pub struct CompletedSession {
    ground: Arc<Ground>,
    record: SessionRecord,
}

impl CompletedSession {
    pub(crate) fn new(ground: Arc<Ground>, record: SessionRecord) -> Self {
        Self { ground, record }
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.record.id
    }

    /// The hash of what it depended on.
    #[must_use]
    pub fn pin(&self) -> &str {
        &self.record.pin
    }

    /// How it is stored.
    #[must_use]
    pub fn record(&self) -> &SessionRecord {
        &self.record
    }

    /// What its step `key` put out; `None` when it had no such step.
    ///
    /// An output that no longer fits `T`, because the agent changed, is a failure.
    pub async fn output<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Failure> {
        let journal = self.ground.store.journal(self.id()).await?;
        let Some(entry) = journal.into_iter().find(|entry| entry.key == key) else { return Ok(None) };
        let bytes = self.ground.object(&entry.output_hash).await?;
        serde_json::from_slice(&bytes).map(Some).map_err(|error| {
            Failure::bug(format!("output of step `{key}` of session `{}` does not fit: {error}", self.id()))
        })
    }
}
