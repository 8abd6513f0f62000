use std::sync::Arc;

use protocol::{Figure, FigureId};

use crate::store::{ObjectError, Objects, Store, StoreError};

/// Reads back the figures that sessions recorded, with the rows each came from.
///
/// Figures enter only through a session's step, in the same transaction as the step itself.
#[derive(Clone)]
pub struct Ledger {
    store: Arc<dyn Store>,
    objects: Objects,
    tenant: String,
}

/// A figure with its rows.
#[derive(Clone, Debug)]
pub struct OpenedRows {
    /// The session that recorded it.
    pub session_id: String,
    /// The figure.
    pub figure: Figure,
    /// The bytes of its rows, verified against their hash, in the format of [`protocol::Evidence::format`];
    /// absent when the figure could not be computed at all.
    pub rows: Option<Vec<u8>>,
}

/// Why a figure could not be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// The store could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The rows are gone, or are no longer what the figure was computed from.
    #[error("the rows of `{figure}` cannot be trusted")]
    Rows {
        /// The figure.
        figure: FigureId,
        /// What is wrong with the object.
        #[source]
        source: ObjectError,
    },
}

impl Ledger {
    /// The ledger of one tenant.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, objects: Objects, tenant: String) -> Self {
        Self { store, objects, tenant }
    }

    /// The session whose figures answer when nobody names one: the newest completed work session,
    /// else the newest that recorded any figure; `None` when none did.
    pub async fn newest(&self) -> Result<Option<String>, LedgerError> {
        match self.store.previous(&self.tenant, None).await? {
            Some(record) => Ok(Some(record.id)),
            None => Ok(self.store.figured(&self.tenant).await?),
        }
    }

    /// The figure called `id` in a session, without its rows.
    pub async fn figure(&self, session_id: &str, id: &FigureId) -> Result<Option<Figure>, LedgerError> {
        Ok(self.store.figure(session_id, id).await?)
    }

    /// All figures of a session, by id.
    pub async fn list(&self, session_id: &str) -> Result<Vec<Figure>, LedgerError> {
        Ok(self.store.figures(session_id).await?)
    }

    /// The figure called `id` in a session, with its rows verified.
    pub async fn open(&self, session_id: &str, id: &FigureId) -> Result<Option<OpenedRows>, LedgerError> {
        let Some(figure) = self.figure(session_id, id).await? else { return Ok(None) };
        let rows = self.open_rows(&figure).await?;
        Ok(Some(OpenedRows { session_id: session_id.to_owned(), figure, rows }))
    }

    /// The bytes of a figure's rows, read and verified off the async threads; `None` when it has none.
    pub async fn open_rows(&self, figure: &Figure) -> Result<Option<Vec<u8>>, LedgerError> {
        let Some(evidence) = &figure.evidence else { return Ok(None) };
        let (objects, sha256) = (self.objects.clone(), evidence.rows.clone());
        let read = match tokio::task::spawn_blocking(move || objects.get(&sha256)).await {
            Ok(read) => read,
            Err(broken) => Err(ObjectError::Read { sha256: evidence.rows.clone(), source: broken.into() }),
        };
        read.map(Some).map_err(|source| LedgerError::Rows { figure: figure.id.clone(), source })
    }

    /// [`open_rows`](Self::open_rows) for callers that are not on an async thread: it blocks.
    pub fn rows(&self, figure: &Figure) -> Result<Option<Vec<u8>>, LedgerError> {
        let Some(evidence) = &figure.evidence else { return Ok(None) };
        let bytes = self
            .objects
            .get(&evidence.rows)
            .map_err(|source| LedgerError::Rows { figure: figure.id.clone(), source })?;
        Ok(Some(bytes))
    }

    /// Checks that the rows of every figure of a session are there and unchanged;
    /// returns how many figures have rows, and what is wrong with the others.
    pub async fn check(&self, session_id: &str) -> Result<(usize, Vec<LedgerError>), LedgerError> {
        let mut sound = 0;
        let mut wrong = Vec::new();
        for figure in self.list(session_id).await? {
            match self.open_rows(&figure).await {
                Ok(Some(_)) => sound += 1,
                Ok(None) => {}
                Err(error) => wrong.push(error),
            }
        }
        Ok((sound, wrong))
    }
}
