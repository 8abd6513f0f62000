use std::sync::Arc;

use super::host::Runtime;
use crate::session::CompletedSession;
use crate::store::{SessionState, StoreError};

impl Runtime {
    /// The newest completed work session, or the one called `id` when it is completed: what a command line
    /// reads the outputs of a session's steps from.
    pub async fn completed(&self, id: Option<&str>) -> Result<Option<CompletedSession>, StoreError> {
        let ground = &self.inner.ground;
        let record = match id {
            Some(id) => ground
                .store
                .session(id)
                .await?
                .filter(|it| it.state == SessionState::Completed && it.pruned_at.is_none()),
            None => ground.store.previous(&ground.tenant, None).await?,
        };
        Ok(record.map(|record| CompletedSession::new(Arc::clone(ground), record)))
    }
}
