//! The server as a client on a socket meets it, and as one meets it who means no good.
#![expect(clippy::unwrap_used, reason = "tests")]

#[path = "../runtime/librarian.rs"]
#[expect(dead_code, reason = "shared with the tests of the runtime")]
mod librarian;
#[path = "../runtime/support.rs"]
#[expect(dead_code, reason = "shared with the tests of the runtime")]
mod support;

mod abuse;
mod client;
mod house;
mod refused;
mod sockets;
mod tls;
