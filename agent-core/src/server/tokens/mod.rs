//! Tokens: who may ask, what, and until when.
//!
//! A token is 256 random bits, shown once when it is made; what is kept is its SHA-256.
//! They stand in `tokens.json` in the workspace's state folder, so a token is of one workspace.

mod file;
mod scope;
mod store;

pub use file::{Token, TokenError};
pub use scope::{GROUPS, covers};
pub use store::TokenStore;
