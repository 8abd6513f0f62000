//! `csm accounts` and `csm account`: what a person lists, filters and reads.

use std::path::Path;

use serde_json::Value;

use crate::support::{Scratch, csm, done, stderr, stdout, text};

fn listed(lumen: &Path, arguments: &[&str]) -> Vec<Value> {
    let all = [&["accounts", "-w", text(lumen), "--json"], arguments].concat();
    let listed: Value = serde_json::from_str(&stdout(&done(&all))).expect("JSON");
    listed["accounts"].as_array().expect("accounts").clone()
}

fn figures(lumen: &Path) -> Vec<Value> {
    serde_json::from_str(&stdout(&done(&["explain", "--all", "-w", text(lumen), "--json"]))).expect("JSON")
}

#[test]
fn accounts_are_sorted_and_filtered_by_what_the_ledger_says() {
    let scratch = Scratch::new();
    let lumen = scratch.lumen("lumen");
    done(&["run", text(&lumen)]);
    let figures = figures(&lumen);
    let program = |id: &str| figures.iter().find(|it| it["id"] == id).and_then(|it| it["value"].as_u64());

    assert_eq!(Some(listed(&lumen, &[]).len() as u64), program("figure:accounts_managed"));
    let at_risk = listed(&lumen, &["--filter", "risk>=1"]);
    assert_eq!(Some(at_risk.len() as u64), program("figure:accounts_at_risk"));
    let ranks: Vec<i64> = at_risk.iter().filter_map(|it| it["risk"].as_i64()).collect();
    assert!(ranks.is_sorted() && ranks.first() == Some(&1), "{ranks:?}");

    let rich = figures.iter().filter(|it| {
        it["metric"] == "arr"
            && it["scope"]["dimension"] == "account"
            && it["value"].as_i64() >= Some(4_000_000)
    });
    let large = listed(&lumen, &["--filter", "arr>=40k", "--status", "all", "--sort", "arr,desc"]);
    assert_eq!(large.len(), rich.count());
    let arr: Vec<i64> =
        large.iter().filter_map(|it| it["arr"]["value"].as_f64().map(|it| it as i64)).collect();
    assert!(arr.is_sorted_by(|a, b| a >= b), "{arr:?}");

    let red = listed(&lumen, &["--filter", "band=red", "owner=Nadia"]);
    assert!(!red.is_empty());
    assert!(red.iter().all(|it| it["band"] == "red" && it["owner"] == "Nadia Martins"), "{red:?}");

    // What is unknown comes last, whichever way the order runs.
    for way in ["days", "days,desc"] {
        let known: Vec<bool> = listed(&lumen, &["--status", "all", "--sort", way])
            .iter()
            .map(|it| it["days"].is_i64())
            .collect();
        assert!(known.is_sorted_by(|a, b| a >= b) && known.contains(&false), "{way}: {known:?}");
    }
}

#[test]
fn a_key_that_nobody_knows_offers_the_nearest() {
    let scratch = Scratch::new();
    let lumen = scratch.lumen("lumen");
    for (arguments, near) in [
        (["--sort", "helth"], "health"),
        (["--filter", "ownr=Ada"], "owner"),
        (["--status", "chured"], "churned"),
    ] {
        let all = [&["accounts", "-w", text(&lumen)], arguments.as_slice()].concat();
        let output = csm(&all).output().expect("it starts");
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(stderr(&output).contains(&format!("did you mean `{near}`")), "{}", stderr(&output));
    }
}

#[test]
fn an_account_is_a_page_of_eighty_columns_on_which_every_reason_opens_to_rows() {
    let scratch = Scratch::new();
    let lumen = scratch.lumen("lumen");
    done(&["run", text(&lumen)]);
    let first = listed(&lumen, &["--filter", "risk=1"]);
    let (id, name) = (first[0]["id"].as_str().expect("an id"), first[0]["account"].as_str().expect("a name"));
    let page = stdout(&done(&["account", id, "-w", text(&lumen)]));
    assert_eq!(page, stdout(&done(&["account", &name.to_uppercase(), "-w", text(&lumen)])));
    assert!(!page.contains('\u{1b}'), "escape codes on a pipe");
    for line in page.lines() {
        assert!(line.chars().count() <= 80, "{} columns: {line}", line.chars().count());
    }

    // Every command on the page runs as it is written, and the reasons open to rows.
    let unwrapped = page.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut opened = 0;
    for rest in unwrapped.split("csm explain ").skip(1) {
        let words: Vec<&str> = rest.split(' ').collect();
        let [metric, flag, account, ..] = words.as_slice() else { continue };
        assert_eq!((*flag, *account), ("--account", id), "{rest}");
        let rows = done(&["explain", metric, "--account", id, "-w", text(&lumen), "--rows", "--json"]);
        let rows: Value = serde_json::from_str(&stdout(&rows)).expect("JSON");
        assert!(!rows["rows"].as_array().expect("rows").is_empty(), "{metric} opens to nothing");
        opened += 1;
    }
    assert!(opened >= 3, "{opened} commands on the page:\n{page}");

    let unknown =
        csm(&["account", &format!("{}x", &name[1..]), "-w", text(&lumen)]).output().expect("it starts");
    assert_eq!(unknown.status.code(), Some(1));
    assert!(stderr(&unknown).contains(name), "no near name offered: {}", stderr(&unknown));
}
