//! Health scores from signal readings, by the rules of `knowledge/health.toml`, and what the last session holds of them.
//!
//! `score = Σ weight × part ÷ Σ weight` over the parts that were measured, in whole numbers, rounded half away
//! from zero; coverage is the measured share of all weights, and below the least coverage there is no score.
//! Confidence lowers coverage by few rows and old sources; a band is left only by a margin.
//! Start at [`Rules::score`].

mod band;
mod dates;
mod past;
mod past_tables;
mod record;
mod rules;
mod score;
mod shifts;
mod table;

pub use dates::Dates;
pub(crate) use past::DAYS_KEPT;
pub use past::{Cleared, Past, PastAccount, PastAction, PastReason};
pub(crate) use past_tables::{PAST_TABLES, dates_table, past_tables};
pub use record::{Record, Records};
pub use rules::{Band, Component, Floor, Rules};
pub use score::{Dimension, Freshness, Part, Score, Scored};
pub(crate) use shifts::{shifts, shifts_table};
pub(crate) use table::{dimensions_table, parts_table, scores_table};
