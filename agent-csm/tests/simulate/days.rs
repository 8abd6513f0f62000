//! The same company on different days: what it would have exported then, and nothing it could not have known.

use std::collections::{BTreeMap, BTreeSet};

use agent_csm::simulate::{Parameters, SimulateError, run};

use super::{Row, bytes, simulate, tables};

/// Per table: its key, the column that dates a row, and the columns that a later day may fill or change.
const TABLES: [(&str, &[&str], &str, &[&str]); 16] = [
    ("accounts", &["account_id"], "signed_on", &["owner", "csm_rating"]),
    ("advocacy_activities", &["activity_id"], "requested_on", &["completed_on"]),
    ("churn_events", &["churn_event_id"], "decided_on", &[]),
    ("contacts", &["contact_id"], "created_on", &["left_on"]),
    ("feature_requests", &["request_id"], "created_on", &["shipped_on"]),
    ("features", &["feature", "plan"], "", &[]),
    ("interactions", &["interaction_id"], "occurred_at", &[]),
    ("invoices", &["invoice_id"], "issued_on", &["paid_on", "amount_paid_minor", "status", "attempts"]),
    ("milestones", &["milestone_id"], "created_on", &["done_on"]),
    ("objectives", &["objective_id"], "created_on", &["current", "proven_on"]),
    ("opportunities", &["opportunity_id"], "created_on", &["stage", "status", "amount_minor", "close_on"]),
    ("subscriptions", &["subscription_id", "start_date"], "start_date", &["end_date", "cancelled_on"]),
    ("survey_responses", &["response_id"], "responded_at", &[]),
    ("team_members", &["member_id"], "", &[]),
    (
        "tickets",
        &["ticket_id"],
        "opened_at",
        &["first_reply_at", "first_reply_minutes", "solved_at", "reopens"],
    ),
    ("usage_events", &["account_id", "user_id", "feature", "event_date", "quantity"], "event_date", &[]),
];
/// Dates that speak of what is still to come.
const FORESEEN: [&str; 5] = ["renewal_date", "due_on", "close_on", "end_date", "effective_on"];

fn company(upto: Option<&str>) -> Parameters {
    let upto = upto.map(|day| day.parse().unwrap());
    Parameters { accounts: 150, seed: 77, usage_days: 120, upto, ..Parameters::default() }
}

fn exported(upto: &str) -> BTreeMap<String, Vec<Row>> {
    let (_keep, dir) = simulate(&company(Some(upto)));
    tables(&dir)
}

/// Rows by key; the number of a repeated key keeps rows apart that are alike.
fn keyed<'a>(rows: &'a [Row], key: &[&str]) -> BTreeMap<(Vec<&'a str>, usize), &'a Row> {
    let mut seen: BTreeMap<Vec<&str>, usize> = BTreeMap::new();
    rows.iter()
        .map(|row| {
            let key: Vec<&str> = key.iter().map(|column| row[*column].as_str()).collect();
            let number = seen.entry(key.clone()).or_default();
            *number += 1;
            ((key, *number), row)
        })
        .collect()
}

fn is_dated(column: &str) -> bool {
    ["_on", "_at", "_date"].iter().any(|end| column.ends_with(end))
}

#[test]
fn the_export_of_an_earlier_day_is_the_beginning_of_that_of_a_later_one() {
    let days = ["2025-06-30", "2026-03-02", "2026-06-29", "2026-07-06", "2026-09-30"];
    let exports: Vec<_> = days.iter().map(|day| exported(day)).collect();
    let (mut filled, mut later) = (BTreeSet::new(), 0);
    for (pair, upto) in exports.windows(2).zip(days.windows(2)) {
        for (table, key, born, changes) in TABLES {
            let (then, now) = (keyed(&pair[0][table], key), keyed(&pair[1][table], key));
            for (id, row) in &then {
                let today = now.get(id).unwrap_or_else(|| panic!("{table} {id:?} of {} is gone", upto[0]));
                for (column, value) in *row {
                    if value == &today[column] {
                        continue;
                    }
                    assert!(changes.contains(&column.as_str()), "{table}.{column} of {id:?} changed");
                    filled.insert((table, column.clone()));
                    // What a later day adds happened after the earlier one, but for closing days, which were expected.
                    if is_dated(column) && column != "close_on" && column != "end_date" {
                        assert!(
                            value.is_empty(),
                            "{table}.{column} of {id:?}: {value}, then {}",
                            today[column]
                        );
                        assert!(
                            &today[column][..10] > upto[0],
                            "{table}.{column} of {id:?}: {}",
                            today[column]
                        );
                    }
                }
            }
            for (id, row) in now.iter().filter(|(id, _)| !then.contains_key(*id)) {
                assert!(born.is_empty() || &row[born][..10] > upto[0], "{table} {id:?} was left out");
                later += 1;
            }
        }
    }
    assert!(later > 1000, "{later}");
    // Each of these must have happened to somebody, or this proves nothing.
    for (table, column) in [
        ("accounts", "csm_rating"),
        ("contacts", "left_on"),
        ("invoices", "paid_on"),
        ("objectives", "current"),
        ("opportunities", "status"),
        ("subscriptions", "cancelled_on"),
        ("subscriptions", "end_date"),
        ("tickets", "solved_at"),
    ] {
        assert!(filled.contains(&(table, column.to_owned())), "no {table}.{column} changed");
    }
}

#[test]
fn nothing_of_after_the_day_is_in_its_export() {
    let day = "2026-06-29";
    let tables = exported(day);
    for (table, rows) in &tables {
        for row in rows {
            for (column, value) in row.iter().filter(|(column, value)| is_dated(column) && !value.is_empty())
            {
                if !FORESEEN.contains(&column.as_str()) {
                    assert!(&value[..10] <= day, "{table}.{column} = {value}");
                }
            }
        }
    }
    // An end ahead is known of who has cancelled; what closed later is open and expected to close.
    let mut ends_ahead = 0;
    for row in tables["subscriptions"].iter().filter(|row| row["end_date"].as_str() > day) {
        assert!(!row["cancelled_on"].is_empty(), "{row:?}");
        ends_ahead += 1;
    }
    assert!(ends_ahead > 0);
    for row in &tables["opportunities"] {
        assert!(row["status"] == "open" || row["close_on"].as_str() <= day, "{row:?}");
    }
    for row in tables["invoices"].iter().filter(|row| row["paid_on"].is_empty()) {
        assert!(row["status"] != "paid" && row["amount_paid_minor"] == "0", "{row:?}");
    }
    let first = tables["usage_events"].iter().map(|row| row["event_date"].as_str()).min().unwrap();
    assert!(first < "2023-12-01", "usage begins on {first}, the history on 2023-10-01");
}

/// The days that are kept anyway are the same rows; before them there is the use of the whole history.
#[test]
fn the_last_day_is_the_company_as_it_is_written_without_a_day() {
    let (_one, whole) = simulate(&company(None));
    let (_two, last) = simulate(&company(Some("2026-09-30")));
    let (mut whole, mut last) = (bytes(&whole), bytes(&last));
    let text = |bytes: Option<Vec<u8>>| String::from_utf8(bytes.unwrap()).unwrap();
    let (kept, all) =
        (text(whole.remove("data/usage_events.csv")), text(last.remove("data/usage_events.csv")));
    let mut rows: BTreeMap<&str, i64> = BTreeMap::new();
    all.lines().for_each(|line| *rows.entry(line).or_default() += 1);
    kept.lines().for_each(|line| *rows.entry(line).or_default() -= 1);
    assert!(rows.values().all(|count| *count >= 0), "a row of the kept days is missing");
    let (kept_from, day) = ("2026-06-03", |line: &str| line.split(',').nth(3).unwrap().to_owned());
    assert!(rows.iter().filter(|(_, count)| **count > 0).all(|(line, _)| day(line).as_str() < kept_from));
    let (own, days) = (text(whole.remove("csm.toml")), text(last.remove("csm.toml")));
    assert_eq!(own.lines().skip(1).collect::<Vec<_>>(), days.lines().skip(1).collect::<Vec<_>>());
    assert!(whole == last);
}

#[test]
fn a_day_outside_the_history_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for day in ["2023-09-30", "2026-10-01"] {
        let dir = folder.path().join(day);
        let refused = run(&company(Some(day)), &dir, None);
        assert!(matches!(refused, Err(SimulateError::Outside { .. })), "{day}");
        assert!(!dir.exists());
    }
}
