//! The runtime as an orchestrator and an agent's author meet it, on a real SQLite file.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "runtime/cancel.rs"]
mod cancel;
#[path = "runtime/conformance.rs"]
mod conformance;
#[path = "runtime/crash.rs"]
mod crash;
#[path = "runtime/faulty.rs"]
mod faulty;
#[path = "runtime/lease.rs"]
mod lease;
#[path = "runtime/librarian.rs"]
mod librarian;
#[path = "runtime/placing.rs"]
mod placing;
#[path = "runtime/requests.rs"]
mod requests;
#[path = "runtime/stdio.rs"]
mod stdio;
#[path = "runtime/support.rs"]
mod support;
