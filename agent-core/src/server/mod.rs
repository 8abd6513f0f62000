//! The HTTP and WebSocket front door: tokens, limits, drain.
//!
//! [`Server::bind`] takes the workspaces to be served, [`Server::serve`] serves them until it is told to stop.
//! Who asks is a [`Caller`]: a token, which selects the workspace and says what may be asked of it.

mod allowance;
mod caller;
mod connection;
mod counts;
mod error;
mod guard;
pub mod http;
mod listen;
mod options;
mod socket;
mod state;
mod tls;
pub mod tokens;

pub use allowance::SessionPermit;
pub use caller::Caller;
pub use counts::Counts;
pub use error::ServerError;
pub use listen::Server;
pub use options::{Limits, ServerOptions, TlsFiles};
pub use state::{ServerState, Workspace};
