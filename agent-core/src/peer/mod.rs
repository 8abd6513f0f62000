//! Other agents: where they are, how they are reached, what is handed to them and what came of it.
//!
//! `peers.toml` ([`Peers`]) is the one place that says where we connect. A [`HandOff`] goes over a link
//! (WebSocket, a child process, another runtime of this process); what comes back is data: it is shown,
//! kept and judged by a few words, and decides nothing else.

mod child;
mod clean;
mod directory;
mod error;
mod hand_off;
mod in_process;
mod judge;
mod kept;
mod link;
mod parse;
mod peers;
mod talk;
mod tls;
mod token;
mod websocket;

pub use error::PeersError;
pub use hand_off::HandOff;
pub use peers::{PEERS_FILE, Peer, Peers, Reach};
pub use token::TokenSource;

pub(crate) use directory::Directory;
