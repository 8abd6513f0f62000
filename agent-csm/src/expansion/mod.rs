//! Expansion candidates.
