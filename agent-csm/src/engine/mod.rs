//! Runs knowledge SQL over the canonical tables.
