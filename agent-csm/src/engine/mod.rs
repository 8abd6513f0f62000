//! Runs knowledge SQL over the canonical tables.
//!
//! [`Engine::open`] builds everything that was known at the end of one day: masked canonical tables,
//! derived tables, signal readings, health. Afterwards it only answers; it never writes to the dataset.
//! The API is synchronous and blocks: each query runs on a thread of its own with a private runtime, so
//! that it is safe, though slow for others, to call from an async task; prefer `spawn_blocking`.

mod asof;
mod beside;
mod blocked;
mod checks;
mod counted;
mod error;
mod evidence;
mod figure;
mod figures;
mod kept;
mod money;
mod open;
mod populations;
mod reading;
mod rejected;
mod rows;
mod said;
mod shown;
mod sort;
mod sql;
mod texts;

pub use beside::Beside;
pub use checks::CheckResult;
pub use error::EngineError;
pub use kept::{Counts, Kept};
pub use open::Engine;
pub(crate) use open::made;
pub(crate) use reading::filled;
pub use reading::{Reading, Unmeasured};
pub(crate) use shown::decimals;
pub use shown::{shown, thousands};
pub(crate) use sql::Rows;
