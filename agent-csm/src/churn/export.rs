//! The rows of one cut-off as CSV, so that anybody can score them and fit other learners.

use std::fmt::Write as _;
use std::path::Path;

use chrono::{Days, NaiveDate};

use super::backtest::Ground;
use super::decisions::Decisions;
use super::error::ChurnError;
use super::hazard::Hazard;
use super::rows::{self, STEP};
use super::settings::Settings;
use super::snapshot::Snapshot;
use crate::tables::write_atomically;

/// Writes `train.csv`, `test.csv` and `predictions.csv` of the last of `snapshots`, the cut-off's.
///
/// `train.csv` has a row per account and earlier snapshot; `churned` is what was known at the cut-off: 1 or 0 where the
/// horizon was over, else empty. `test.csv` has the accounts of the cut-off; `churned` only where `truth` is known.
pub(super) fn write(
    folder: &Path,
    ground: &Ground<'_>,
    snapshots: &[Snapshot],
    decisions: &Decisions,
    hazard: &Hazard,
    truth: Option<&Decisions>,
) -> Result<(), ChurnError> {
    let Some((last, earlier)) = snapshots.split_last() else { return Ok(()) };
    let settings = &ground.settings;
    let columns: Vec<&str> = hazard
        .columns
        .iter()
        .map(String::as_str)
        .filter(|it| it.strip_prefix(STEP).is_none_or(|rest| !rest.starts_with('.')))
        .collect();
    let mut train = header(&columns);
    for snapshot in earlier {
        lines(&mut train, snapshot, &columns, Some((decisions, last.as_of)), settings);
    }
    let mut test = header(&columns);
    lines(&mut test, last, &columns, truth.map(|it| (it, NaiveDate::MAX)), settings);
    let mut predictions = "account_id,as_of,probability,at_renewal,health_score\n".to_owned();
    for (at, chances) in hazard.chances(last, settings, false)?.iter().enumerate() {
        let shown = |value: Option<f64>| value.map(|it| it.to_string()).unwrap_or_default();
        // Writing to a string cannot fail.
        let _ = writeln!(
            predictions,
            "{},{},{},{},{}",
            quoted(&last.accounts[at]),
            last.as_of,
            chances.horizon,
            shown(chances.at_renewal),
            shown(last.health[at])
        );
    }
    for (name, text) in [("train.csv", train), ("test.csv", test), ("predictions.csv", predictions)] {
        let path = folder.join(name);
        write_atomically(&path, text.as_bytes()).map_err(|source| ChurnError::Write { path, source })?;
    }
    Ok(())
}

fn header(columns: &[&str]) -> String {
    let mut text = "account_id,as_of,churned".to_owned();
    for column in columns {
        text.push(',');
        text.push_str(&quoted(column));
    }
    text.push('\n');
    text
}

fn lines(
    text: &mut String,
    snapshot: &Snapshot,
    columns: &[&str],
    known: Option<(&Decisions, NaiveDate)>,
    settings: &Settings,
) {
    let ends = snapshot.as_of.checked_add_days(Days::new(u64::from(settings.horizon_days)));
    for (at, account) in snapshot.accounts.iter().enumerate() {
        let left = known.filter(|it| ends.is_some_and(|ends| ends <= it.1)).map(|(decisions, _)| {
            let days = decisions.days_to_next(account, snapshot.as_of);
            days.is_some_and(|it| it <= i64::from(settings.horizon_days))
        });
        let left = left.map_or("", |it| if it { "1" } else { "0" });
        let _ = write!(text, "{},{},{left}", quoted(account), snapshot.as_of);
        for column in columns {
            let value = rows::cell(snapshot, at, 0, column, settings);
            text.push(',');
            if !value.is_nan() {
                let _ = write!(text, "{value}");
            }
        }
        text.push('\n');
    }
}

/// A CSV cell.
fn quoted(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}
