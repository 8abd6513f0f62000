//! A company that never existed, for trying and testing.
//!
//! [`run`] writes a whole workspace folder from a seed, and beside it the hidden truth that import never reads.
//! Every account has a latent experience; usage, tickets, surveys, renewals and churn follow from it.
//! The constants of that behaviour are in `behaviour`; no parameter names a figure that should come out.
//! Start at [`run`], then `contract`.

mod account;
mod behaviour;
mod billing;
mod calendar;
mod contract;
mod files;
mod known;
mod latent;
mod math;
mod names;
mod notes;
mod parameters;
mod people;
mod profile;
mod random;
mod relationship;
mod sink;
mod support;
mod survey;
mod truth;
mod usage;
mod voice;
mod words;
mod world;

pub use parameters::Parameters;
pub use world::{SimulateError, Summary, run};
