//! Definitions and tools, through their public interface only.

#![expect(clippy::unwrap_used, reason = "tests")]

mod confinement;
mod conflict;
mod definition;
mod grants;
mod harness;
mod paging;
mod search;
mod swap;
