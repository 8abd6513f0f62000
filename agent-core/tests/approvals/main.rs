//! What people decide and what agents tell each other, as an author and an orchestrator meet it,
//! on a real SQLite file.
#![expect(clippy::unwrap_used, reason = "tests")]

mod answering;
mod asking;
mod buyer;
mod carrying;
#[allow(dead_code, reason = "shared with other tests")]
#[path = "../runtime/faulty.rs"]
mod faulty;
#[allow(dead_code, reason = "shared with other tests")]
#[path = "../runtime/librarian.rs"]
mod librarian;
mod orchestrator;
mod planted;
mod published;
#[allow(dead_code, reason = "shared with other tests")]
#[path = "../runtime/support.rs"]
mod support;
mod withdrawing;
