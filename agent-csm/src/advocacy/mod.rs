//! Advocacy candidates: who may be asked to speak for us, and who is left alone.

mod candidates;

pub use candidates::{Advocacy, Candidate, LeftAlone, advocacy};
