//! Advocacy candidates.
