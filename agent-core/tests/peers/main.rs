//! Hand-offs to other agents, over real sockets, a real child process and real runtimes.
#![expect(clippy::unwrap_used, reason = "tests")]

mod cancel;
mod child;
mod done;
mod envoy;
mod links;
mod planted;
mod resume;
mod rogues;
mod served;
mod stand;
mod world;
