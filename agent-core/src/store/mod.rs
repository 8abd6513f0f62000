//! Where sessions, journal and outbox live.
//!
//! [`Store`] is what a database must be able to do; [`SqliteStore`] is the one that ships.
//! [`Objects`] keeps the immutable files that the journal names by hash.

mod approvals;
mod contract;
mod error;
mod lock;
mod objects;
mod packed;
mod records;
mod sqlite;
mod upkeep;

pub use approvals::{Answered, ApprovalAnswer, ApprovalFilter, ApprovalRecord, Withdrawal};
pub use contract::Store;
pub use error::{ObjectError, StoreError};
pub use lock::WorkspaceLock;
pub use objects::{Objects, sha256_hex};
pub use records::{
    Claim, Commit, ContextEntry, ContextQuery, ContextsFound, JournalEntry, Lease, NewSession, Opened,
    OutboxEntry, SessionKind, SessionRecord, SessionState, SharedBody,
};
pub use sqlite::SqliteStore;
pub use upkeep::Upkeep;
