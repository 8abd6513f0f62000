//! The engine against numbers worked by hand, and against another engine's on a company it never saw.

#![expect(clippy::unwrap_used, reason = "tests stop at the first surprise")]

#[path = "engine/world.rs"]
mod world;

#[path = "engine/adoption.rs"]
mod adoption;
#[path = "engine/checks.rs"]
mod checks;
#[path = "engine/decisions.rs"]
mod decisions;
#[path = "engine/ends_and_sponsors.rs"]
mod ends_and_sponsors;
#[path = "engine/filled.rs"]
mod filled;
#[path = "engine/hand.rs"]
mod hand;
#[path = "engine/health.rs"]
mod health;
#[path = "engine/metrics.rs"]
mod metrics;
#[path = "engine/people.rs"]
mod people;
#[path = "engine/population.rs"]
mod population;
#[path = "engine/quarters.rs"]
mod quarters;
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
