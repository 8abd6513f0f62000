//! Plain HTTP on real sockets, with a client that speaks bytes.
#![expect(clippy::unwrap_used, reason = "tests")]

mod approvals;
#[allow(dead_code, reason = "shared with other tests")]
#[path = "../approvals/buyer.rs"]
mod buyer;
mod client;
mod deliverables;
mod documents;
mod events;
mod harness;
mod health;
#[path = "../runtime/librarian.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod librarian;
mod pages;
mod refused;
mod scopes;
mod sessions;
#[path = "../runtime/support.rs"]
#[allow(dead_code, reason = "shared with other tests")]
mod support;
