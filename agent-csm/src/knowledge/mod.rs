//! What a CSM knows: the files of `knowledge/`, with a workspace's overrides.
//!
//! A file is known by its path relative to the folder: `metrics/churn_rate.sql`.
//! `<workspace>/knowledge/<same path>` replaces the embedded file or adds one; nothing is recompiled.
//! This room reads files and heads; it never runs SQL (see `engine`).

mod error;
mod head;
mod load;
mod measure;
mod populations;
mod terms;

pub use error::KnowledgeError;
pub use head::bound;
pub(crate) use head::holes;
pub use load::Knowledge;
pub use measure::{Each, Let, Measure, MeasureKind, Plausible, SignalHead, SignalKind, WindowSpec};
pub use populations::Population;
pub use terms::{Term, terms};
