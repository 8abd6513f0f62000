//! End to end: the real binary, the public protocol, real files.

#![expect(clippy::expect_used, reason = "tests stop at the first surprise")]

mod accounts;
mod approvals;
mod backtest;
mod chain;
mod commands;
mod counted;
mod drafts;
mod metrics;
mod operators;
mod orchestrator;
mod own;
mod peers;
mod people;
mod report;
mod sessions;
mod stdio;
mod support;
mod weeks;
mod workspaces;
