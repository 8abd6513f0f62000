//! Where the sources contradict each other or themselves: each check is one small function over the rows.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::batch::Batch;
use super::mapping::SystemKind;
use super::report::{Contradiction, Duplicates};
use crate::tables::{Row, Value};

/// Samples listed per contradiction.
const SAMPLES: usize = 5;

/// The rows of all tables, as the checks look at them.
pub(super) struct Rows<'b> {
    batches: &'b [Batch<'b>],
    /// Newest dated row of all sources.
    exported_on: Option<NaiveDate>,
}

/// One row with the names of its columns.
#[derive(Clone, Copy)]
struct Line<'b> {
    batch: &'b Batch<'b>,
    row: &'b Row,
}

impl<'b> Line<'b> {
    fn get(&self, column: &str) -> &'b Value {
        self.batch.table.position(column).and_then(|at| self.row.values.get(at)).unwrap_or(&Value::Null)
    }

    fn text(&self, column: &str) -> &'b str {
        self.get(column).as_text().unwrap_or_default()
    }

    fn day(&self, column: &str) -> Option<NaiveDate> {
        self.get(column).as_day()
    }
}

impl<'b> Rows<'b> {
    pub(super) fn new(batches: &'b [Batch<'b>], exported_on: Option<NaiveDate>) -> Self {
        Self { batches, exported_on }
    }

    fn of(&self, table: &str) -> impl Iterator<Item = Line<'b>> {
        let named = self.batches.iter().filter(move |it| it.table.name == table).collect::<Vec<_>>();
        named.into_iter().flat_map(|batch| batch.rows.iter().map(move |it| Line { batch, row: &it.row }))
    }

    /// Accounts with a paid subscription in force on the day of the export.
    fn paying(&self) -> BTreeSet<&'b str> {
        let Some(day) = self.exported_on else { return BTreeSet::new() };
        self.of("subscriptions")
            .filter(|it| *it.get("is_trial") == Value::Bool(false))
            .filter(|it| it.get("mrr_minor").as_int().is_some_and(|mrr| mrr > 0))
            .filter(|it| it.day("start_date").is_some_and(|start| start <= day))
            .filter(|it| it.day("end_date").is_none_or(|end| end > day))
            .map(|it| it.text("account_id"))
            .collect()
    }
}

/// Runs every check; those that find nothing say nothing.
pub(super) fn find(rows: &Rows<'_>, repeats: &[Duplicates]) -> Vec<Contradiction> {
    let mut found: Vec<Contradiction> = Vec::new();
    found.extend(flagged_but_paying(rows));
    found.extend(left_but_paying(rows));
    found.extend(flag_against_events(rows));
    found.extend(usage_outside_subscription(rows));
    found.extend(subscription_before_signup(rows));
    found.extend(repeated_usage(rows, repeats));
    found.extend(crm_against_billing(rows));
    found
}

fn contradiction(check: &str, finding: String, total: usize, hits: &[Line<'_>]) -> Option<Contradiction> {
    (!hits.is_empty()).then(|| Contradiction {
        check: check.to_owned(),
        finding,
        count: hits.len() as u64,
        total: total as u64,
        samples: hits.iter().take(SAMPLES).map(|it| it.row.place()).collect(),
    })
}

/// The source says an account churned, billing says it pays.
fn flagged_but_paying(rows: &Rows<'_>) -> Option<Contradiction> {
    let paying = rows.paying();
    let flagged: Vec<Line<'_>> =
        rows.of("accounts").filter(|it| *it.get("churn_flag") == Value::Bool(true)).collect();
    let hits: Vec<Line<'_>> =
        flagged.iter().copied().filter(|it| paying.contains(it.text("account_id"))).collect();
    let finding = format!(
        "{} of {} accounts that the source flags as churned have a paid subscription in force",
        hits.len(),
        flagged.len()
    );
    contradiction("flagged_churned_but_paying", finding, flagged.len(), &hits)
}

/// An account has churn events, billing says it pays.
fn left_but_paying(rows: &Rows<'_>) -> Option<Contradiction> {
    let paying = rows.paying();
    let mut first: BTreeMap<&str, Line<'_>> = BTreeMap::new();
    for event in rows.of("churn_events") {
        first.entry(event.text("account_id")).or_insert(event);
    }
    let hits: Vec<Line<'_>> = first.iter().filter(|it| paying.contains(it.0)).map(|it| *it.1).collect();
    let finding = format!(
        "{} of {} accounts with churn events have a paid subscription in force",
        hits.len(),
        first.len()
    );
    contradiction("churn_events_but_paying", finding, first.len(), &hits)
}

/// The churn flag and the churn events of a source ought to name the same accounts.
fn flag_against_events(rows: &Rows<'_>) -> Option<Contradiction> {
    let with_events: BTreeSet<&str> = rows.of("churn_events").map(|it| it.text("account_id")).collect();
    let accounts: Vec<Line<'_>> = rows.of("accounts").filter(|it| !it.get("churn_flag").is_null()).collect();
    if with_events.is_empty() || accounts.is_empty() {
        return None;
    }
    let flag = |it: &Line<'_>| *it.get("churn_flag") == Value::Bool(true);
    let event = |it: &Line<'_>| with_events.contains(it.text("account_id"));
    let flagged = accounts.iter().filter(|it| flag(it)).count();
    let evented = accounts.iter().filter(|it| event(it)).count();
    let both = accounts.iter().filter(|it| flag(it) && event(it)).count();
    let hits: Vec<Line<'_>> = accounts.iter().copied().filter(|it| flag(it) != event(it)).collect();
    // Whole tenths, half up, in integers: accounts expected in both if the two had nothing to do with each other.
    let tenths = (flagged * evented * 20 + accounts.len()) / (2 * accounts.len());
    let finding = format!(
        "{} accounts are flagged as churned without any churn event, {} have churn events without the flag; \
         {both} have both, where {}.{} would if flag and events had nothing to do with each other",
        flagged - both,
        evented - both,
        tenths / 10,
        tenths % 10
    );
    contradiction("churn_flag_against_events", finding, accounts.len(), &hits)
}

/// Usage of a subscription on a day on which it was not in force.
fn usage_outside_subscription(rows: &Rows<'_>) -> Vec<Contradiction> {
    let mut spans: BTreeMap<&str, (NaiveDate, Option<NaiveDate>)> = BTreeMap::new();
    for it in rows.of("subscriptions") {
        let Some(start) = it.day("start_date") else { continue };
        let end = it.day("end_date");
        spans
            .entry(it.text("subscription_id"))
            .and_modify(|span| {
                *span = (span.0.min(start), span.1.and_then(|old| end.map(|new| old.max(new))));
            })
            .or_insert((start, end));
    }
    let (mut total, mut before, mut after) = (0, Vec::new(), Vec::new());
    for it in rows.of("usage_events") {
        let (Some(day), Some((start, end))) = (it.day("event_date"), spans.get(it.text("subscription_id")))
        else {
            continue;
        };
        total += 1;
        if day < *start {
            before.push(it);
        } else if end.is_some_and(|end| day >= end) {
            after.push(it);
        }
    }
    let share = |n: usize| {
        let tenths = (n * 2000 + total.max(1)) / (2 * total.max(1));
        format!("{n} of {total} usage rows ({}.{} %)", tenths / 10, tenths % 10)
    };
    let early = format!("{} are dated before their subscription starts; they are kept", share(before.len()));
    let late = format!("{} are dated after their subscription ended; they are kept", share(after.len()));
    [
        contradiction("usage_before_subscription", early, total, &before),
        contradiction("usage_after_subscription", late, total, &after),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// An account paid before it signed up.
fn subscription_before_signup(rows: &Rows<'_>) -> Option<Contradiction> {
    let signed: BTreeMap<&str, NaiveDate> =
        rows.of("accounts").filter_map(|it| Some((it.text("account_id"), it.day("signed_on")?))).collect();
    let dated: Vec<(Line<'_>, bool)> = rows
        .of("subscriptions")
        .filter_map(|it| Some((it, it.day("start_date")? < *signed.get(it.text("account_id"))?)))
        .collect();
    let hits: Vec<Line<'_>> = dated.iter().filter(|it| it.1).map(|it| it.0).collect();
    let finding =
        format!("{} of {} subscriptions start before their account signed up", hits.len(), dated.len());
    contradiction("subscription_before_signup", finding, dated.len(), &hits)
}

/// One usage id on rows that say different things.
fn repeated_usage(rows: &Rows<'_>, repeats: &[Duplicates]) -> Option<Contradiction> {
    let count = repeats.iter().find(|it| it.table == "usage_events").map_or(0, |it| it.same_key);
    let mut seen: BTreeMap<&str, Line<'_>> = BTreeMap::new();
    let (mut total, mut samples) = (0, Vec::new());
    for it in rows.of("usage_events") {
        total += 1;
        let id = it.text("event_id");
        if id.is_empty() {
            continue;
        }
        match seen.get(id) {
            Some(first) if samples.len() < SAMPLES => {
                samples.push(format!("{} and {}", first.row.place(), it.row.place()));
            }
            Some(_) => {}
            None => {
                seen.insert(id, it);
            }
        }
    }
    (count > 0).then(|| Contradiction {
        check: "repeated_usage_id".to_owned(),
        finding: format!("{count} usage rows repeat the id of another row with other values; all are kept"),
        count,
        total,
        samples,
    })
}

/// What the CRM says about an account against what billing shows.
fn crm_against_billing(rows: &Rows<'_>) -> Vec<Contradiction> {
    let billed =
        rows.batches.iter().any(|it| it.kind == SystemKind::Billing && it.table.name == "subscriptions");
    if !billed || !rows.batches.iter().any(|it| it.kind == SystemKind::Crm) {
        return Vec::new();
    }
    let paying = rows.paying();
    let staged: Vec<Line<'_>> = rows.of("accounts").filter(|it| !it.get("source_status").is_null()).collect();
    let customer = |it: &Line<'_>| {
        ["customer", "evangelist"].contains(&it.text("source_status").to_lowercase().as_str())
    };
    let pays = |it: &Line<'_>| paying.contains(it.text("account_id"));
    let not_paying: Vec<Line<'_>> = staged.iter().copied().filter(|it| customer(it) && !pays(it)).collect();
    let not_customer: Vec<Line<'_>> = staged.iter().copied().filter(|it| !customer(it) && pays(it)).collect();
    let first = format!(
        "{} accounts are customers in the CRM and have no paid subscription in force in billing",
        not_paying.len()
    );
    let second = format!(
        "{} accounts have a paid subscription in force in billing and are no customers in the CRM",
        not_customer.len()
    );
    [
        contradiction("crm_customer_not_paying", first, staged.len(), &not_paying),
        contradiction("paying_not_crm_customer", second, staged.len(), &not_customer),
    ]
    .into_iter()
    .flatten()
    .collect()
}
