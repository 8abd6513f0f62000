use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::runtime::Clock;
use crate::store::{ContextEntry, ContextQuery, ContextsFound, Store, StoreError};

/// How many bytes of JSON one published context may have.
pub const CONTENT_CAP: usize = 256 * 1024;
/// How many bytes of published contexts go into one answer: with what is around them below 1 MiB.
const ANSWER: usize = 768 * 1024;
/// How many entries go into one answer.
const ENTRIES: usize = 200;

/// Keeps what agents publish and returns it to those who ask, with who wrote it and when.
///
/// What it returns is data: it may fill a field, it never chooses a tool, a path or a permission.
#[derive(Clone)]
pub struct ContextManager {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    tenant: String,
}

impl ContextManager {
    /// The context manager of one tenant.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, clock: Arc<dyn Clock>, tenant: String) -> Self {
        Self { store, clock, tenant }
    }

    /// Keeps `payload` as the answer of `author` to `context_type`, for as long as `lasts`, or for good.
    ///
    /// What an author published before is kept as history, up to a number of entries.
    pub async fn publish(
        &self,
        context_type: &str,
        author: &str,
        payload: Value,
        lasts: Option<Duration>,
    ) -> Result<ContextEntry, StoreError> {
        let at = self.clock.now_micros();
        let expires =
            lasts.map(|lasts| at.saturating_add(i64::try_from(lasts.as_micros()).unwrap_or(i64::MAX)));
        let entry = ContextEntry {
            context_type: context_type.to_owned(),
            author: author.to_owned(),
            at,
            expires,
            payload,
        };
        self.store.publish(&self.tenant, entry.clone()).await?;
        Ok(entry)
    }

    /// The newest of each author under `context_type`, newest first, without what has expired.
    pub async fn ask(&self, context_type: &str) -> Result<Vec<ContextEntry>, StoreError> {
        Ok(self.find(context_type, false, None).await?.entries)
    }

    /// The same, at most `limit` of them; with `history` everything that is kept, expired or not.
    ///
    /// What does not fit a message is left out, the oldest first, and counted.
    pub async fn find(
        &self,
        context_type: &str,
        history: bool,
        limit: Option<usize>,
    ) -> Result<ContextsFound, StoreError> {
        let query = ContextQuery {
            context_type: context_type.to_owned(),
            at: self.clock.now_micros(),
            history,
            limit: limit.unwrap_or(ENTRIES).min(ENTRIES),
            bytes: ANSWER,
        };
        self.store.contexts(&self.tenant, &query).await
    }

    /// The types anything was published under.
    pub async fn types(&self) -> Result<Vec<String>, StoreError> {
        self.store.context_types(&self.tenant, self.clock.now_micros()).await
    }
}
