//! The last session as tables, so that knowledge SQL can compare with it: `past_scores`, `past_signals`, `signal_dates`.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Date32Array, Int64Array, StringArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::error::DataFusionError;

use super::dates::Dates;
use super::past::Past;
use super::table::text;
use crate::assessment::Day;
use crate::engine::{Rows, made};

/// `past_scores(account_id, as_of, score, band, version, segment, archetype, archetype_since, arr_minor)`: accounts
/// managed in the last session; empty before the first one.
pub(crate) fn past_scores_table(past: &Past) -> Result<Rows, DataFusionError> {
    let accounts = || past.accounts.values();
    made(
        &[
            ("account_id", DataType::Utf8),
            ("as_of", DataType::Date32),
            ("score", DataType::Int64),
            ("band", DataType::Utf8),
            ("version", DataType::Utf8),
            ("segment", DataType::Utf8),
            ("archetype", DataType::Utf8),
            ("archetype_since", DataType::Date32),
            ("arr_minor", DataType::Int64),
        ],
        vec![
            text(past.accounts.keys().map(String::as_str)),
            days(accounts().map(|_| past.as_of)),
            Arc::new(Int64Array::from_iter(accounts().map(|it| it.score))),
            Arc::new(StringArray::from_iter(accounts().map(|it| it.band.as_deref()))),
            text(accounts().map(|_| past.version.as_str())),
            Arc::new(StringArray::from_iter(accounts().map(|it| it.segment.as_deref()))),
            Arc::new(StringArray::from_iter(accounts().map(|it| it.archetype.as_deref()))),
            days(accounts().map(|it| it.archetype_since)),
            Arc::new(Int64Array::from_iter(accounts().map(|it| it.arr_minor))),
        ],
    )
}

/// `past_signals(account_id, signal, since)`: what fired in the last session.
pub(crate) fn past_signals_table(past: &Past) -> Result<Rows, DataFusionError> {
    let fired = || {
        past.accounts.iter().flat_map(|(id, it)| {
            it.fired.iter().map(move |(signal, since)| (id.as_str(), signal.as_str(), *since))
        })
    };
    made(
        &[("account_id", DataType::Utf8), ("signal", DataType::Utf8), ("since", DataType::Date32)],
        vec![
            text(fired().map(|(id, _, _)| id)),
            text(fired().map(|(_, signal, _)| signal)),
            days(fired().map(|(_, _, since)| Some(since))),
        ],
    )
}

/// `signal_dates(account_id, signal, since, cleared_on, how)`: what fires now has no `cleared_on`.
pub(crate) fn dates_table(dates: &Dates) -> Result<Rows, DataFusionError> {
    let now = || dates.since.iter();
    let gone = || dates.cleared.iter();
    made(
        &[
            ("account_id", DataType::Utf8),
            ("signal", DataType::Utf8),
            ("since", DataType::Date32),
            ("cleared_on", DataType::Date32),
            ("how", DataType::Utf8),
        ],
        vec![
            text(now().map(|((id, _), _)| id.as_str()).chain(gone().map(|it| it.account_id.as_str()))),
            text(now().map(|((_, signal), _)| signal.as_str()).chain(gone().map(|it| it.signal.as_str()))),
            days(now().map(|(_, since)| Some(*since)).chain(gone().map(|it| Some(it.fired_on)))),
            days(now().map(|_| None).chain(gone().map(|it| Some(it.cleared_on)))),
            text(now().map(|_| "fires").chain(gone().map(|it| it.how.as_str()))),
        ],
    )
}

/// Days as Arrow has them: counted from 1970-01-01.
fn days(values: impl Iterator<Item = Option<Day>>) -> ArrayRef {
    let epoch = Day(chrono::NaiveDate::default());
    let counted = values.map(|day| day.and_then(|day| i32::try_from(epoch.days_to(day)).ok()));
    Arc::new(Date32Array::from_iter(counted))
}
