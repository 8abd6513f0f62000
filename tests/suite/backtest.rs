//! `csm backtest` from outside: what it refuses and why, what it never knows, and what a session does with its trust.

use std::path::Path;

use serde_json::Value;

use crate::support::{Scratch, csm, done, shared_data, stderr, stdout, text};

fn backtest(workspace: &Path, more: &[&str]) -> Value {
    let arguments = [&["backtest", "-w", text(workspace), "--json"], more].concat();
    serde_json::from_str(&stdout(&done(&arguments))).expect("JSON")
}

#[test]
fn too_few_who_left_give_no_model_and_no_score_and_a_flag_without_a_day_is_never_believed() {
    let Some(source) = shared_data("ravenstack") else { return };
    let scratch = Scratch::new();
    let ws = scratch.path("ws");
    done(&["import", text(&source), "--into", text(&ws)]);

    let billing = backtest(&ws, &[]);
    assert_eq!(billing["trusted"], false);
    assert_eq!(billing["auc"], Value::Null);
    assert_eq!(billing["n"], 0);
    let n = billing["decisions"].as_u64().expect("a count");
    let why = billing["why"].as_str().expect("words");
    assert!(why.contains(&format!("too few churns (n = {n})")), "{why}");

    let flag = backtest(&ws, &["--label", "accounts.churn_flag", "--cutoff", "2024-12-31"]);
    // Counted apart from this code in the source file.
    assert_eq!((flag["n"].as_u64(), flag["churned"].as_u64()), (Some(500), Some(110)));
    let auc = flag["auc"]["value"].as_f64().expect("an area");
    assert!((0.45..=0.58).contains(&auc), "AUC {auc}: the flag is noise");
    assert_eq!(flag["trusted"], false);
    assert!(flag["why"].as_str().is_some_and(|it| it.contains("hindsight")), "{}", flag["why"]);
    assert_eq!(flag["stored"], false);
}

#[test]
fn a_wrong_label_and_a_workspace_that_is_none_are_said_with_a_remedy() {
    let scratch = Scratch::new();
    let nowhere = csm(&["backtest", "-w", text(&scratch.path("nowhere"))]).output().expect("it starts");
    assert_eq!(nowhere.status.code(), Some(1));
    assert!(stderr(&nowhere).contains("hint:"), "{}", stderr(&nowhere));
    let wrong = csm(&["backtest", "--label", "guess"]).output().expect("it starts");
    assert_eq!(wrong.status.code(), Some(2));
}

/// The tables whose rows have a day, and the column that says it.
const DATED: [(&str, &str); 9] = [
    ("usage_events", "event_date"),
    ("tickets", "opened_at"),
    ("survey_responses", "responded_at"),
    ("interactions", "occurred_at"),
    ("invoices", "issued_on"),
    ("subscriptions", "start_date"),
    ("contacts", "created_on"),
    ("churn_events", "decided_on"),
    ("opportunities", "created_on"),
];

/// Columns that say what came of a row: blank until their day.
const LATER: [&str; 6] = ["end_date", "cancelled_on", "paid_on", "left_on", "solved_at", "shipped_on"];

/// The company as it would have been written down on `day`: nothing that came later, but every tenth row, so that the
/// export keeps its age. Returns how many rows and cells went.
fn forgotten(workspace: &Path, day: &str) -> usize {
    let mut gone = 0;
    for (table, dated) in DATED {
        let path = workspace.join(format!("data/{table}.csv"));
        let mut reader = csv::Reader::from_path(&path).expect("a table");
        let header = reader.headers().expect("a header").clone();
        let at = header.iter().position(|it| it == dated).expect("its day");
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(&header).expect("a header");
        for (place, row) in reader.records().enumerate() {
            let row = row.expect("a row");
            if &row[at][..10] > day && place % 10 != 0 {
                gone += 1;
                continue;
            }
            let cells: Vec<&str> = header
                .iter()
                .zip(&row)
                .map(|(name, cell)| {
                    let later = LATER.contains(&name) && !cell.is_empty() && &cell[..10] > day;
                    gone += usize::from(later);
                    if later { "" } else { cell }
                })
                .collect();
            writer.write_record(&cells).expect("a row");
        }
        std::fs::write(path, writer.into_inner().expect("bytes")).expect("written");
    }
    gone
}

#[test]
fn rows_that_came_later_change_no_figure_of_an_earlier_day() {
    let scratch = Scratch::new();
    let day = "2026-03-31";
    let figures = |name: &str, forget: bool| -> Vec<(String, Value, Value)> {
        let lumen = scratch.lumen(name);
        if forget {
            let gone = forgotten(&lumen, day);
            assert!(gone > 5_000, "only {gone} rows and cells came later");
        }
        done(&["run", text(&lumen), "--as-of", day]);
        let all = done(&["explain", "--all", "-w", text(&lumen), "--json"]);
        let all: Vec<Value> = serde_json::from_str(&stdout(&all)).expect("JSON");
        all.into_iter()
            .map(|it| {
                (it["id"].as_str().unwrap_or_default().to_owned(), it["value"].clone(), it["n"].clone())
            })
            .collect()
    };
    let (whole, cut) = (figures("whole", false), figures("cut", true));
    assert!(whole.len() > 1_000, "only {} figures", whole.len());
    let differ: Vec<_> = whole.iter().zip(&cut).filter(|(a, b)| a != b).take(5).collect();
    assert!(differ.is_empty() && whole.len() == cut.len(), "the future speaks: {differ:?}");
}

#[test]
fn a_trusted_model_ranks_who_is_at_risk_and_every_probability_opens() {
    let scratch = Scratch::new();
    let ws = scratch.path("ws");
    let company = ["--accounts", "300", "--months", "24", "--usage-days", "60", "--seed", "3"];
    done(&[&["simulate", "--as-of", "2026-09-30"], &company[..], &[text(&ws)]].concat());
    // A small company is quick to learn from; it has to ask less of a model than the rules that are shipped.
    let rules = include_str!("../../agent-csm/knowledge/churn.toml");
    let own = rules
        .replace("snapshots = 24", "snapshots = 9")
        .replace("trained = 30", "trained = 8")
        .replace("tested = 20", "tested = 8");
    assert_eq!(own.len() + 3, rules.len(), "each rule is there once");
    std::fs::create_dir_all(ws.join("knowledge")).expect("a folder");
    std::fs::write(ws.join("knowledge/churn.toml"), own).expect("rules of its own");
    let report = backtest(&ws, &[]);
    assert_eq!(report["trusted"], true, "{report}");
    assert!(report["auc"]["low"].as_f64().expect("an interval") > 0.5);

    done(&["run", text(&ws), "--phase", "analysis"]);
    let sheet = std::fs::read_to_string(ws.join("out/at-risk.csv")).expect("the list");
    let mut reader = csv::Reader::from_reader(sheet.as_bytes());
    let header = reader.headers().expect("a header").clone();
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().expect("rows");
    let cell = |row: &csv::StringRecord, name: &str| -> String {
        row[header.iter().position(|it| it == name).expect("the column")].to_owned()
    };
    let number = |row: &csv::StringRecord, name: &str| cell(row, name).parse::<f64>().ok();
    let mut weights = Vec::new();
    for row in &rows {
        // Who has announced to leave is not scored: nothing is left to predict.
        let Some(probability) = number(row, "churn_probability") else { continue };
        let (arr, loss) = (number(row, "arr").expect("ARR"), number(row, "expected_loss"));
        let loss = loss.expect("a loss");
        assert!((loss - arr * probability / 100.0).abs() <= 0.005 + 1e-6 * arr, "{row:?}");
        // Within 30 days of the day they decide by three times as urgent, within 90 twice.
        let days = |name: &str| -> Option<i64> {
            let day: chrono::NaiveDate = cell(row, name).parse().ok()?;
            Some(day.signed_duration_since("2026-09-30".parse().expect("a day")).num_days())
        };
        if let Some(left @ 0..) = days("deadline_on") {
            weights.push(
                loss * if left <= 30 {
                    3.0
                } else if left <= 90 {
                    2.0
                } else {
                    1.0
                },
            );
        }
    }
    assert!(weights.len() > 10, "only {} of {} accounts at risk", weights.len(), rows.len());
    assert!(
        weights.windows(2).all(|pair| pair[0] >= pair[1]),
        "not the largest expected loss first: {weights:?}"
    );

    let scored = rows.iter().find(|row| number(row, "churn_probability").is_some()).expect("one");
    let (id, shown) = (cell(scored, "account_id"), number(scored, "churn_probability"));
    let opened = ["explain", "churn_probability", "--account", &id, "-w", text(&ws), "--rows", "--json"];
    let opened: Value = serde_json::from_str(&stdout(&done(&opened))).expect("JSON");
    assert_eq!(opened["figure"]["value"].as_f64(), shown);
    assert_eq!(opened["rows"][0]["millionths"].as_f64().map(|it| it / 10_000.0), shown);
    let page = stdout(&done(&["account", &id, "-w", text(&ws)]));
    assert!(page.contains("ARR to be expected lost") && page.contains("(raises it)"), "{page}");
    let drawn = std::fs::read_to_string(ws.join("out/report.html")).expect("a report");
    assert!(drawn.contains("class=\"diagonal\""), "no calibration plot");
}
