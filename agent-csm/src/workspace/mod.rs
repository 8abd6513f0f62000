//! The folder a team works in.
