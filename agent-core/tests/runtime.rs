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
#[path = "runtime/leftovers.rs"]
mod leftovers;
#[path = "runtime/librarian.rs"]
mod librarian;
#[path = "runtime/limits.rs"]
mod limits;
#[path = "runtime/placing.rs"]
mod placing;
#[path = "runtime/pruning.rs"]
mod pruning;
#[path = "runtime/questions.rs"]
mod questions;
#[path = "runtime/requests.rs"]
mod requests;
#[path = "runtime/restart.rs"]
mod restart;
#[path = "runtime/stdio.rs"]
mod stdio;
#[path = "runtime/support.rs"]
mod support;
