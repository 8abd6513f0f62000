//! A runtime for agents: it answers the context-manager protocol, runs sessions that survive a crash,
//! calls tools under grants.
//!
//! Knows nothing of the trade its agents ply: no word of theirs stands here.
//! Start at [`agent::Agent`], then `session`.

pub mod agent;
pub mod approval;
pub mod context;
pub mod definition;
pub mod evidence;
pub mod peer;
pub mod runtime;
pub mod server;
pub mod session;
pub mod store;
pub mod telemetry;
pub mod terminal;
pub mod tool;
pub mod transport;
