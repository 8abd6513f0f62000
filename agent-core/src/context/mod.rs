//! The context manager: what agents published, for those who ask.

mod manager;

pub use crate::store::ContextEntry;
pub use manager::ContextManager;
