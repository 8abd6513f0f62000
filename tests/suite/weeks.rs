//! Sessions week after week on what one company would have exported each time: every one completes, says what changed,
//! and loses nothing that an earlier one knew. `checks/long/mondays` is the same over a year and more.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use arrow::util::display::{ArrayFormatter, FormatOptions};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;

use crate::support::{Scratch, done, messages, stdout, text};

type Row = BTreeMap<String, String>;

/// A table that `csm export tables` wrote; NULL is the empty text.
fn table(tables: &Path, name: &str) -> Vec<Row> {
    let file = File::open(tables.join(format!("{name}.parquet"))).expect("an exported table");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet").build().expect("rows");
    let mut rows = Vec::new();
    for batch in reader {
        let batch = batch.expect("a batch");
        let shown: Vec<ArrayFormatter<'_>> = batch
            .columns()
            .iter()
            .map(|column| ArrayFormatter::try_new(column, &FormatOptions::default()).expect("a column"))
            .collect();
        let names: Vec<String> = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
        for at in 0..batch.num_rows() {
            let values = shown.iter().map(|column| column.value(at).to_string());
            rows.push(names.iter().cloned().zip(values).collect());
        }
    }
    rows
}

fn by<'a>(rows: &'a [Row], key: &[&str]) -> BTreeMap<Vec<&'a str>, &'a Row> {
    rows.iter().map(|row| (key.iter().map(|column| row[*column].as_str()).collect(), row)).collect()
}

/// One company on different days.
struct Company {
    scratch: Scratch,
    workspace: PathBuf,
}

impl Company {
    fn new() -> Self {
        let scratch = Scratch::new();
        let workspace = scratch.path("workspace");
        fs::create_dir_all(&workspace).expect("a folder");
        fs::write(workspace.join("csm.toml"), "company = \"Lumen Analytics\"\ncurrency = \"USD\"\n")
            .expect("settings");
        Self { scratch, workspace }
    }

    /// What it exported on `day` takes the place of what is in `workspace`.
    fn export(&self, day: &str, workspace: &Path) {
        let export = self.scratch.path(&format!("export-{day}"));
        if !export.exists() {
            let company =
                ["simulate", "--accounts", "40", "--seed", "7", "--months", "24", "--usage-days", "60"];
            done(&[company.as_slice(), &["--upto", day, text(&export)]].concat());
        }
        for part in ["data", "notes"] {
            let (from, to) = (export.join(part), workspace.join(part));
            let _ = fs::remove_dir_all(&to);
            fs::create_dir_all(&to).expect("a folder");
            for entry in fs::read_dir(from).expect("an export") {
                let entry = entry.expect("an entry");
                fs::copy(entry.path(), to.join(entry.file_name())).expect("a copy");
            }
        }
    }

    /// A session on that day's export: what the page says has changed, and the tables as the session had them.
    fn session(&self, day: &str) -> Session {
        self.export(day, &self.workspace);
        let said = messages(&stdout(&done(&["run", text(&self.workspace), "--as-of", day, "--json"])));
        assert_eq!(said.last().expect("a delivery")["status"], "completed", "{day}: {:?}", said.last());
        let tables = self.tables(&self.workspace, day, "after");
        let page = fs::read_to_string(self.workspace.join("out/monday.html")).expect("the page");
        let mut reader = csv::Reader::from_path(self.workspace.join("out/actions.csv")).expect("the queue");
        let header = reader.headers().expect("a header").clone();
        let at = |name: &str| header.iter().position(|it| it == name).expect("a column");
        let (key, opened) = (at("key"), at("opened_on"));
        let actions = reader.records().map(|row| row.expect("a row"));
        let actions = actions.map(|row| (row[key].to_owned(), row[opened].to_owned())).collect();
        Session { day: day.to_owned(), changes: changes(&page), tables, actions }
    }

    fn tables(&self, workspace: &Path, day: &str, name: &str) -> PathBuf {
        let out = self.scratch.path(&format!("tables-{name}-{day}"));
        done(&["export", "tables", "-w", text(workspace), "--as-of", day, "--out", text(&out)]);
        out
    }

    /// The tables of that day in a workspace that never had a session.
    fn fresh(&self, day: &str) -> PathBuf {
        let workspace = self.scratch.path(&format!("fresh-{day}"));
        fs::create_dir_all(&workspace).expect("a folder");
        fs::copy(self.workspace.join("csm.toml"), workspace.join("csm.toml")).expect("settings");
        self.export(day, &workspace);
        self.tables(&workspace, day, "fresh")
    }
}

struct Session {
    day: String,
    /// Kind, account, before and now as the page has them.
    changes: BTreeSet<(String, String, String, String)>,
    tables: PathBuf,
    /// Day each action was first opened, by its key.
    actions: BTreeMap<String, String>,
}

/// The rows of the table of what changed.
fn changes(page: &str) -> BTreeSet<(String, String, String, String)> {
    let Some((_, rest)) = page.split_once("id=\"changed\"") else { panic!("no section of changes") };
    let section = rest.split("</section>").next().unwrap_or_default();
    let cells = |row: &str| -> Vec<String> {
        let cells = row.split("<t").skip(1).filter(|cell| cell.starts_with(['d', 'h']));
        cells.map(|cell| plain(cell.split_once('>').map_or("", |(_, text)| text))).collect()
    };
    section
        .split("<tr>")
        .skip(1)
        .filter(|row| row.contains("data-figure"))
        .map(|row| {
            let account = row.split("@account=").nth(1).and_then(|rest| rest.split('"').next());
            let cells = cells(row);
            (cells[0].clone(), account.expect("an account").to_owned(), cells[3].clone(), cells[4].clone())
        })
        .collect()
}

/// Text without its tags.
fn plain(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for letter in html.chars() {
        match letter {
            '<' => inside = true,
            '>' => inside = false,
            letter if !inside => text.push(letter),
            _ => {}
        }
    }
    text.trim().to_owned()
}

/// The page's own form of money: `$1,234` where there are no cents.
fn shown(minor: &str) -> String {
    let Ok(minor) = minor.parse::<i64>() else { return "unknown".to_owned() };
    let digits = (minor / 100).to_string();
    let grouped: Vec<String> =
        digits.as_bytes().rchunks(3).rev().map(|it| String::from_utf8_lossy(it).into_owned()).collect();
    if minor % 100 == 0 {
        format!("${}", grouped.join(","))
    } else {
        format!("${}.{:02}", grouped.join(","), minor % 100)
    }
}

struct State {
    arr: String,
    band: Option<(String, String)>,
    at_risk: bool,
}

/// Managed accounts of one day.
fn states(tables: &Path) -> BTreeMap<String, State> {
    let (health, risk) = (table(tables, "health_scores"), table(tables, "at_risk"));
    let (health, risk) = (by(&health, &["account_id"]), by(&risk, &["account_id"]));
    table(tables, "account_status")
        .into_iter()
        .filter(|row| row["status"] == "managed")
        .map(|row| {
            let id = row["account_id"].as_str();
            let band = health.get(&vec![id]).map(|it| (it["band"].clone(), it["score"].clone()));
            let state = State { arr: shown(&row["arr_minor"]), band, at_risk: risk.contains_key(&vec![id]) };
            (id.to_owned(), state)
        })
        .collect()
}

/// What changed between two days, from the tables of each alone.
fn expected(
    before: &BTreeMap<String, State>,
    now: &BTreeMap<String, State>,
) -> BTreeSet<(String, String, String, String)> {
    let mut found = BTreeSet::new();
    let mut add = |kind: &str, id: &String, then: &str, today: &str| {
        found.insert((kind.to_owned(), id.clone(), then.to_owned(), today.to_owned()));
    };
    let word = |band: &Option<(String, String)>| {
        band.as_ref().map_or("not scored".to_owned(), |(band, score)| format!("{band} ({score})"))
    };
    for (id, then) in before.iter().filter(|(id, _)| !now.contains_key(*id)) {
        add("lost account", id, &then.arr, "");
    }
    for (id, today) in now {
        let Some(then) = before.get(id) else {
            add("new account", id, "", &today.arr);
            continue;
        };
        match (then.at_risk, today.at_risk) {
            (false, true) => add("newly at risk", id, "", &today.arr),
            (true, false) => add("recovered", id, "", &today.arr),
            _ => {}
        }
        if then.band.as_ref().map(|it| &it.0) != today.band.as_ref().map(|it| &it.0) {
            add("health", id, &word(&then.band), &word(&today.band));
        }
        if then.arr != today.arr {
            add("ARR", id, &then.arr, &today.arr);
        }
    }
    found
}

/// Nothing that the session before knew is lost: days signals began, days actions were opened, bands, records.
fn keeps(before: &Session, now: &Session) {
    let (then, today) = (table(&before.tables, "signal_dates"), table(&now.tables, "signal_dates"));
    let fires = |rows: &[Row]| -> BTreeMap<(String, String), String> {
        let fires = rows.iter().filter(|row| row["how"] == "fires");
        fires.map(|row| ((row["account_id"].clone(), row["signal"].clone()), row["since"].clone())).collect()
    };
    let gone: BTreeSet<(String, String)> = today
        .iter()
        .filter(|row| row["cleared_on"] == now.day)
        .map(|row| (row["account_id"].clone(), row["signal"].clone()))
        .collect();
    let firing = fires(&today);
    for (of, since) in fires(&then) {
        match firing.get(&of) {
            Some(still) => assert_eq!(still, &since, "{}: {of:?} began on another day", now.day),
            // Of accounts that were no customers nothing is kept.
            None => {
                assert!(gone.contains(&of) || !managed(before).contains(&of.0), "{}: {of:?} is lost", now.day)
            }
        }
    }
    for (key, opened) in &now.actions {
        if let Some(then) = before.actions.get(key) {
            assert_eq!(opened, then, "{}: {key} was opened on another day", now.day);
        } else {
            assert_eq!(opened, &now.day, "{}: {key} is new", now.day);
        }
    }
    let (then, today) = (table(&before.tables, "health_scores"), table(&now.tables, "health_scores"));
    let bands = by(&then, &["account_id"]);
    for row in today.iter().filter(|row| !row["previous_band"].is_empty()) {
        assert_eq!(row["previous_band"], bands[&vec![row["account_id"].as_str()]]["band"], "{}", now.day);
    }
    let held = today.iter().filter(|row| !row["previous_band"].is_empty()).count();
    assert!(held > 0, "{}: no band of the session before is known", now.day);
    let risk = table(&before.tables, "at_risk");
    let records = table(&now.tables, "past_records");
    let of_then: Vec<&Row> = records.iter().filter(|row| row["scored_on"] == before.day).collect();
    assert_eq!(of_then.len(), managed(before).len(), "{}", now.day);
    let ranks: BTreeSet<(&str, &str)> =
        risk.iter().map(|row| (row["account_id"].as_str(), row["rank"].as_str())).collect();
    let kept = of_then.iter().filter(|row| row["at_risk"] == "true");
    assert_eq!(
        kept.map(|row| (row["account_id"].as_str(), row["rank"].as_str())).collect::<BTreeSet<_>>(),
        ranks,
        "{}",
        now.day
    );
}

fn managed(session: &Session) -> BTreeSet<String> {
    states(&session.tables).into_keys().collect()
}

/// Eight Mondays, then gaps of thirty and of ninety days. The export of each day is simulated apart, and no session
/// knows of a later one.
#[test]
fn sessions_of_eight_weeks_and_after_gaps_complete_and_say_what_the_days_alone_say() {
    let company = Company::new();
    let weeks =
        ["2026-04-13", "2026-04-20", "2026-04-27", "2026-05-04", "2026-05-11", "2026-05-18", "2026-05-25"];
    let days = weeks.into_iter().chain(["2026-06-01", "2026-07-01", "2026-09-29"]);
    let mut last: Option<Session> = None;
    let mut told = 0;
    for day in days {
        let now = company.session(day);
        match &last {
            None => assert!(now.changes.is_empty(), "{:?}", now.changes),
            Some(before) => {
                assert_eq!(now.changes, expected(&states(&before.tables), &states(&now.tables)), "{day}");
                keeps(before, &now);
                told += now.changes.len();
            }
        }
        last = Some(now);
    }
    assert!(told >= 20, "only {told} changes: this company proves little");

    // The last day again in a workspace that never had a session: the same money and the same scores.
    let (last, fresh) = (last.expect("a session"), company.fresh("2026-09-29"));
    let (with, without) = (states(&last.tables), states(&fresh));
    let plain = |states: &BTreeMap<String, State>| -> Vec<(String, String, Option<String>)> {
        states.iter().map(|(id, it)| (id.clone(), it.arr.clone(), it.band.clone().map(|it| it.1))).collect()
    };
    assert_eq!(plain(&with), plain(&without));
    assert!(table(&fresh, "past_records").is_empty());
    let days: BTreeSet<String> =
        table(&last.tables, "past_records").into_iter().map(|row| row["scored_on"].clone()).collect();
    assert_eq!(days.len(), 9, "{days:?}");
}

/// A look back at June between two sessions of September takes nothing from the second: what began before is known.
#[test]
fn a_look_back_does_not_become_what_the_next_session_is_compared_with() {
    let scratch = Scratch::new();
    let lumen = scratch.lumen("lumen");
    let opened = |days: &mut Vec<Value>| {
        let listed = fs::read_to_string(lumen.join("out/actions.csv")).expect("the queue");
        let mut reader = csv::Reader::from_reader(listed.as_bytes());
        let header = reader.headers().expect("a header").clone();
        let (key, on) =
            ["key", "opened_on"].map(|name| header.iter().position(|it| it == name).expect("it")).into();
        for row in reader.records().map(|row| row.expect("a row")) {
            days.push(Value::from(vec![row[key].to_owned(), row[on].to_owned()]));
        }
        days.sort_by_key(Value::to_string);
    };
    let (mut first, mut after) = (Vec::new(), Vec::new());
    done(&["run", text(&lumen), "--as-of", "2026-09-29"]);
    opened(&mut first);
    done(&["run", text(&lumen), "--as-of", "2026-06-30"]);
    done(&["run", text(&lumen)]);
    opened(&mut after);
    let page = fs::read_to_string(lumen.join("out/monday.html")).expect("the page");
    assert!(page.contains("datetime=\"2026-09-29\""), "compared with another day");
    let known: BTreeSet<String> = first.iter().map(Value::to_string).collect();
    let kept = after.iter().filter(|row| known.contains(&row.to_string())).count();
    assert!(kept > 10 && kept * 10 >= known.len() * 9, "{kept} of {} actions kept their day", known.len());
}
