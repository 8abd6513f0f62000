//! Snapshots to rows: account x snapshot x step ahead, and whether the account decided to leave in that step.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use learn::{LearnError, Table, Trend};

use super::decisions::Decisions;
use super::settings::{Direction, Settings};
use super::snapshot::{PRODUCT, SIGNAL, Snapshot};

/// Columns of the step begin with this, and a point.
pub(super) const STEP: &str = "step";

/// One row: an account of a snapshot, and how many steps ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Row {
    /// Place of the snapshot.
    pub(super) snapshot: usize,
    /// Place of the account in it.
    pub(super) account: usize,
    /// 0 is the step that begins at the snapshot.
    pub(super) step: u32,
}

/// Rows with what became of them.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    pub(super) rows: Vec<Row>,
    /// Whether the account decided to leave within the row's step.
    pub(super) left: Vec<bool>,
    /// Whether the account could still decide when the row's step began: rows after it decided are there to be
    /// predicted, not to be learnt from.
    pub(super) at_risk: Vec<bool>,
    /// The number of the row's account: all rows of one account belong together.
    pub(super) groups: Vec<u64>,
}

impl Settings {
    /// Steps that cover the horizon.
    pub(super) fn steps(&self) -> u32 {
        self.horizon_days.div_ceil(self.step_days)
    }
}

/// Every step that was over by the end of `known`.
pub(super) fn over(
    snapshots: &[Snapshot],
    decisions: &Decisions,
    known: NaiveDate,
    settings: &Settings,
) -> Rows {
    let mut found = Rows::default();
    let mut numbers: BTreeMap<&str, u64> = BTreeMap::new();
    for (place, snapshot) in snapshots.iter().enumerate() {
        for (at, account) in snapshot.accounts.iter().enumerate() {
            let next = numbers.len() as u64;
            let group = *numbers.entry(account).or_insert(next);
            let days = decisions.days_to_next(account, snapshot.as_of);
            for step in 0..settings.steps() {
                let (from, to) = (step * settings.step_days, (step + 1) * settings.step_days);
                let gone = days.is_some_and(|it| it <= i64::from(from));
                let ends = snapshot.as_of.checked_add_days(Days::new(u64::from(to)));
                if ends.is_none_or(|it| it > known) {
                    break;
                }
                found.rows.push(Row { snapshot: place, account: at, step });
                found.left.push(!gone && days.is_some_and(|it| it <= i64::from(to)));
                found.at_risk.push(!gone);
                found.groups.push(group);
            }
        }
    }
    found
}

/// The columns a model over these rows would read: those listed, signals, the most used product features; without
/// those that are hardly ever known or never vary.
pub(super) fn columns(snapshots: &[Snapshot], rows: &[Row], settings: &Settings) -> Vec<String> {
    let mut wanted: Vec<String> = settings.features.iter().map(|it| it.column.clone()).collect();
    let mut signals: Vec<&String> =
        snapshots.iter().flat_map(|it| it.values.keys()).filter(|it| it.starts_with(SIGNAL)).collect();
    signals.sort_unstable();
    signals.dedup();
    wanted.extend(signals.into_iter().cloned());
    let mut users: BTreeMap<&str, usize> = BTreeMap::new();
    for feature in snapshots.iter().flat_map(|it| &it.product).flat_map(BTreeMap::keys) {
        *users.entry(feature).or_default() += 1;
    }
    let mut most: Vec<(usize, &str)> = users.into_iter().map(|(feature, count)| (count, feature)).collect();
    most.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
    let mut product: Vec<String> =
        most.iter().take(settings.product_features).map(|it| format!("{PRODUCT}{}", it.1)).collect();
    product.sort_unstable();
    wanted.extend(product);
    wanted.retain(|column| {
        let mut known = values(snapshots, rows, column, settings);
        known.retain(|it| !it.is_nan());
        #[expect(clippy::cast_precision_loss, reason = "counts of rows")]
        let share = known.len() as f64 / rows.len().max(1) as f64;
        share >= settings.known_share && known.iter().any(|it| Some(it) != known.first())
    });
    wanted
}

/// The rows as the table that is learnt from.
pub(super) fn table(
    snapshots: &[Snapshot],
    rows: &[Row],
    columns: &[String],
    settings: &Settings,
) -> Result<Table, LearnError> {
    let mut table = Table::new(rows.len());
    for column in columns {
        table = table.with_number(column.clone(), values(snapshots, rows, column, settings))?;
        if let Some(trend) = settings.feature(column).and_then(|it| it.trend) {
            let trend = match trend {
                Direction::Rising => Trend::Rising,
                Direction::Falling => Trend::Falling,
            };
            table = table.with_trend(column, trend)?;
        }
    }
    Ok(table)
}

/// The values of one column; NaN is unknown.
fn values(snapshots: &[Snapshot], rows: &[Row], column: &str, settings: &Settings) -> Vec<f64> {
    let slices = |column: &str| -> Vec<&[f64]> {
        snapshots.iter().map(|it| it.values.get(column).map_or(&[][..], Vec::as_slice)).collect()
    };
    let at = |slices: &[&[f64]], row: &Row| -> f64 {
        slices.get(row.snapshot).and_then(|it| it.get(row.account)).copied().unwrap_or(f64::NAN)
    };
    if column.starts_with(PRODUCT) {
        let value =
            |row: &Row| snapshots.get(row.snapshot).map_or(f64::NAN, |it| it.value(column, row.account));
        return rows.iter().map(value).collect();
    }
    let Some(name) = column.strip_prefix(STEP).and_then(|it| it.strip_prefix('.')) else {
        let slices = slices(column);
        return rows.iter().map(|row| at(&slices, row)).collect();
    };
    let (left, term) = (slices("account_terms.days_to_renewal"), slices("account_terms.term_days"));
    let notice = slices("account_terms.notice_days");
    let value = |row: &Row| {
        let from = f64::from(row.step * settings.step_days);
        let until = until_end(at(&left, row), at(&term, row), from);
        match name {
            "days_to_end" => until,
            "days_to_opt_out" => until_end(at(&left, row) - at(&notice, row), at(&term, row), from),
            "term_ends" if until.is_nan() => f64::NAN,
            "term_ends" => f64::from(until <= f64::from(settings.step_days)),
            "ahead" => f64::from(row.step),
            _ => f64::NAN,
        }
    };
    rows.iter().map(value).collect()
}

/// One value of one row; NaN is unknown.
pub(super) fn cell(snapshot: &Snapshot, account: usize, step: u32, column: &str, settings: &Settings) -> f64 {
    let row = [Row { snapshot: 0, account, step }];
    values(std::slice::from_ref(snapshot), &row, column, settings).first().copied().unwrap_or(f64::NAN)
}

/// Days from the beginning of a step to the next end of a term, if the account stays on terms of that length; to the
/// next day notice must be given by, where `left` counts to that, which may have passed.
fn until_end(left: f64, term: f64, from: f64) -> f64 {
    if left > from {
        return left - from;
    }
    if term.is_nan() || term < 1.0 || left.is_nan() {
        return f64::NAN;
    }
    let passed = from - left;
    left + ((passed / term).floor() + 1.0) * term - from
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap_or_default()
    }

    /// 30-day steps, 90 days ahead.
    fn settings() -> Settings {
        Settings::parse(
            "version = \"t\"\nhorizon_days = 90\nstep_days = 30\nsnapshots = 5\nproduct_features = 1\n\
             known_share = 0.0\nfeature = []\nleast = { trained = 1, tested = 1 }\n\
             alerts = { hours_each = 1.0, share_of_hours = 0.5 }\nproduct = { group = \"g\", text = \"t\" }\n",
        )
        .unwrap_or_else(|problem| panic!("{problem}"))
    }

    #[test]
    fn only_steps_that_are_over_are_rows_and_nobody_leaves_twice() {
        let snapshot = Snapshot {
            as_of: day("2024-01-01"),
            accounts: ["left on day 20", "left on day 45", "stays"].map(str::to_owned).into(),
            ..Snapshot::default()
        };
        let decisions = Decisions::of([("left on day 20", "2024-01-21"), ("left on day 45", "2024-02-15")]);
        let rows = |known: &str| {
            let found = over(std::slice::from_ref(&snapshot), &decisions, day(known), &settings());
            found
                .rows
                .iter()
                .zip(found.left.iter().zip(&found.at_risk))
                .filter(|(_, (_, at_risk))| **at_risk)
                .map(|(row, (left, _))| (row.account, row.step, *left))
                .collect::<Vec<_>>()
        };
        // 2024-03-01 is day 60: two steps are over, the third is not and says nothing of anybody.
        assert_eq!(
            rows("2024-03-01"),
            [(0, 0, true), (1, 0, false), (1, 1, true), (2, 0, false), (2, 1, false)]
        );
        assert_eq!(rows("2024-02-29").len(), 3, "the second step ends a day later");
        assert_eq!(rows("2024-12-31").last(), Some(&(2, 2, false)));
    }

    #[test]
    fn terms_go_on_after_their_end() {
        // 10 days left of 31: the first step holds the end; the second begins 20 days into the next term.
        assert_eq!(until_end(10.0, 31.0, 0.0), 10.0);
        assert_eq!(until_end(10.0, 31.0, 30.0), 11.0);
        assert_eq!(until_end(10.0, 31.0, 60.0), 12.0);
        assert_eq!(until_end(200.0, 365.0, 60.0), 140.0);
        // Notice was due 20 days ago; the next is due a year after that.
        assert_eq!(until_end(-20.0, 365.0, 0.0), 345.0);
        // An end on the first day of a step lies in the step before.
        assert_eq!(until_end(30.0, 365.0, 30.0), 365.0);
        assert!(until_end(f64::NAN, 31.0, 30.0).is_nan());
        assert!(until_end(10.0, f64::NAN, 30.0).is_nan());
    }
}
