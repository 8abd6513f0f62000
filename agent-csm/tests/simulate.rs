//! The simulated company: reproducible, consistent, and lost for the reasons it should be.

#![expect(clippy::unwrap_used, reason = "tests stop at the first surprise")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use agent_csm::simulate::{Parameters, SimulateError, run};
use tempfile::TempDir;

#[path = "simulate/days.rs"]
mod days;

type Row = BTreeMap<String, String>;

fn simulate(parameters: &Parameters) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("world");
    run(parameters, &dir, None).unwrap();
    (folder, dir)
}

fn small() -> Parameters {
    Parameters { accounts: 60, seed: 11, ..Parameters::default() }
}

fn rows(path: &Path) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let header = reader.headers().unwrap().clone();
    let named = |record: csv::StringRecord| {
        header.iter().zip(record.iter()).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    };
    reader.records().map(|record| named(record.unwrap())).collect()
}

fn tables(dir: &Path) -> BTreeMap<String, Vec<Row>> {
    let files = std::fs::read_dir(dir.join("data")).unwrap().map(|entry| entry.unwrap().path());
    files.map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), rows(&path))).collect()
}

/// Every file under the workspace with its bytes.
fn bytes(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::from([("csm.toml".to_owned(), std::fs::read(dir.join("csm.toml")).unwrap())]);
    for folder in ["data", "notes"] {
        for entry in std::fs::read_dir(dir.join(folder)).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{folder}/{}", entry.file_name().to_str().unwrap());
            found.insert(name, std::fs::read(entry.path()).unwrap());
        }
    }
    found
}

#[test]
fn same_seed_same_bytes_and_another_seed_another_company() {
    let (_one, first) = simulate(&small());
    let (_two, second) = simulate(&small());
    let (_three, other) = simulate(&Parameters { seed: 12, ..small() });
    assert!(bytes(&first) == bytes(&second), "the same seed gave different files");
    assert!(bytes(&first)["data/accounts.csv"] != bytes(&other)["data/accounts.csv"]);
}

#[test]
fn refuses_to_write_over_something() {
    let (_keep, dir) = simulate(&small());
    let before = bytes(&dir);
    assert!(matches!(run(&small(), &dir, None), Err(SimulateError::Exists { .. })));
    assert!(bytes(&dir) == before);
}

#[test]
fn columns_are_canonical_and_the_truth_is_elsewhere() {
    let (_keep, dir) = simulate(&small());
    let known: toml::Table = include_str!("../knowledge/tables.toml").parse().unwrap();
    let mut columns: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for table in known["table"].as_array().unwrap() {
        let names =
            table["columns"].as_array().unwrap().iter().map(|column| column["name"].as_str().unwrap());
        columns.insert(table["name"].as_str().unwrap(), names.collect());
    }
    for entry in std::fs::read_dir(dir.join("data")).unwrap() {
        let path = entry.unwrap().path();
        let table = path.file_stem().unwrap().to_str().unwrap();
        let header = csv::Reader::from_path(&path).unwrap().headers().unwrap().clone();
        for column in &header {
            assert!(columns[table].contains(&column), "{table}.{column}");
            assert!(
                !["churn_flag", "source_status", "last_seen_on"].contains(&column),
                "{table}.{column} is hindsight"
            );
        }
    }
    assert!(dir.with_file_name("world-truth").join("months.csv").exists());
    assert_eq!(std::fs::read_dir(&dir).unwrap().count(), 3);
}

#[test]
fn every_row_has_its_account_and_every_reference_its_row() {
    let (_keep, dir) = simulate(&small());
    let tables = tables(&dir);
    let ids = |table: &str, column: &str| -> BTreeSet<&str> {
        tables[table].iter().map(|row| row[column].as_str()).collect()
    };
    let targets = BTreeMap::from([
        ("account_id", ids("accounts", "account_id")),
        ("contact_id", ids("contacts", "contact_id")),
        ("user_id", ids("contacts", "contact_id")),
        ("subscription_id", ids("subscriptions", "subscription_id")),
        ("ticket_id", ids("tickets", "ticket_id")),
        ("feature", ids("features", "feature")),
        ("owner", ids("team_members", "name")),
    ]);
    for (table, rows) in &tables {
        assert!(!rows.is_empty(), "{table} is empty");
        for (column, known) in &targets {
            for row in rows {
                let Some(value) = row.get(*column).filter(|value| !value.is_empty()) else { continue };
                assert!(known.contains(value.as_str()), "{table}.{column} = {value}");
            }
        }
    }
    for (table, key) in [
        ("accounts", "account_id"),
        ("contacts", "contact_id"),
        ("contacts", "email"),
        ("invoices", "invoice_id"),
        ("tickets", "ticket_id"),
        ("survey_responses", "response_id"),
        ("opportunities", "opportunity_id"),
    ] {
        assert_eq!(ids(table, key).len(), tables[table].len(), "{table}.{key} is not unique");
    }
}

#[test]
fn dates_are_in_order_and_nothing_is_from_the_future() {
    let (_keep, dir) = simulate(&Parameters { accounts: 300, ..small() });
    let tables = tables(&dir);
    let foreseen = ["renewal_date", "due_on", "close_on", "end_date", "effective_on"];
    for (table, rows) in &tables {
        for row in rows {
            for (column, value) in row {
                let dated = ["_on", "_at", "_date"].iter().any(|end| column.ends_with(end));
                if dated && !value.is_empty() && !foreseen.contains(&column.as_str()) {
                    assert!(&value[..10] <= "2026-09-30", "{table}.{column} = {value}");
                }
            }
        }
    }
    let ordered = |table: &str, earlier: &str, later: &str| {
        for row in tables[table].iter().filter(|row| !row[later].is_empty() && !row[earlier].is_empty()) {
            assert!(row[earlier] <= row[later], "{table}: {row:?}");
        }
    };
    ordered("contacts", "created_on", "left_on");
    ordered("subscriptions", "start_date", "cancelled_on");
    ordered("subscriptions", "cancelled_on", "end_date");
    ordered("subscriptions", "start_date", "renewal_date");
    ordered("invoices", "issued_on", "paid_on");
    ordered("tickets", "opened_at", "first_reply_at");
    ordered("tickets", "first_reply_at", "solved_at");
    ordered("opportunities", "created_on", "close_on");
    ordered("advocacy_activities", "requested_on", "completed_on");
    ordered("feature_requests", "created_on", "shipped_on");
    ordered("objectives", "created_on", "proven_on");
    ordered("milestones", "created_on", "done_on");
    // Only a subscription that was cancelled may end after the as-of date.
    for row in tables["subscriptions"].iter().filter(|row| row["end_date"].as_str() > "2026-09-30") {
        assert!(!row["cancelled_on"].is_empty(), "{row:?}");
    }
}

#[test]
fn versions_of_a_subscription_never_overlap() {
    let (_keep, dir) = simulate(&Parameters { accounts: 300, ..small() });
    let rows = rows(&dir.join("data/subscriptions.csv"));
    let mut expanded = 0;
    for pair in rows.windows(2) {
        let (first, second) = (&pair[0], &pair[1]);
        if first["account_id"] != second["account_id"] {
            continue;
        }
        assert!(
            !first["end_date"].is_empty() && first["end_date"] <= second["start_date"],
            "{first:?} {second:?}"
        );
        assert!(first["start_date"] < second["start_date"], "{first:?} {second:?}");
        if first["subscription_id"] == second["subscription_id"] {
            assert_eq!(first["end_date"], second["start_date"]);
            assert!(first["cancelled_on"].is_empty());
            let seats = |row: &Row| row["seats"].parse::<i64>().unwrap();
            expanded += i32::from(seats(second) > seats(first) && first["is_trial"] == "false");
        }
    }
    assert!(expanded > 0, "nobody expanded");
}

#[test]
fn usage_is_equally_dense_in_every_week_a_steady_account_has() {
    // An account's rows per seat-week must not depend on how long ago the week was.
    let (_keep, dir) = simulate(&Parameters { accounts: 600, ..small() });
    let tables = tables(&dir);
    let old: BTreeSet<&str> = tables["subscriptions"]
        .iter()
        .filter(|row| row["start_date"].as_str() < "2025-03-01" && row["is_trial"] == "false")
        .filter(|row| tables["churn_events"].iter().all(|event| event["account_id"] != row["account_id"]))
        .map(|row| row["account_id"].as_str())
        .collect();
    let count = |from: &str, to: &str| {
        tables["usage_events"]
            .iter()
            .filter(|row| old.contains(row["account_id"].as_str()))
            .filter(|row| row["event_date"].as_str() >= from && row["event_date"].as_str() < to)
            .count() as f64
    };
    // 91 days each, a year apart. Customers grow, so the later may have more, but not by a jump.
    let ratio = count("2026-06-01", "2026-08-31") / count("2025-09-01", "2025-12-01");
    assert!((0.8..1.35).contains(&ratio), "{ratio}");
    let earliest = tables["usage_events"].iter().map(|row| row["event_date"].as_str()).min().unwrap();
    assert_eq!(earliest, "2025-08-27");
}

#[test]
fn who_leaves_had_the_worse_experience_and_used_the_product_less() {
    let (_keep, dir) = simulate(&Parameters { accounts: 2_000, usage_days: 200, ..small() });
    let truth = dir.with_file_name("world-truth");
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let mut months: BTreeMap<(String, String), f64> = BTreeMap::new();
    for row in rows(&truth.join("months.csv")) {
        let month = row["month"][..7].to_owned();
        months.insert((row["account_id"].clone(), month), row["experience"].parse().unwrap());
    }
    let (mut left, mut stayed) = (Vec::new(), Vec::new());
    for row in rows(&truth.join("decisions.csv")) {
        let experience = months[&(row["account_id"].clone(), row["decided_on"][..7].to_owned())];
        if row["left"] == "true" { left.push(experience) } else { stayed.push(experience) }
    }
    assert!(left.len() > 100 && stayed.len() > 100, "{} {}", left.len(), stayed.len());
    assert!(mean(&left) + 5.0 < mean(&stayed), "{} {}", mean(&left), mean(&stayed));

    // Uses per seat in May 2026: those who decided to leave after it against those who didn't.
    let tables = tables(&dir);
    let mut used: BTreeMap<&str, f64> = BTreeMap::new();
    for row in &tables["usage_events"] {
        if row["event_date"].starts_with("2026-05") {
            *used.entry(row["account_id"].as_str()).or_default() += 1.0;
        }
    }
    let gone: BTreeSet<&str> = tables["churn_events"]
        .iter()
        .filter(|row| row["decided_on"].as_str() > "2026-05-31")
        .map(|row| row["account_id"].as_str())
        .collect();
    let (mut by_gone, mut by_kept) = (Vec::new(), Vec::new());
    for row in &tables["subscriptions"] {
        let all_may = row["start_date"].as_str() <= "2026-05-01"
            && (row["end_date"].is_empty() || row["end_date"].as_str() > "2026-05-31")
            && (row["cancelled_on"].is_empty() || row["cancelled_on"].as_str() > "2026-05-31");
        if all_may && row["is_trial"] == "false" && row["mrr_minor"] != "0" {
            let id = row["account_id"].as_str();
            let per_seat = used.get(id).copied().unwrap_or(0.0) / row["seats"].parse::<f64>().unwrap();
            if gone.contains(id) { by_gone.push(per_seat) } else { by_kept.push(per_seat) }
        }
    }
    assert!(by_gone.len() > 30, "{}", by_gone.len());
    assert!(mean(&by_gone) < 0.9 * mean(&by_kept), "{} {}", mean(&by_gone), mean(&by_kept));
}

#[test]
fn the_committed_sample_is_what_the_simulation_writes() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/lumen");
    let (_keep, dir) = simulate(&Parameters { accounts: 85, seed: 2026, ..Parameters::default() });
    let (made, committed) = (bytes(&dir), bytes(&sample));
    assert_eq!(made.keys().collect::<Vec<_>>(), committed.keys().collect::<Vec<_>>());
    for (name, content) in &made {
        assert!(content == &committed[name], "examples/lumen/{name} differs: generate it again");
    }
    let total: usize = made.values().map(Vec::len).sum();
    assert!(total < 3_000_000, "{total} bytes");
}

/// `SIMULATE_INTO=DIR cargo test -p agent-csm --test simulate writes_where_it_is_asked_to` keeps the sample.
#[test]
fn writes_where_it_is_asked_to() {
    let folder = tempfile::tempdir().unwrap();
    let dir = std::env::var_os("SIMULATE_INTO").map_or_else(|| folder.path().join("sample"), PathBuf::from);
    let summary = run(&Parameters::default(), &dir, Some(&folder.path().join("truth"))).unwrap();
    assert_eq!(summary.rows.iter().find(|(name, _)| *name == "accounts"), Some(&("accounts", 85)));
    assert_eq!(std::fs::read_dir(dir.join("notes")).unwrap().count() as u64, summary.notes);
}
