//! Tools, their registry and the grants they run under.
