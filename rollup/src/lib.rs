//! Raw product events summed once into days of people: streaming, incremental, in bounded memory.
//!
//! [`Rollup::update`] scans what is new in a set of Parquet files and keeps one row per account, person, feature
//! and day, with what features of accounts need beside it; [`Rollup::account_features`] reads only the latter.
//! An unchanged file is not read again, a grown one from where it ended, a changed one as a whole.
//!
//! # On disk
//!
//! A folder of Parquet files and `manifest.json`, which is written last.
//! Names stand once, in `accounts-N`, `features-N`, `people-N` and `pairs-N`; their place is their number.
//! A *run* is up to [`RUN_ROWS`] rows of one source, sorted by day, person and feature: `rows-N`, with `seen-N`
//! and `used-N` (for each person, and each pair of account and feature, a bit per day in blocks of 64 days) and
//! `days-N` (uses per account and day).
//! Bits of several runs are united and uses added, so runs need not be merged.
//! A day that two runs share can show a key twice in [`Rollup::rows`]; whoever reads them groups them.
//!
//! # Memory
//!
//! Grows with people (about 60 bytes each beside their names), pairs of account and feature, and
//! accounts; not with events: of those, a few row groups of a file (per thread, and eight waiting for their turn)
//! and two runs are held at a time.

mod columns;

mod disk;
mod error;
mod features;
mod hash;
mod manifest;
mod mark;
mod merge;
mod names;
mod open;
mod piece;
mod rows;
mod run;
mod scan;
mod update;

pub use columns::{Columns, Source};
pub use error::RollupError;
pub use features::FEATURES;
pub use manifest::MANIFEST_FILE;
pub use merge::RUN_ROWS;
pub use open::Rollup;
pub use update::Update;
