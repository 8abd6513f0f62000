//! How messages come in and go out.
//!
//! A transport reads messages, hands each to a [`Connection`], and writes what comes out of it.

mod connection;
mod lines;
pub mod memory;
pub mod stdio;
pub mod websocket;

pub use connection::{Connection, IN_FLIGHT, OUT_QUEUE};
pub(crate) use lines::{Line, next_line};
