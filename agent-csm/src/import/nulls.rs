//! How often the columns that figures need are empty, and when the data ends.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};

use super::batch::Batch;
use super::report::NullShare;
use crate::tables::Value;

/// Columns whose absence makes a figure unknown.
const KEY_COLUMNS: [(&str, &str); 12] = [
    ("accounts", "domain"),
    ("accounts", "owner"),
    ("accounts", "signed_on"),
    ("contacts", "email"),
    ("subscriptions", "seats"),
    ("subscriptions", "renewal_date"),
    ("subscriptions", "notice_days"),
    ("usage_events", "user_id"),
    ("usage_events", "feature"),
    ("tickets", "first_reply_at"),
    ("tickets", "solved_at"),
    ("invoices", "due_on"),
];

/// Days on which something happened; what is planned does not date an export.
const HAPPENED: [(&str, &str); 25] = [
    ("accounts", "signed_on"),
    ("contacts", "created_on"),
    ("contacts", "last_seen_on"),
    ("contacts", "left_on"),
    ("subscriptions", "cancelled_on"),
    ("invoices", "issued_on"),
    ("invoices", "paid_on"),
    ("usage_events", "event_date"),
    ("usage_counts", "counted_on"),
    ("tickets", "opened_at"),
    ("tickets", "first_reply_at"),
    ("tickets", "solved_at"),
    ("survey_responses", "responded_at"),
    ("interactions", "occurred_at"),
    ("objectives", "created_on"),
    ("objectives", "proven_on"),
    ("milestones", "created_on"),
    ("milestones", "done_on"),
    ("opportunities", "created_on"),
    ("feature_requests", "created_on"),
    ("feature_requests", "shipped_on"),
    ("advocacy_activities", "requested_on"),
    ("advocacy_activities", "completed_on"),
    ("churn_events", "decided_on"),
    ("subscriptions", "start_date"),
];

/// A subscription that starts this many days after everything else is signed, not yet live.
const SIGNED_AHEAD: u32 = 31;

pub(super) fn shares(batches: &[Batch<'_>]) -> Vec<NullShare> {
    let mut shares = Vec::new();
    for (table, column) in KEY_COLUMNS {
        let cells: Vec<&Value> = cells(batches, table, column).collect();
        if !cells.is_empty() {
            let missing = cells.iter().filter(|it| it.is_null()).count() as u64;
            shares.push(NullShare { column: format!("{table}.{column}"), missing, rows: cells.len() as u64 });
        }
    }
    // A rating that comes with a ticket is missing where the ticket has none.
    let rated: BTreeSet<&str> =
        cells(batches, "survey_responses", "ticket_id").filter_map(Value::as_text).collect();
    if !rated.is_empty() {
        let tickets: Vec<&Value> = cells(batches, "tickets", "ticket_id").collect();
        let missing = tickets.iter().filter(|it| it.as_text().is_none_or(|id| !rated.contains(id))).count();
        shares.push(NullShare {
            column: "survey_responses.score per ticket".to_owned(),
            missing: missing as u64,
            rows: tickets.len() as u64,
        });
    }
    shares
}

fn cells<'b>(batches: &'b [Batch<'_>], table: &str, column: &str) -> impl Iterator<Item = &'b Value> {
    let places: Vec<(&Batch<'_>, usize)> = batches
        .iter()
        .filter(|it| it.table.name == table)
        .filter_map(|it| Some((it, it.table.position(column)?)))
        .collect();
    places.into_iter().flat_map(|(batch, at)| batch.rows.iter().filter_map(move |it| it.row.values.get(at)))
}

/// The newest dated row, of one file or of all, and how many subscriptions start later than the business has come.
pub(super) fn newest(batches: &[Batch<'_>], file: Option<&str>) -> (Option<NaiveDate>, usize) {
    let mut newest = None;
    let mut starts: BTreeSet<NaiveDate> = BTreeSet::new();
    for batch in batches {
        for (_, column) in HAPPENED.iter().filter(|it| it.0 == batch.table.name) {
            let Some(at) = batch.table.position(column) else { continue };
            let rows = batch.rows.iter().filter(|it| file.is_none_or(|name| *it.row.file == *name));
            let days = rows.filter_map(|it| it.row.values.get(at).and_then(Value::as_day));
            if *column == "start_date" {
                starts.extend(days);
            } else {
                newest = newest.max(days.max());
            }
        }
    }
    let mut ahead = 0;
    for start in starts {
        let live = newest
            .and_then(|it| it.checked_add_days(Days::new(u64::from(SIGNED_AHEAD))))
            .is_none_or(|it| start <= it);
        if live {
            newest = newest.max(Some(start));
        } else {
            ahead += 1;
        }
    }
    (newest, ahead)
}

/// What to say where one lone day decides how far the data reaches: a slip of the hand would move every figure.
pub(super) fn lone_newest(batches: &[Batch<'_>], newest: Option<NaiveDate>) -> Option<String> {
    let newest = newest?;
    let mut before: Option<NaiveDate> = None;
    let mut place: Option<String> = None;
    for batch in batches {
        for (_, column) in HAPPENED.iter().filter(|it| it.0 == batch.table.name) {
            let Some(at) = batch.table.position(column) else { continue };
            for row in &batch.rows {
                let Some(day) = row.row.values.get(at).and_then(Value::as_day) else { continue };
                if day == newest && place.is_none() {
                    place = Some(format!("{}:{} (`{column}`)", row.row.file, row.row.line));
                } else if day < newest {
                    before = before.max(Some(day));
                }
            }
        }
    }
    let gap = newest.signed_duration_since(before?).num_days();
    (gap > i64::from(SIGNED_AHEAD)).then(|| {
        format!(
            "the newest day, {newest}, lies {gap} days after the one before it: {}; if that is a slip, correct it, \
             or say the day with `as_of` in csm.toml",
            place.unwrap_or_default()
        )
    })
}
