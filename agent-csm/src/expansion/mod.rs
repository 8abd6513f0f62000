//! Expansion candidates: a signal, a size, a motion and a next step, and only where health allows it.

mod candidates;
mod size;

pub use candidates::{Candidate, Expansion, HeldBack, expansion};
pub use size::Size;
