//! What is written for people: pages, tables, plans, requests to peers.
//!
//! Pure functions from what the phases found to bytes: same input, same bytes.
//! Start at [`deliverables`].

mod all;
mod changes;
mod file;
mod handoff;
mod lists;
mod monday;
mod pages;
mod portfolio;
mod report;
mod sheet;
mod snapshot;
mod templates;

pub use all::deliverables;
pub use changes::{Change, Changes, changes};
pub use file::{Deliverable, Placing};
pub use handoff::{Handoff, handoffs};
pub use sheet::{Cell, Sheet};
pub use snapshot::{AccountState, Snapshot};
pub use templates::{TemplateError, Templates};
