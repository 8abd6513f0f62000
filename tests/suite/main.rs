//! End to end: the real binary, the public protocol, real files.

#![expect(clippy::expect_used, reason = "tests stop at the first surprise")]

mod accounts;
mod backtest;
mod chain;
mod commands;
mod metrics;
mod orchestrator;
mod own;
mod peers;
mod people;
mod report;
mod sessions;
mod stdio;
mod support;
mod workspaces;
