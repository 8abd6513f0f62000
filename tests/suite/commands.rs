//! The commands a person types.

use serde_json::Value;

use crate::support::{Scratch, csm, done, stderr, stdout, text};

#[test]
fn run_prints_plain_progress_lines_and_ends_with_the_delivery_sentence() {
    let scratch = Scratch::new();
    let lumen = scratch.lumen("lumen");
    let output = done(&["run", text(&lumen)]);
    assert!(stderr(&output).contains("analyzing"), "{}", stderr(&output));
    assert!(!stderr(&output).contains('\u{1b}'), "escape codes on a pipe");
    assert!(stdout(&output).contains("Customer success program"), "{}", stdout(&output));
    assert!(lumen.join("out/monday.html").exists());
    assert!(lumen.join("out/monday.csv").exists());
}

#[test]
fn explain_opens_a_figure_to_as_many_rows_as_it_counts() {
    let scratch = Scratch::new();
    let lumen = scratch.lumen("lumen");
    done(&["run", text(&lumen)]);
    let opened = stdout(&done(&["explain", "accounts_managed", "-w", text(&lumen), "--rows", "--json"]));
    let opened: Value = serde_json::from_str(&opened).expect("JSON");
    let rows = opened["rows"].as_array().expect("rows").len() as u64;
    assert_eq!(opened["figure"]["value"].as_u64(), Some(rows));
    assert_eq!(opened["figure"]["evidence"]["count"].as_u64(), Some(rows));

    let by_id = explained(&lumen, "A0001");
    assert_eq!(by_id["figure"]["scope"]["key"], "A0001");
    let accounts = std::fs::read_to_string(lumen.join("data/accounts.csv")).expect("accounts");
    let name =
        accounts.lines().find(|line| line.starts_with("A0001,")).and_then(|line| line.split(',').nth(1));
    assert_eq!(explained(&lumen, name.expect("a name")), by_id);

    let unknown = csm(&["explain", "churn_rat", "-w", text(&lumen)]).output().expect("it starts");
    assert_eq!(unknown.status.code(), Some(1));
    assert!(stderr(&unknown).contains("churn_rate"), "no near name offered: {}", stderr(&unknown));
}

fn explained(workspace: &std::path::Path, account: &str) -> Value {
    let opened = done(&["explain", "mrr", "--account", account, "-w", text(workspace), "--rows", "--json"]);
    serde_json::from_str(&stdout(&opened)).expect("JSON")
}

#[test]
fn a_new_workspace_says_what_to_put_where_and_is_never_overwritten() {
    let scratch = Scratch::new();
    let ws = scratch.path("fresh");
    done(&["new", text(&ws)]);
    assert!(ws.join("csm.toml").exists() && ws.join("data").is_dir());
    std::fs::write(ws.join("csm.toml"), "company = \"Mine\"\n").expect("written");
    let _ = csm(&["new", text(&ws)]).output().expect("it starts");
    assert_eq!(std::fs::read_to_string(ws.join("csm.toml")).expect("kept"), "company = \"Mine\"\n");
}

#[test]
fn the_wrong_command_and_the_wrong_folder_have_their_own_exit_codes() {
    let scratch = Scratch::new();
    let wrong = csm(&["fly"]).output().expect("it starts");
    assert_eq!(wrong.status.code(), Some(2));
    let nowhere = csm(&["run", text(&scratch.path("nowhere"))]).output().expect("it starts");
    assert_eq!(nowhere.status.code(), Some(1));
    assert!(stderr(&nowhere).contains("hint:"), "{}", stderr(&nowhere));
    let help = done(&["--help"]);
    for command in ["run", "stdio", "import", "explain", "export", "simulate", "new", "completions"] {
        assert!(stdout(&help).contains(command), "help does not name `{command}`");
    }
}
