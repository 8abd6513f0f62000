//! The invariants that were checked on this run.

use serde::Serialize;

use crate::assessment::{Analysis, CheckState};

/// How many hold, and each of them, the broken first.
#[derive(Debug, Serialize)]
pub(super) struct Invariants {
    sentence: String,
    rows: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    state: &'static str,
    /// The class of its mark.
    class: &'static str,
    title: String,
    note: Option<String>,
}

impl Invariants {
    pub(super) fn of(analysis: &Analysis) -> Self {
        let mut rows: Vec<Row> = analysis
            .checks
            .checks
            .iter()
            .map(|check| Row {
                state: check.state.word(),
                class: match check.state {
                    CheckState::Holds => "s1",
                    CheckState::Broken => "s3",
                    CheckState::NotChecked => "s2",
                },
                title: check.title.clone(),
                note: match check.state {
                    CheckState::Holds => None,
                    CheckState::Broken => Some(format!(
                        "rows that break it: {}; stopped: {}",
                        check.breaches,
                        check.guards.join(", ")
                    )),
                    CheckState::NotChecked => check.reason.clone(),
                },
            })
            .collect();
        // Stable: by name within the same state.
        rows.sort_by_key(|row| std::cmp::Reverse(row.class));
        Self { sentence: analysis.checks.sentence(), rows }
    }
}
