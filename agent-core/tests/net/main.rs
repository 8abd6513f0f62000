//! The network tools against real sockets: what they read, and what they cannot be made to do.

#![expect(clippy::unwrap_used, reason = "tests")]

mod abuse;
mod bombs;
mod fetch;
mod robots;
mod search;
mod site;
