//! How many customers, and how much of their money, stay month after month.

use std::collections::BTreeMap;

use serde::Serialize;

use super::chart::{Curve, Curves, Mark, curves};
use crate::assessment::{Analysis, CurvePoint};

/// With fewer accounts at the start a share says little.
const LEAST: i64 = 5;

/// The chart, or why there is none.
#[derive(Debug, Serialize)]
pub(super) struct Retention {
    svg: Option<String>,
    why: String,
    /// What the last point of the whole says.
    said: String,
}

impl Retention {
    pub(super) fn of(analysis: &Analysis) -> Self {
        let points = &analysis.sight.retention;
        let all: Vec<&CurvePoint> =
            points.iter().filter(|it| it.cohort == "all" && it.accounts_at_start >= LEAST).collect();
        if all.len() < 3 {
            let why = "too few customers have stayed, or could have stayed, for three months".to_owned();
            return Self { svg: None, why, said: String::new() };
        }
        let mut drawn = vec![
            curve("customers kept, all", true, &all, |it| share(it.kept, it.accounts_at_start)),
            curve("revenue kept, all", false, &all, |it| share(it.kept_minor?, it.opening_minor?)),
        ];
        // Newest whole years of first payment: cohorts of a year together, as long as every one of them has a month n.
        let mut years: BTreeMap<&str, BTreeMap<i64, (i64, i64, usize)>> = BTreeMap::new();
        for it in points.iter().filter(|it| it.cohort != "all") {
            let Some(year) = it.cohort.get(..4) else { continue };
            let cell = years.entry(year).or_default().entry(it.month_n).or_default();
            cell.0 += it.kept;
            cell.1 += it.accounts_at_start;
            cell.2 += 1;
        }
        for (year, months) in years.iter().rev().filter(|(_, months)| months.len() > 6).take(2) {
            let whole = months.get(&0).map_or(0, |cell| cell.2);
            let line: Vec<(f64, f64)> = months
                .iter()
                .filter(|(_, cell)| cell.2 == whole && cell.1 >= LEAST)
                .filter_map(|(month, cell)| {
                    #[expect(clippy::cast_precision_loss, reason = "months")]
                    let month = *month as f64;
                    share(cell.0, cell.1).map(|share| (month, share))
                })
                .collect();
            if line.len() > 3 {
                let name = format!("customers of {year}");
                drawn.push(Curve { mark: Mark::said(name.clone()), name, points: line, main: false });
            }
        }
        let chart = Curves {
            title: "Retention by month since the first payment",
            desc: "The share of customers, and of their opening revenue, that is there after so many months.",
            across: "months since the first paid month",
            curves: &drawn,
        };
        let said = all.iter().rev().find(|it| it.month_n % 12 == 0 && it.month_n > 0).and_then(|it| {
            let kept = share(it.kept, it.accounts_at_start)?;
            Some(format!(
                "{kept:.0}% of {} customers are there after {} months.",
                it.accounts_at_start, it.month_n
            ))
        });
        Self { svg: Some(curves("retention", &chart)), why: String::new(), said: said.unwrap_or_default() }
    }
}

fn curve(name: &str, main: bool, points: &[&CurvePoint], of: impl Fn(&CurvePoint) -> Option<f64>) -> Curve {
    #[expect(clippy::cast_precision_loss, reason = "months")]
    let points = points.iter().filter_map(|it| Some((it.month_n as f64, of(it)?))).collect();
    Curve { name: name.to_owned(), points, main, mark: Mark::said(name) }
}

#[expect(clippy::cast_precision_loss, reason = "a place on a chart")]
fn share(part: i64, of: i64) -> Option<f64> {
    (of > 0).then(|| 100.0 * part as f64 / of as f64)
}
