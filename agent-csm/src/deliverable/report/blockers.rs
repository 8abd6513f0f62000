//! What keeps customers from using what they bought, by theme with the ARR behind it.

use serde::Serialize;

use super::chart::{Bar, Mark, bars};
use crate::assessment::{Analysis, money, opens};

const BARS: usize = 8;
const LISTED: usize = 6;

/// Themes as bars, and the accounts held back with the most ARR.
#[derive(Debug, Serialize)]
pub(super) struct BlockersPanel {
    svg: Option<String>,
    rows: Vec<Row>,
}

#[derive(Debug, Serialize)]
struct Row {
    name: String,
    theme: String,
    text: String,
    figure: String,
    opens: String,
}

impl BlockersPanel {
    pub(super) fn of(analysis: &Analysis) -> Self {
        let themes: Vec<Bar> = analysis
            .blockers
            .themes
            .iter()
            .take(BARS)
            .map(|theme| {
                let arr = theme
                    .arr_minor
                    .map_or_else(|| "ARR unknown".to_owned(), |minor| money(minor, &analysis.currency));
                let accounts = if theme.accounts == 1 { "account" } else { "accounts" };
                let shown = format!("{arr} · {} {accounts}", theme.accounts);
                #[expect(clippy::cast_precision_loss, reason = "a length on a chart")]
                let amount = theme.arr_minor.unwrap_or_default() as f64;
                Bar {
                    mark: Mark::said(format!("{}: {shown}", theme.theme)),
                    name: theme.theme.clone(),
                    amount,
                    shown,
                }
            })
            .collect();
        let mut list: Vec<_> = analysis.blockers.list.iter().collect();
        list.sort_by(|a, b| {
            b.arr_minor
                .cmp(&a.arr_minor)
                .then_with(|| a.account_id.cmp(&b.account_id))
                .then_with(|| a.theme.cmp(&b.theme))
        });
        let rows = list
            .into_iter()
            .take(LISTED)
            .map(|it| Row {
                name: analysis
                    .accounts
                    .get(&it.account_id)
                    .map_or_else(|| it.account_id.clone(), |at| at.name.clone()),
                theme: it.theme.clone(),
                text: it.text.clone(),
                figure: it.figure.clone(),
                opens: opens(&it.figure),
            })
            .collect();
        let desc = "For each kind of blocker, the ARR of the accounts that it holds back.";
        let svg = (!themes.is_empty()).then(|| bars("blockers", "Adoption blockers by theme", desc, &themes));
        Self { svg, rows }
    }
}
