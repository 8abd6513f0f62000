use protocol::reply::SessionState;
use protocol::{Deliverable, ErrorCode, Outgoing, Request, WireError};
use tokio::sync::mpsc;
use tracing::Instrument;

use super::host::{Inner, Runtime};
use crate::agent::Failure;
use crate::telemetry::request_span;
use crate::tool::{ToolError, Whole};

/// In how many deliveries a file is looked for, from the newest.
const LOOKED_THROUGH: usize = 200;

/// What a door needs that is no connection: one reply to one request, and what was said so far.
impl Runtime {
    /// Opens a session as [`Runtime::open_session`] does, and returns once it is durable.
    ///
    /// It is opened whether or not the caller still waits.
    pub(crate) async fn begin(&self, request: Request) -> Result<SessionState, WireError> {
        let (runtime, span) = (self.clone(), request_span(&request));
        let begun = async move {
            runtime.inner.count(&request);
            runtime.inner.refuse_loop(&request)?;
            let handle = runtime.inner.open(&request).await?;
            runtime.inner.state_of(&runtime.inner.record(handle.id()).await?).await
        };
        self.aside(begun.instrument(span)).await
    }

    /// The one reply to a request that has one.
    ///
    /// It is served to its end whether or not the caller still waits.
    pub(crate) async fn ask(&self, request: Request) -> Result<Outgoing, WireError> {
        let runtime = self.clone();
        self.aside(async move {
            let (out, mut replies) = mpsc::channel(1);
            let serving = async move { runtime.accept(request.into(), &out).await };
            let reading = async {
                let first = replies.recv().await;
                while replies.recv().await.is_some() {}
                first
            };
            let ((), first) = tokio::join!(serving, reading);
            first.ok_or_else(|| Failure::bug("the request was not answered"))
        })
        .await
    }

    /// Does work that does not end with whoever asked for it.
    async fn aside<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Failure>> + Send + 'static,
    ) -> Result<T, WireError> {
        let done = self.inner.tasks.spawn(work).await;
        done.unwrap_or_else(|error| {
            // What a panic says may be text of the request.
            tracing::error!(panic = %error, "serving a request broke off");
            Err(Failure::bug("serving the request broke off"))
        })
        .map_err(Failure::into_error)
    }

    /// At most `limit` of a session's journaled messages after a sequence number, each as it was sent.
    pub(crate) async fn messages(
        &self,
        id: &str,
        after: u64,
        limit: usize,
    ) -> Result<Vec<String>, WireError> {
        self.inner.said(id, after, limit).await.map_err(Failure::into_error)
    }

    /// The files that the delivery of a session lists; none before it has completed.
    pub(crate) async fn deliverables(&self, id: &str) -> Result<Vec<Deliverable>, WireError> {
        let listed = async { self.inner.listed(&self.inner.record(id).await?).await };
        listed.await.map_err(Failure::into_error)
    }

    /// A file that one of the newest deliveries lists, as it is now.
    pub(crate) async fn deliverable(&self, path: &str) -> Result<Whole, WireError> {
        self.inner.delivered(path).await.map_err(Failure::into_error)
    }
}

impl Inner {
    async fn said(&self, id: &str, after: u64, limit: usize) -> Result<Vec<String>, Failure> {
        self.record(id).await?;
        let after = i64::try_from(after).unwrap_or(i64::MAX);
        let entries = self.ground.store.outbox(id, after).await?;
        Ok(entries.into_iter().take(limit).map(|entry| entry.message).collect())
    }

    async fn delivered(&self, path: &str) -> Result<Whole, Failure> {
        let unknown = |why: &str| Failure::new(ErrorCode::FileUnknown, format!("{why}: `{path}`"));
        let (store, tenant) = (&self.ground.store, &self.ground.tenant);
        let mut looked_at = store.previous(tenant, None).await?;
        for _ in 0..LOOKED_THROUGH {
            let Some(record) = looked_at else { break };
            if self.listed(&record).await?.iter().any(|one| one.path == path) {
                return match self.tools.workspace().whole(path).await {
                    Err(ToolError::NotFound { .. }) => Err(unknown("the file is not there any more")),
                    read => Ok(read?),
                };
            }
            looked_at = store.previous(tenant, Some((record.opened_at, &record.id))).await?;
        }
        Err(unknown("no delivery of the newest sessions lists it"))
    }
}
