//! Every knowledge query once, with rows in every table it may read: what fails only on rows fails here.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use agent_csm::assessment::{Day, assess, gather};
use agent_csm::deliverable::Snapshot;
use agent_csm::engine::{Beside, Engine};
use agent_csm::import::{SourceMapping, import};
use agent_csm::knowledge::Knowledge;
use agent_csm::people::{Found, Heard, Look, Note, SnoozeWord};
use agent_csm::phases::{Craft, implementation};
use agent_csm::simulate::{Parameters, run};
use agent_csm::tables::{Dataset, Schema};
use agent_csm::workspace::Workspace;
use protocol::Scope;

use super::world::chain;

const AS_OF: &str = "2026-09-30";
/// The day of the session before.
const BEFORE: &str = "2026-06-30";

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// A simulated company in a folder of its own, with what no simulation writes.
struct Filled {
    folder: tempfile::TempDir,
}

impl Filled {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("company");
        let company =
            Parameters { accounts: 150, seed: 5, months: 30, usage_days: 200, ..Default::default() };
        run(&company, &root, None).unwrap();
        let filled = Self { folder };
        let accounts = filled.column("accounts", "account_id");
        filled.recorded_health(&accounts);
        filled.forecasts();
        filled.counted_use(&accounts);
        filled.plays(&accounts);
        filled.said_on_leaving();
        filled.unreadable_term();
        filled
    }

    fn root(&self) -> PathBuf {
        self.folder.path().join("company")
    }

    fn path(&self, table: &str) -> PathBuf {
        self.root().join(format!("data/{table}.csv"))
    }

    fn column(&self, table: &str, column: &str) -> Vec<String> {
        let mut reader = csv::Reader::from_path(self.path(table)).unwrap();
        let at = reader.headers().unwrap().iter().position(|it| it == column).unwrap();
        reader.records().map(|row| row.unwrap()[at].to_owned()).collect()
    }

    fn put(&self, table: &str, text: &str) {
        fs::write(self.path(table), text).unwrap();
    }

    /// Scores of a year and of a half ago: some of every band, some at risk, some without a score.
    fn recorded_health(&self, accounts: &[String]) {
        let mut text = "account_id,scored_on,score,band,at_risk\n".to_owned();
        for (place, account) in accounts.iter().enumerate() {
            let score = place * 37 % 101;
            let band = if score >= 70 {
                "green"
            } else if score >= 50 {
                "yellow"
            } else {
                "red"
            };
            for on in ["2025-09-01", "2026-03-01"] {
                let _ = writeln!(text, "{account},{on},{score},{band},{}", place % 3 == 0);
            }
        }
        self.put("health_history", &text);
    }

    /// A call of every category on every term, frozen 200 days before it ends.
    fn forecasts(&self) {
        let categories = ["closed", "commit", "most_likely", "best_case", "at_risk", "omitted"];
        let mut text =
            "forecast_id,account_id,frozen_on,renewal_date,category,renew_percent,retained_percent,\
                        expansion_minor,currency\n"
                .to_owned();
        let ends = self.column("subscriptions", "renewal_date");
        for (place, (account, end)) in self.column("subscriptions", "account_id").iter().zip(ends).enumerate()
        {
            let Ok(end) = end.parse::<Day>() else { continue };
            let (on, category) = (end.plus(-200), categories[place % categories.len()]);
            let _ =
                writeln!(text, "F{place},{account},{on},{end},{category},{},90,1000,USD", place * 7 % 101);
        }
        self.put("forecasts", &text);
    }

    fn counted_use(&self, accounts: &[String]) {
        let mut text = "account_id,counted_on,people,uses\n".to_owned();
        for (place, account) in accounts.iter().enumerate() {
            for on in ["2026-08-03", "2026-09-29"] {
                let _ = writeln!(text, "{account},{on},{},{}", place % 7, place % 50);
            }
        }
        self.put("usage_counts", &text);
    }

    fn plays(&self, accounts: &[String]) {
        let mut text = "run_id,account_id,playbook,arm,opened_on,closed_on,result\n".to_owned();
        for (place, account) in accounts.iter().enumerate() {
            let arm = if place % 2 == 0 { "treat" } else { "holdout" };
            let end = ["2026-05-01,won", "2026-05-02,lost", ","][place % 3];
            let _ = writeln!(text, "R{place},{account},at-risk,{arm},2026-02-01,{end}");
        }
        self.put("play_runs", &text);
    }

    fn said_on_leaving(&self) {
        let text = fs::read_to_string(self.path("churn_events")).unwrap();
        let (head, rows) = text.split_once('\n').unwrap();
        let rows: String = rows.lines().map(|row| format!("{row},The price is too high\n")).collect();
        self.put("churn_events", &format!("{head},comment\n{rows}"));
    }

    /// A billing row whose amount can't be read.
    fn unreadable_term(&self) {
        let text = fs::read_to_string(self.path("subscriptions")).unwrap();
        let amount = text.lines().next().unwrap().split(',').position(|it| it == "mrr_minor").unwrap();
        let mut cells: Vec<&str> = text.lines().nth(1).unwrap().split(',').collect();
        cells[amount] = "a lot";
        self.put("subscriptions", &format!("{text}{}\n", cells.join(",")));
    }

    /// The knowledge as it ships, but with a probability for every customer: whether a backtest would have earned one
    /// is another question.
    fn knowledge(&self) -> Knowledge {
        let chances = "(SELECT account_id, CAST(0.25 AS DOUBLE) AS probability, CAST(90 AS BIGINT) AS horizon_days, \
                       CAST(0.2 AS DOUBLE) AS at_renewal, 'm' AS model FROM account_status WHERE status = 'managed')";
        let own_chances = |text: &str| {
            text.replace("FROM churn_scores AS c", &format!("FROM {chances} AS c"))
                .replace("FROM churn_scores", &format!("FROM {chances} AS churn_scores"))
        };
        let shipped = Knowledge::load(None).unwrap();
        for folder in ["derived", "metrics", "signals", "checks"] {
            for (path, text) in shipped.files(folder).filter(|(_, text)| text.contains("FROM churn_scores")) {
                let own = self.root().join("knowledge").join(path);
                fs::create_dir_all(own.parent().unwrap()).unwrap();
                fs::write(own, own_chances(text)).unwrap();
            }
        }
        Knowledge::load(Some(&self.root())).unwrap()
    }

    /// Two sessions: what the first left is beside the second, with what people and pages said.
    fn open(&self, knowledge: &Knowledge) -> Engine {
        let config = self.root().join("csm.toml");
        let settings = fs::read_to_string(&config).unwrap() + "\n[thresholds]\nusage_decay = 55\n";
        fs::write(&config, settings).unwrap();
        let workspace = Workspace::open(self.root()).unwrap();
        let schema = Schema::parse(knowledge.file("tables.toml").unwrap()).unwrap();
        let mappings: Vec<SourceMapping> = knowledge
            .files("sources")
            .map(|(path, text)| SourceMapping::parse(path, text, &schema).unwrap())
            .collect();
        import(&workspace, &mappings, &schema).unwrap();
        let dataset = Dataset::open(workspace.tables_dir()).unwrap();
        let opened = |on: &str, beside: &Beside| {
            let as_of = on.parse().unwrap();
            match Engine::open_with(&dataset, knowledge, &workspace.config, as_of, beside) {
                Ok(engine) => engine,
                Err(error) => panic!("{}", chain(&error)),
            }
        };
        let customers: Vec<String> = self.column("churn_events", "account_id");
        let heard = heard(&self.column("accounts", "account_id"), &customers);
        let first = opened(BEFORE, &Beside { heard: heard.clone(), ..Beside::default() });
        let analysis = assess(&gather(&first, knowledge, &workspace.config, "", Vec::new()).unwrap());
        let craft = knowledge.files("playbooks").chain(knowledge.files("templates"));
        let craft = craft.chain(knowledge.file("plans.toml").map(|text| ("plans.toml", text)));
        let plans = implementation(&analysis, &Craft::parse(craft).unwrap(), None);
        let left = Snapshot::of(&analysis, &plans, None);
        let past = Snapshot::past_on(day(AS_OF), "another day's data", Some(&left));
        opened(AS_OF, &Beside { past, heard, ..Beside::default() })
    }
}

/// Something of every kind about every third account.
fn heard(accounts: &[String], left: &[String]) -> Heard {
    let some = || accounts.iter().step_by(3).chain(left.iter().take(3)).cloned();
    let note = |account_id: String| Note {
        said_on: day("2026-06-20"),
        said_by: Some("Ana".to_owned()),
        kind: "note".to_owned(),
        text: "Budget freeze until spring.".to_owned(),
        source: format!("notes/{account_id}.md:3"),
        account_id,
    };
    let put_aside = |account: String| SnoozeWord {
        account,
        said_on: day("2026-06-10"),
        until_on: Some(day("2026-12-01")),
        because: Some("waits for the merger".to_owned()),
        said_by: "Ana".to_owned(),
        source: "notes/snoozes.toml:1".to_owned(),
    };
    let look = |account_id: String| Look {
        kind: "page".to_owned(),
        source: format!("https://{account_id}.example/news"),
        read_at: "2026-06-20T00:00:00Z".to_owned(),
        sha256: Some("ab".to_owned()),
        failed: None,
        found: vec![Found {
            kind: "funding".to_owned(),
            quote: "They closed a Series B.".to_owned(),
            source: format!("https://{account_id}.example/news"),
            found_on: day("2026-06-20"),
        }],
        account_id,
    };
    Heard {
        notes: some().map(note).collect(),
        snoozes: some().step_by(2).map(put_aside).collect(),
        looks: some().map(look).collect(),
        ..Heard::default()
    }
}

#[derive(serde::Deserialize)]
struct Counted {
    rows: u64,
}

fn count(engine: &Engine, table: &str) -> u64 {
    let counted: Vec<Counted> = engine.query(&format!("SELECT count(*) AS rows FROM {table}")).unwrap();
    counted[0].rows
}

/// Made by a trained model alone; what reads them reads probabilities of the fixture's own.
const OF_A_MODEL: [&str; 2] = ["churn_reasons", "churn_scores"];

#[test]
fn every_knowledge_query_runs_with_rows_in_every_table_it_may_read() {
    let filled = Filled::new();
    let knowledge = filled.knowledge();
    let engine = filled.open(&knowledge);
    let empty: Vec<&str> = engine
        .tables()
        .iter()
        .map(String::as_str)
        .filter(|table| !OF_A_MODEL.contains(table) && count(&engine, table) == 0)
        .collect();
    assert!(empty.is_empty(), "nothing is tested of tables without a row: {empty:?}");

    let mut failed = Vec::new();
    let mut run = |name: &str, done: Result<(), agent_csm::engine::EngineError>| {
        if let Err(error) = done {
            failed.push(format!("{name}: {}", chain(&error)));
        }
    };
    for measure in knowledge.metrics().iter().chain(knowledge.signals()) {
        let name = measure.name.as_str();
        run(name, engine.evidence(name).map(drop));
        run(name, engine.rows(name, &Scope::all()).map(drop));
    }
    run("the checks", engine.checks().map(drop));
    for measure in knowledge.metrics() {
        run(&measure.name, engine.figure(&measure.name, &Scope::all()).map(drop));
        for dimension in ["account", "owner", "segment", "tier"] {
            run(&measure.name, engine.figures_by(&measure.name, dimension).map(drop));
        }
    }
    run("the export", engine.export(&filled.folder.path().join("tables")).map(drop));
    run("the assessment", gather(&engine, &knowledge, &Default::default(), "", Vec::new()).map(drop));
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
