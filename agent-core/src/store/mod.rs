//! Where sessions, journal and outbox live.
//!
//! [`Store`] is what a database must be able to do; [`SqliteStore`] is the one that ships.
//! [`Objects`] keeps the immutable files that the journal names by hash.

mod contract;
mod error;
mod lock;
mod objects;
mod records;
mod sqlite;

pub use contract::Store;
pub use error::{ObjectError, StoreError};
pub use lock::WorkspaceLock;
pub use objects::{Objects, sha256_hex};
pub use records::{
    Commit, ContextEntry, JournalEntry, Lease, NewSession, Opened, OutboxEntry, SessionRecord, SessionState,
};
pub use sqlite::SqliteStore;
