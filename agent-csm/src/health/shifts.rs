//! When an account's weekly use settled on another level.

use std::sync::Arc;

use datafusion::arrow::array::{Date32Array, Float64Array, Int64Array, StringArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::error::DataFusionError;
use learn::change_point::{ChangePointSettings, change_points};

use super::table::{text, whole};
use crate::engine::{Rows, made};

/// A change of level.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Shift {
    account_id: String,
    /// Days from 1970-01-01.
    week_start: i32,
    before: f64,
    after: f64,
    weeks_before: u64,
    weeks_after: u64,
}

/// The change points of every account. `weeks` holds account, first day and uses, in order of account and week.
///
/// The week of the first use may be a part of one, so it is left out.
pub(crate) fn shifts(weeks: &Rows) -> Vec<Shift> {
    let mut found = Vec::new();
    let mut series = Series::default();
    for batch in &weeks.batches {
        let accounts = batch.column(0).as_any().downcast_ref::<StringArray>();
        let starts = batch.column(1).as_any().downcast_ref::<Date32Array>();
        let uses = batch.column(2).as_any().downcast_ref::<Int64Array>();
        let (Some(accounts), Some(starts), Some(uses)) = (accounts, starts, uses) else { continue };
        for row in 0..batch.num_rows() {
            if series.account_id != accounts.value(row) {
                found.extend(series.shifts());
                series = Series { account_id: accounts.value(row).to_owned(), ..Series::default() };
            }
            series.starts.push(starts.value(row));
            #[expect(clippy::cast_precision_loss, reason = "uses of a week are far below 2^53")]
            series.uses.push(uses.value(row) as f64);
        }
    }
    found.extend(series.shifts());
    found
}

/// The weeks of one account.
#[derive(Default)]
struct Series {
    account_id: String,
    starts: Vec<i32>,
    uses: Vec<f64>,
}

impl Series {
    fn shifts(&self) -> Vec<Shift> {
        let from = usize::from(self.uses.len() < WEEKS && !self.uses.is_empty());
        let changes = change_points(&self.uses[from..], &ChangePointSettings::default());
        let ends = changes.iter().skip(1).map(|it| it.at).chain([self.uses.len() - from]);
        let begins = [0].into_iter().chain(changes.iter().map(|it| it.at));
        changes
            .iter()
            .zip(begins.zip(ends))
            .filter_map(|(change, (begin, end))| {
                Some(Shift {
                    account_id: self.account_id.clone(),
                    week_start: *self.starts.get(from + change.at)?,
                    before: change.before,
                    after: change.after,
                    weeks_before: (change.at - begin) as u64,
                    weeks_after: (end - change.at) as u64,
                })
            })
            .collect()
    }
}

/// Weeks that `usage_weeks` looks back; an account with fewer began within them.
const WEEKS: usize = 26;

/// `usage_change_points(account_id, week_start, level_before, level_after, weeks_before, weeks_after, direction)`: mean
/// uses a week on either side, up to the neighbouring change points.
pub(crate) fn shifts_table(shifts: &[Shift]) -> Result<Rows, DataFusionError> {
    made(
        &[
            ("account_id", DataType::Utf8),
            ("week_start", DataType::Date32),
            ("level_before", DataType::Float64),
            ("level_after", DataType::Float64),
            ("weeks_before", DataType::Int64),
            ("weeks_after", DataType::Int64),
            ("direction", DataType::Utf8),
        ],
        vec![
            text(shifts.iter().map(|it| it.account_id.as_str())),
            Arc::new(Date32Array::from_iter_values(shifts.iter().map(|it| it.week_start))),
            Arc::new(Float64Array::from_iter_values(shifts.iter().map(|it| it.before))),
            Arc::new(Float64Array::from_iter_values(shifts.iter().map(|it| it.after))),
            whole(shifts.iter().map(|it| it.weeks_before)),
            whole(shifts.iter().map(|it| it.weeks_after)),
            text(shifts.iter().map(|it| if it.after < it.before { "down" } else { "up" })),
        ],
    )
}
