//! Where the score, the CSM and the money say different things: shown, never averaged.

use serde::Serialize;

use crate::assessment::{Analysis, money, opens, opens_account};

const ROWS: usize = 10;

/// Disagreements, the most ARR first.
#[derive(Debug, Serialize)]
pub(super) struct Disagreements {
    rows: Vec<Row>,
    more: usize,
}

#[derive(Debug, Serialize)]
struct Row {
    name: String,
    page: String,
    arr: String,
    score: Option<i64>,
    band: Option<String>,
    csm: Option<String>,
    commercial: Option<String>,
    differ: String,
    because: String,
    /// Figure and the command that opens it.
    figures: Vec<(String, String)>,
}

impl Disagreements {
    pub(super) fn of(analysis: &Analysis) -> Self {
        let all = &analysis.health.disagreements;
        let rows = all
            .iter()
            .take(ROWS)
            .map(|it| Row {
                name: it.name.clone(),
                page: opens_account(&it.account_id),
                arr: it
                    .arr_minor
                    .map_or_else(|| "unknown".to_owned(), |minor| money(minor, &analysis.currency)),
                score: it.score,
                band: it.band.clone(),
                csm: it.csm_rating.clone(),
                commercial: it.commercial.clone(),
                differ: it.differ.clone(),
                because: it.because.clone(),
                figures: it.figures.iter().map(|figure| (figure.clone(), opens(figure))).collect(),
            })
            .collect();
        Self { rows, more: all.len().saturating_sub(ROWS) }
    }
}
