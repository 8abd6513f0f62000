//! Three agents in three processes: the orchestrator of `examples/`, with a product-manager that is well, killed,
//! looping and absent.
//!
//! What is expected is worked out here from the files that were handed over, in a few lines of arithmetic.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use crate::support::{Scratch, text};

/// One after the other: each is four processes.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// What a run of the orchestrator left.
struct Chain {
    scratch: Scratch,
    stdout: String,
    report: Value,
}

impl Chain {
    fn run(product_manager: &str) -> Self {
        let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let scratch = Scratch::new();
        let (dir, report) = (scratch.path("agents"), scratch.path("report.json"));
        let output = Command::new(example("orchestrator"))
            .args(["--product-manager", product_manager, "--dir", text(&dir), "--report", text(&report)])
            .env("COLUMNS", "100")
            .output()
            .expect("the orchestrator starts");
        let stdout = String::from_utf8(output.stdout).expect("UTF-8 on stdout");
        assert!(
            output.status.success(),
            "the orchestrator ended with {:?}\nstdout: {stdout}\nstderr: {}",
            output.status.code(),
            String::from_utf8_lossy(&output.stderr)
        );
        let report = json(&report);
        for process in report["processes"].as_array().expect("process ids") {
            assert!(!Path::new(&format!("/proc/{process}")).exists(), "process {process} is still there");
        }
        let chain = Self { scratch, stdout, report };
        // Whatever becomes of a peer, the delivery comes.
        assert_eq!(chain.report["delivery"]["status"], "completed");
        let message = chain.report["delivery"]["message"].as_str().expect("a sentence");
        assert!(message.starts_with("Customer success program"), "{message}");
        let widest = chain.stdout.lines().map(|line| line.chars().count()).max().expect("lines");
        assert!(widest <= 100, "a line of {widest} characters on a terminal of 100");
        chain
    }

    fn file(&self, path: &str) -> PathBuf {
        self.scratch.path("agents").join(path)
    }

    /// Outcome and reason of the hand-off from one agent to another.
    fn outcome(&self, from: &str, to: &str) -> (String, String) {
        let all = self.report["outcomes"].as_array().expect("outcomes");
        let of = |one: &&Value| one["from"] == from && one["to"] == to;
        let [one] = all.iter().filter(of).collect::<Vec<_>>()[..] else {
            panic!("not one hand-off from {from} to {to}: {all:#?}")
        };
        let text = |name: &str| one[name].as_str().expect("a text").to_owned();
        (text("outcome"), text("reason"))
    }
}

/// An example that `cargo test` has built, beside the test's own binary.
pub(crate) fn example(name: &str) -> PathBuf {
    let own = std::env::current_exe().expect("the test's own path");
    let path = own.parent().and_then(Path::parent).expect("a target folder").join("examples").join(name);
    assert!(path.is_file(), "`{}` is missing: build it with `cargo build --examples`", path.display());
    path
}

fn json(path: &Path) -> Value {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).expect("JSON")
}

/// Dollars as they are shown: `$1,234.50`, and `$1,234` for whole ones.
fn dollars(cents: i64) -> String {
    let whole = (cents / 100).to_string();
    let groups: Vec<&str> =
        whole.as_bytes().rchunks(3).rev().map(|g| std::str::from_utf8(g).expect("digits")).collect();
    let part = if cents % 100 == 0 { String::new() } else { format!(".{:02}", cents % 100) };
    format!("${}{part}", groups.join(","))
}

/// The figures of a handed-over file, by id.
fn figures(file: &Value) -> BTreeMap<&str, &Value> {
    let figures = file["_meta"]["figures"].as_array().expect("figures");
    figures.iter().map(|figure| (figure["id"].as_str().expect("an id"), figure)).collect()
}

#[test]
fn a_chain_of_three_agents_ranks_and_sizes_what_the_rows_show() {
    let chain = Chain::run("well");
    let done = |from: &str, to: &str| assert_eq!(chain.outcome(from, to).0, "done", "{from} -> {to}");
    done("customer-success-manager", "product-manager");
    done("customer-success-manager", "sales-engineer");
    done("product-manager", "sales-engineer");
    // Peers that nobody configured are files, and say so.
    assert_eq!(chain.outcome("customer-success-manager", "technical-writer").0, "left_as_file");

    // The backlog: the ARR figures of each request added up, the accounts counted, most first.
    let handed = json(&chain.file("lumen/out/handoffs/product-manager.json"));
    let known = figures(&handed);
    let mut expected: Vec<(i64, usize, String)> = Vec::new();
    for item in handed["payload"]["items"].as_array().expect("items") {
        let arr = item["arr"]["sum_of"].as_array().expect("figures").iter();
        let cents = arr.map(|id| known[id.as_str().expect("an id")]["value"].as_i64().expect("cents")).sum();
        let accounts: BTreeSet<&str> = item["accounts"]
            .as_array()
            .expect("accounts")
            .iter()
            .filter_map(|a| a["account_id"].as_str())
            .collect();
        expected.push((cents, accounts.len(), item["title"].as_str().expect("a title").to_owned()));
    }
    expected.sort_by(|a, b| (b.0, b.1, &a.2).cmp(&(a.0, a.1, &b.2)));
    let page = fs::read_to_string(chain.file("product-manager/out/backlog.md")).expect("a backlog");
    let rows: Vec<String> =
        page.lines().filter(|line| line.starts_with("| ")).skip(1).map(str::to_owned).collect();
    let expected_rows: Vec<String> = expected
        .iter()
        .enumerate()
        .map(|(at, (cents, reach, title))| {
            format!("| {} | {title} | {} | {reach} |", at + 1, dollars(*cents))
        })
        .collect();
    assert!(expected_rows.len() >= 5, "the sample workspace has requests");
    assert_eq!(rows, expected_rows);

    // What unlocks the most went on, with the figures of the accounts that asked.
    let passed = json(&chain.file("product-manager/out/handoffs/sales-engineer.json"));
    assert_eq!(passed["payload"]["items"][0]["request"], expected[0].2.as_str());
    assert_eq!(figures(&passed).len(), expected[0].1);
    let outlines =
        fs::read_to_string(chain.file("sales-engineer/out/proposals-for-requests.md")).expect("outlines");
    assert!(outlines.contains(&format!("needs figure:price@request={}", expected[0].2)), "{outlines}");
    assert!(!outlines.contains("a year more"), "nothing that was handed on gives a size: {outlines}");

    // The sizes: seats until four in five are used, at today's price of a seat.
    let handed = json(&chain.file("lumen/out/handoffs/sales-engineer.json"));
    let known = figures(&handed);
    let page = fs::read_to_string(chain.file("sales-engineer/out/proposals.md")).expect("proposals");
    let sections: BTreeMap<&str, &str> =
        page.split("\n## ").filter_map(|part| part.split_once('\n')).collect();
    let (mut sized, mut unsized_) = (0, 0);
    for item in handed["payload"]["items"].as_array().expect("items") {
        let id = item["account_id"].as_str().expect("an id");
        let section = sections[item["account"].as_str().expect("a name")];
        let Some(seats_used) = known.get(format!("figure:seats_near_limit@account={id}").as_str()) else {
            assert!(section.contains("proposal: unknown"), "{id}: {section}");
            assert!(
                section.contains(&format!("needs figure:seats_near_limit@account={id}")),
                "{id}: {section}"
            );
            unsized_ += 1;
            continue;
        };
        let seats = seats_used["n"].as_i64().expect("seats");
        let people = (1..=10 * seats)
            .find(|people| {
                (*people as f64 * 100.0 / seats as f64 - seats_used["value"].as_f64().expect("percent")).abs()
                    < 1e-6
            })
            .expect("a whole number of people");
        let mut wanted = seats;
        while wanted * 80 < people * 100 {
            wanted += 1;
        }
        let arr = known[format!("figure:arr@account={id}").as_str()]["value"].as_i64().expect("cents");
        let more = (2 * (wanted - seats) * arr + seats) / (2 * seats);
        assert!(
            section.contains(&format!("proposal: {} a year more", dollars(more))),
            "{id}, {more}: {section}"
        );
        assert!(section.starts_with("\naccepted"), "{id}: {section}");
        sized += 1;
    }
    assert!(sized > 5 && unsized_ > 5, "{sized} sized, {unsized_} not");

    // Read as a conversation, it says who said what to whom.
    for said in [
        "orchestrator → customer-success-manager: get_customer_context",
        "customer-success-manager → orchestrator: customer_context [1]",
        "product_context",
        "sales_context",
    ] {
        assert!(chain.stdout.contains(said), "`{said}` is missing:\n{}", chain.stdout);
    }
}

#[test]
fn a_killed_product_manager_is_no_final_reply_and_the_delivery_comes() {
    let chain = Chain::run("killed");
    assert!(chain.stdout.contains("was killed with SIGKILL"), "{}", chain.stdout);
    let (outcome, reason) = chain.outcome("customer-success-manager", "product-manager");
    assert_eq!(outcome, "no_final_reply", "{reason}");
    // It did get as far as its first progress, and no further than the hand-on that nobody answered.
    assert!(reason.contains("the last it said was: "), "{reason}");
    assert_eq!(chain.outcome("customer-success-manager", "sales-engineer").0, "done");
    assert!(!chain.file("sales-engineer/out/proposals-for-requests.md").exists());
}

#[test]
fn a_product_manager_that_leads_back_is_refused_by_trace() {
    let chain = Chain::run("looping");
    let (outcome, reason) = chain.outcome("product-manager", "sales-engineer");
    assert_eq!(outcome, "looped", "{reason}");
    assert!(reason.contains("customer-success-manager -> product-manager"), "{reason}");
    // Its own work is done, and it says itself what did not come of the rest.
    assert_eq!(chain.outcome("customer-success-manager", "product-manager").0, "done");
    assert!(chain.file("product-manager/out/backlog.md").is_file());
    assert!(!chain.file("sales-engineer/out/proposals-for-requests.md").exists());
}

#[test]
fn an_absent_product_manager_is_unreachable_and_the_delivery_comes() {
    let chain = Chain::run("absent");
    let (outcome, reason) = chain.outcome("customer-success-manager", "product-manager");
    assert_eq!(outcome, "unreachable", "{reason}");
    assert!(!reason.is_empty());
    assert_eq!(chain.outcome("customer-success-manager", "sales-engineer").0, "done");
    // What was meant for it lies in the workspace.
    assert!(chain.file("lumen/out/handoffs/product-manager.json").is_file());
}
