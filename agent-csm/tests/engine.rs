//! The engine against numbers worked by hand, and against another engine's on a company it never saw.

#![expect(clippy::unwrap_used, reason = "tests stop at the first surprise")]

#[path = "engine/world.rs"]
mod world;

#[path = "engine/hand.rs"]
mod hand;
#[path = "engine/ravenstack.rs"]
mod ravenstack;
