//! The engine against numbers worked by hand, and against another engine's on a company it never saw.

#![expect(clippy::unwrap_used, reason = "tests stop at the first surprise")]

#[path = "engine/world.rs"]
mod world;

#[path = "engine/checks.rs"]
mod checks;
#[path = "engine/decisions.rs"]
mod decisions;
#[path = "engine/hand.rs"]
mod hand;
#[path = "engine/health.rs"]
mod health;
#[path = "engine/metrics.rs"]
mod metrics;
#[path = "engine/people.rs"]
mod people;
#[path = "engine/ravenstack.rs"]
mod ravenstack;
#[path = "engine/rejected.rs"]
mod rejected;
#[path = "engine/succession.rs"]
mod succession;
#[path = "engine/text.rs"]
mod text;
#[path = "engine/usage.rs"]
mod usage;
