//! The SQLite store as only it is: its file, its versions, its batches, and what a kill or a full disk leaves of it.
#![expect(clippy::unwrap_used, reason = "tests")]

mod batch;
mod child;
mod full;
mod kill;
mod migrate;
mod room;
mod support;
