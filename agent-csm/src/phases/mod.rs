//! Analysis, implementation, growth: three short files that only compose the other rooms.
//!
//! Start at [`analysis`]: from tables to the assessed book. The other two are pure: what is so in, what to do out.

mod analysis;
mod craft;
mod growth;
mod implementation;

pub use analysis::{AnalysisError, Assessed, analysis};
pub use craft::{Craft, CraftError};
pub use growth::{Growth, growth};
pub use implementation::{Implementation, implementation};
