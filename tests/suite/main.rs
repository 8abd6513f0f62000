//! End to end: the real binary, the public protocol, real files.

mod commands;
mod sessions;
mod stdio;
mod support;
mod workspaces;
