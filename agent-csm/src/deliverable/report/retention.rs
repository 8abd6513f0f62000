//! How many customers, and how much of their money, stay month after month.

use std::collections::BTreeSet;

use serde::Serialize;

use super::chart::{Curve, Curves, Mark, curves};
use crate::assessment::{Analysis, CurvePoint};

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
        let all = drawn_part(points, "all");
        if all.len() < 3 {
            let why = "too few customers have stayed, or could have stayed, for three months".to_owned();
            return Self { svg: None, why, said: String::new() };
        }
        let mut drawn = vec![
            curve("customers kept, all", true, &all, |it| share(it.kept, it.accounts_at_start)),
            curve("revenue kept, all", false, &all, |it| share(it.kept_minor?, it.opening_minor?)),
        ];
        // The newest years of first payment, whole.
        let years: BTreeSet<&str> =
            points.iter().map(|it| it.cohort.as_str()).filter(|it| it.len() == 4).collect();
        let years = years.into_iter().rev().map(|year| (year, drawn_part(points, year)));
        for (year, line) in years.filter(|(_, line)| line.len() > 6).take(2) {
            let name = format!("customers of {year}");
            drawn.push(curve(&name, false, &line, |it| share(it.kept, it.accounts_at_start)));
        }
        #[expect(clippy::cast_precision_loss, reason = "months")]
        let counts: Vec<(f64, i64)> =
            all.iter().map(|it| (it.month_n as f64, it.accounts_at_start)).collect();
        let chart = Curves {
            title: "Retention by month since the first payment",
            desc: "The share of customers, and of their opening revenue, that is there after so many months, with how \
                   many could have been there.",
            across: "months since the first paid month; n: customers old enough",
            curves: &drawn,
            counts: &counts,
        };
        let said = all.iter().rev().find(|it| it.month_n % 12 == 0 && it.month_n > 0).and_then(|it| {
            let kept = share(it.kept, it.accounts_at_start)?;
            let last = all.last().filter(|last| points.iter().any(|it| it.cohort == "all" && it.month_n > last.month_n));
            let end = last.map(|last| {
                format!(
                    " The line ends at month {}: fewer than a third of them, or fewer than ten, have been customers for longer.",
                    last.month_n
                )
            });
            Some(format!(
                "{kept:.0}% of the {} customers who began {} months ago or earlier are there after {} months.{}",
                it.accounts_at_start,
                it.month_n,
                it.month_n,
                end.unwrap_or_default()
            ))
        });
        Self { svg: Some(curves("retention", &chart)), why: String::new(), said: said.unwrap_or_default() }
    }
}

/// The points of a cohort up to the first with too few accounts.
fn drawn_part<'a>(points: &'a [CurvePoint], cohort: &str) -> Vec<&'a CurvePoint> {
    points.iter().filter(|it| it.cohort == cohort).take_while(|it| it.enough).collect()
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
