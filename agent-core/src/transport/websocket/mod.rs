//! WebSockets: the server's end of one, whatever its frames mean, and the limits both ends keep.
//!
//! [`accept`] answers the handshake, [`taken`] gives the socket once the answer is sent, and [`run`] carries
//! messages between it and a [`Handler`] until one side closes it.

mod close;
mod flow;
mod handler;
mod handshake;
mod limits;
mod read;
mod run;
mod wire;
mod write;

pub use close::Close;
pub(crate) use flow::Bucket;
pub use handler::{Handler, Said, Voice};
pub use handshake::{accept, taken};
pub use limits::{Limits, config};
pub use run::run;
pub use wire::Wire;
