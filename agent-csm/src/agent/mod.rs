//! The agent: composes the phases into a session.
//!
//! One session: `dataset` brings the canonical tables up to date, `notes`, `look …` and `heard` take in what people
//! and listed pages said, `context` computes every figure and answers the query, then one step for each phase. Everything between is pure; see `phases`.

mod ask;
mod backtest;
mod craftsman;
mod customer_success_manager;
mod dataset;
mod fault;
mod fingerprint;
mod hand_over;
mod left;
mod listen;
mod look;
mod make;
mod measures;
mod messages;
mod pin;
mod place;
mod release;
mod settings;
mod tables;
mod texts;
mod work;

pub use backtest::backtest_of;
pub use customer_success_manager::CustomerSuccessManager;
pub use left::Left;
pub use measures::{Measures, measures_of};
pub use tables::{accounts_of, import_knowledge, tables_of};
pub use texts::texts_of;
