//! End to end: the real binary, the public protocol, real files.

#![expect(clippy::expect_used, reason = "tests stop at the first surprise")]

mod chain;
mod commands;
mod orchestrator;
mod own;
mod peers;
mod sessions;
mod stdio;
mod support;
mod workspaces;
