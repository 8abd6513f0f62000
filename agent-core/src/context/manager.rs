use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::runtime::Clock;
use crate::store::{ContextEntry, Store, StoreError};

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

    /// What was published under `context_type`, newest first, without what has expired.
    pub async fn ask(&self, context_type: &str) -> Result<Vec<ContextEntry>, StoreError> {
        self.store.contexts(&self.tenant, context_type, self.clock.now_micros()).await
    }

    /// The types anything was published under.
    pub async fn types(&self) -> Result<Vec<String>, StoreError> {
        self.store.context_types(&self.tenant, self.clock.now_micros()).await
    }
}
