//! The last session as tables, so that knowledge SQL can compare with it, and what earlier ones had on record.

use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, BooleanArray, Date32Array, Float64Array, Int64Array, StringArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::error::DataFusionError;

use super::dates::Dates;
use super::past::{Past, PastAccount, PastAction, PastReason};
use super::table::text;
use crate::assessment::Day;
use crate::engine::{Rows, made};

/// The tables of [`past_tables`].
pub(crate) const PAST_TABLES: [&str; 5] =
    ["past_actions", "past_reasons", "past_records", "past_scores", "past_signals"];

/// What the last session left, as the tables [`PAST_TABLES`] in their order; empty before the first one.
pub(crate) fn past_tables(past: &Past) -> Result<[Rows; 5], DataFusionError> {
    Ok([
        past_actions(past)?,
        past_reasons(past)?,
        past_records(past)?,
        past_scores(past)?,
        past_signals(past)?,
    ])
}

/// `past_scores(account_id, as_of, score, band, version, segment, archetype, archetype_since, arr_minor, at_risk, rank,
/// probability)`: accounts managed in the last session.
fn past_scores(past: &Past) -> Result<Rows, DataFusionError> {
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
            ("at_risk", DataType::Boolean),
            ("rank", DataType::Int64),
            ("probability", DataType::Float64),
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
            Arc::new(BooleanArray::from_iter(accounts().map(|it| it.at_risk))),
            Arc::new(Int64Array::from_iter(accounts().map(|it| it.rank))),
            Arc::new(Float64Array::from_iter(accounts().map(|it| it.probability))),
        ],
    )
}

/// `past_records(account_id, scored_on, score, band, at_risk, rank)`: what sessions had on record, by account and day.
fn past_records(past: &Past) -> Result<Rows, DataFusionError> {
    let rows = || past.records.rows();
    made(
        &[
            ("account_id", DataType::Utf8),
            ("scored_on", DataType::Date32),
            ("score", DataType::Int64),
            ("band", DataType::Utf8),
            ("at_risk", DataType::Boolean),
            ("rank", DataType::Int64),
        ],
        vec![
            text(rows().map(|(id, _, _)| id)),
            days(rows().map(|(_, on, _)| Some(on))),
            Arc::new(Int64Array::from_iter(rows().map(|(_, _, it)| it.score))),
            Arc::new(StringArray::from_iter(rows().map(|(_, _, it)| it.band.as_deref()))),
            Arc::new(BooleanArray::from_iter(rows().map(|(_, _, it)| it.at_risk))),
            Arc::new(Int64Array::from_iter(rows().map(|(_, _, it)| it.rank))),
        ],
    )
}

/// Each item of every account, with the account and its place from 1.
fn each<'a, T>(past: &'a Past, items: impl Fn(&'a PastAccount) -> &'a [T]) -> Vec<(&'a str, i64, &'a T)> {
    let of = |(id, account): (&'a String, &'a PastAccount)| {
        (1..).zip(items(account)).map(move |(place, item)| (id.as_str(), place, item)).collect::<Vec<_>>()
    };
    past.accounts.iter().flat_map(of).collect()
}

/// `past_reasons(account_id, place, signal, severity, text)`: what put accounts at risk in the last session.
fn past_reasons(past: &Past) -> Result<Rows, DataFusionError> {
    let rows = each(past, |account| account.reasons.as_slice());
    let rows = || rows.iter().map(|(id, place, it): &(&str, i64, &PastReason)| (*id, *place, *it));
    made(
        &[
            ("account_id", DataType::Utf8),
            ("place", DataType::Int64),
            ("signal", DataType::Utf8),
            ("severity", DataType::Int64),
            ("text", DataType::Utf8),
        ],
        vec![
            text(rows().map(|(id, _, _)| id)),
            Arc::new(Int64Array::from_iter_values(rows().map(|(_, place, _)| place))),
            text(rows().map(|(_, _, it)| it.signal.as_str())),
            Arc::new(Int64Array::from_iter_values(rows().map(|(_, _, it)| it.severity))),
            text(rows().map(|(_, _, it)| it.text.as_str())),
        ],
    )
}

/// `past_actions(account_id, place, key, play, opened_on, due_on)`: what was to be done in the last session.
fn past_actions(past: &Past) -> Result<Rows, DataFusionError> {
    let rows = each(past, |account| account.actions.as_slice());
    let rows = || rows.iter().map(|(id, place, it): &(&str, i64, &PastAction)| (*id, *place, *it));
    made(
        &[
            ("account_id", DataType::Utf8),
            ("place", DataType::Int64),
            ("key", DataType::Utf8),
            ("play", DataType::Utf8),
            ("opened_on", DataType::Date32),
            ("due_on", DataType::Date32),
        ],
        vec![
            text(rows().map(|(id, _, _)| id)),
            Arc::new(Int64Array::from_iter_values(rows().map(|(_, place, _)| place))),
            text(rows().map(|(_, _, it)| it.key.as_str())),
            text(rows().map(|(_, _, it)| it.play.as_str())),
            days(rows().map(|(_, _, it)| Some(it.opened_on))),
            days(rows().map(|(_, _, it)| Some(it.due))),
        ],
    )
}

/// `past_signals(account_id, signal, since)`: what fired in the last session.
fn past_signals(past: &Past) -> Result<Rows, DataFusionError> {
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
