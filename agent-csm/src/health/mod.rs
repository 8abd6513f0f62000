//! Health scores from signal readings, by the rules of `knowledge/health.toml`.
//!
//! `score = Σ weight × part ÷ Σ weight` over the parts that were measured, in whole numbers, rounded half away
//! from zero; coverage is the measured share of all weights, and below the least coverage there is no score.

mod rules;
mod score;
mod table;

pub use rules::{Band, Component, Floor, Rules};
pub use score::{Part, Score};
pub(crate) use table::{parts_table, scores_table};
