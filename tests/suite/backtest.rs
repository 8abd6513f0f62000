//! `csm backtest` from outside: what it refuses, and why.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::{Scratch, csm, done, stderr, stdout, text};

/// A folder of the development data, or `None` where it is not at hand (never so in CI).
fn shared(folder: &str) -> Option<PathBuf> {
    let shared = std::env::var_os("CSM_SHARED_DATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"), PathBuf::from);
    let dir = shared.join(folder);
    if dir.is_dir() {
        return Some(dir);
    }
    assert!(std::env::var("CI").as_deref() != Ok("true"), "CI needs the development data in ../shared/data");
    eprintln!("skipped: no development data in {}", dir.display());
    None
}

fn backtest(workspace: &Path, more: &[&str]) -> Value {
    let arguments = [&["backtest", "-w", text(workspace), "--json"], more].concat();
    serde_json::from_str(&stdout(&done(&arguments))).expect("JSON")
}

#[test]
fn too_few_who_left_give_no_model_and_no_score_and_a_flag_without_a_day_is_never_believed() {
    let Some(source) = shared("ravenstack") else { return };
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
