use std::path::PathBuf;
use std::sync::Arc;

/// Why the store could not do what was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Another writer kept the database for longer than the busy timeout.
    #[error("the store is busy: {doing}")]
    Busy {
        /// What was being done.
        doing: &'static str,
        /// What the database said, to all whose writes were in one transaction.
        #[source]
        source: Arc<sqlx::Error>,
    },
    /// The database could not be read or written: disk full, no permission, a broken file.
    #[error("the store could not be used: {doing}")]
    Database {
        /// What was being done.
        doing: &'static str,
        /// What the database said, to all whose writes were in one transaction.
        #[source]
        source: Arc<sqlx::Error>,
    },
    /// The folder of the database could not be made.
    #[error("could not make `{}`", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The database was written by a newer version of the program.
    #[error("the store has version {found}, this program knows up to {known}")]
    TooNew {
        /// Version of the file.
        found: i64,
        /// Newest version known here.
        known: i64,
    },
    /// Something stored is not what was written.
    #[error("the store holds something unreadable in {what}")]
    Corrupt {
        /// Table and column.
        what: &'static str,
        /// Why it could not be read, if that is known.
        #[source]
        source: Option<serde_json::Error>,
    },
    /// No such session.
    #[error("no session `{id}`")]
    NoSession {
        /// The id asked for.
        id: String,
    },
    /// The session is held by somebody who is still within the lease.
    #[error("session `{id}` is held by `{owner}`")]
    LeaseHeld {
        /// The session.
        id: String,
        /// The process that holds it.
        owner: String,
    },
    /// Somebody else took the session: what this worker still writes is refused.
    #[error("session `{id}` was taken over by another worker")]
    LeaseLost {
        /// The session.
        id: String,
    },
    /// The session has ended; nothing can be added.
    #[error("session `{id}` has ended")]
    Closed {
        /// The session.
        id: String,
    },
    /// One figure id, two values in one session: a bug of the agent.
    #[error("figure `{figure}` was recorded twice with different contents in session `{id}`")]
    FigureConflict {
        /// The session.
        id: String,
        /// The figure.
        figure: String,
    },
    /// A step or a sequence number was written twice: a bug of the runtime.
    #[error("session `{id}` already holds {what}")]
    Duplicate {
        /// The session.
        id: String,
        /// What is there already.
        what: String,
    },
}

impl StoreError {
    /// Whether the same call can succeed later, all else equal.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Busy { .. } | Self::Database { .. } | Self::Folder { .. } | Self::LeaseHeld { .. } => true,
            Self::TooNew { .. }
            | Self::Corrupt { .. }
            | Self::NoSession { .. }
            | Self::LeaseLost { .. }
            | Self::Closed { .. }
            | Self::FigureConflict { .. }
            | Self::Duplicate { .. } => false,
        }
    }
}

/// Why an object could not be kept or read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ObjectError {
    /// The file could not be written.
    #[error("could not keep object `{sha256}`")]
    Write {
        /// Hash of the object.
        sha256: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file could not be read.
    #[error("could not read object `{sha256}`")]
    Read {
        /// Hash of the object.
        sha256: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The name is not a SHA-256 in lower-case hex.
    #[error("not the name of an object: `{name}`")]
    Name {
        /// What was asked for.
        name: String,
    },
    /// The file's bytes are not those its name promises.
    #[error("object `{sha256}` has been changed: its bytes hash to `{found}`")]
    Changed {
        /// Hash in the name.
        sha256: String,
        /// Hash of the bytes.
        found: String,
    },
}
