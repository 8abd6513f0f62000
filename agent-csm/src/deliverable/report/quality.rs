//! What we do not know, and why.

use serde::Serialize;

use super::figure::Shown;
use crate::assessment::{Analysis, UnmeasuredRow};

/// Gaps of the data, said aloud.
#[derive(Debug, Serialize)]
pub(super) struct Quality {
    /// Figures of the program that could not be computed.
    unknown: Vec<Shown>,
    /// Computed, but not to be believed.
    implausible: Vec<Shown>,
    /// Signals that nobody can be measured by.
    unmeasured: Vec<UnmeasuredRow>,
    /// Tables without a row.
    empty_tables: Vec<String>,
}

impl Quality {
    pub(super) fn of(analysis: &Analysis) -> Self {
        let shown = |wanted: fn(&Shown) -> bool| analysis.program().map(Shown::of).filter(wanted).collect();
        Self {
            unknown: shown(|it| it.value.is_none()),
            implausible: shown(|it| it.value.is_some() && it.implausible.is_some()),
            unmeasured: analysis.sight.unmeasured.clone(),
            empty_tables: analysis.empty_tables.clone(),
        }
    }
}
