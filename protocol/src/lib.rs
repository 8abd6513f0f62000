//! The context-manager protocol: what goes over the wire, and nothing else.
//!
//! Types, serde and JSON Schema only: no I/O, no runtime, no business words.
//! Start at [`Figure`], then [`incoming`] for what may arrive.

pub mod figure;

pub use figure::{Definition, Evidence, Figure, FigureId, FigureStatus, Scope, Target, Unit, Window};
