//! The customer-success manager: a company's own rows in, figures, plans and plays out.
//!
//! Data flows one way: import, tables, engine, assessments, actions, deliverables.
//! What a CSM knows lives in `knowledge/` as SQL, TOML and Markdown; this crate only runs it.
//! Start at `agent`, then `phases`.

pub mod advocacy;
pub mod agent;
pub mod assessment;
pub mod churn;
pub mod cli;
pub mod deliverable;
pub mod engine;
pub mod expansion;
pub mod health;
pub mod import;
pub mod knowledge;
mod markup;
pub mod outreach;
pub mod people;
pub mod phases;
pub mod plan;
pub mod play;
pub mod renewal;
pub mod simulate;
pub mod tables;
pub mod text;
pub mod wire;
pub mod workspace;
