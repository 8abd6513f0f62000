//! What is written for people, from hand-built accounts: same input, same bytes, every number openable.

#![expect(clippy::unwrap_used, reason = "tests")]

mod deliver;
