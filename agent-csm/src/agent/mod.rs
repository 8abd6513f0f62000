//! The agent: composes the phases into a session.
//!
//! One session, five steps: `dataset` brings the canonical tables up to date, `context` computes every figure
//! and answers the query, then one step for each phase. Everything between is pure; see `phases`.

mod ask;
mod craftsman;
mod customer_success_manager;
mod dataset;
mod fault;
mod fingerprint;
mod hand_over;
mod messages;
mod pin;
mod place;
mod release;
mod settings;
mod tables;
mod work;

pub use customer_success_manager::CustomerSuccessManager;
pub use tables::{import_knowledge, tables_of};
