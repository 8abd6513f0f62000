//! Plain HTTP, for people and scripts: sessions, their events, approvals, files, documents, health.
//!
//! Every route is a line of [`routes`]'s table and turns into a request of the protocol, so that nothing can be
//! done here that cannot be done over a connection.

mod approvals;
mod ask;
mod deliverables;
mod documents;
mod events;
mod health;
mod problem;
mod request;
mod routes;
mod sessions;

pub use documents::{asyncapi, openapi};
pub use problem::{Problem, status_of};
pub use routes::{router, routes};
