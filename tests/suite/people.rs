//! What a person says, through the binary: noted, put aside, and honoured by the next session.

use std::fs;
use std::path::Path;

use crate::support::{Scratch, csm, done, stderr, stdout, text};

/// A row of one of the lists in `out/`, by account, as columns of its head.
fn row(ws: &Path, file: &str, account: &str) -> Option<std::collections::BTreeMap<String, String>> {
    let sheet = fs::read(ws.join("out").join(file)).expect("a list");
    let mut lines = parse(&String::from_utf8(sheet).expect("UTF-8")).into_iter();
    let head = lines.next().expect("a head");
    let place = head.iter().position(|column| column == "account_id").expect("account_id");
    let found = lines.find(|line| line.get(place).is_some_and(|id| id == account))?;
    Some(head.into_iter().zip(found).collect())
}

/// Comma-separated values with quotes.
fn parse(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut line, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => line.push(std::mem::take(&mut cell)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                line.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut line));
            }
            c => cell.push(c),
        }
    }
    rows
}

/// The first account at risk: id and name.
fn first_at_risk(ws: &Path) -> (String, String) {
    let sheet = parse(&fs::read_to_string(ws.join("out/at-risk.csv")).expect("the list"));
    (sheet[1][1].clone(), sheet[1][2].clone())
}

#[test]
fn a_note_and_a_snooze_are_honoured_by_the_next_session() {
    let scratch = Scratch::new();
    let lumen = scratch.lumen("lumen");
    let ws = text(&lumen);
    done(&["run", ws]);
    let (id, name) = first_at_risk(&lumen);
    let before = row(&lumen, "at-risk.csv", &id).expect("at risk");
    assert!(row(&lumen, "actions.csv", &id).is_some());
    assert_eq!(before["people_say"], "");

    let said =
        stdout(&done(&["note", &name, "Their CFO wants numbers\n## by Friday", "--by", "Ana", "-w", ws]));
    assert!(said.contains(&id) && said.contains("2026-09-30"), "{said}");
    let because = "the merger closes in \"December\"";
    let snooze = ["snooze", &id, "--until", "2026-10-05", "--because", because, "--by", "Ana", "-w", ws];
    done(&snooze);
    done(&["run", ws]);

    let word = "snoozed until 2026-10-05 because the merger closes in \"December\" (by Ana)";
    let after = row(&lumen, "at-risk.csv", &id).expect("it stays in the list");
    assert_eq!(after["next_step"], word);
    assert_eq!(after["people_say"], format!("{word}; 2026-09-30 Ana: Their CFO wants numbers ## by Friday"));
    for column in ["rank", "health", "band", "arr", "reasons"] {
        assert_eq!(after[column], before[column], "{column}: a snooze changes no figure");
    }
    assert!(row(&lumen, "actions.csv", &id).is_none(), "its actions have left the queue");
    let page = fs::read_to_string(lumen.join("out/monday.html")).expect("the page");
    assert!(page.contains("snoozed until 2026-10-05"), "said where its next step would stand");
    let plan = fs::read_to_string(lumen.join(format!("plans/{id}.md"))).expect("its plan");
    assert!(
        plan.contains("snoozed until 2026-10-05") && plan.contains("2026-09-30, Ana: Their CFO"),
        "{plan}"
    );

    // The same words again on the same day: byte for byte.
    let once = fs::read(lumen.join("out/at-risk.csv")).expect("the list");
    done(&["run", ws]);
    assert_eq!(fs::read(lumen.join("out/at-risk.csv")).expect("the list"), once);
    // Its day has come: the actions are back, and it is said why.
    done(&["run", ws, "--as-of", "2026-10-05"]);
    assert!(row(&lumen, "actions.csv", &id).is_some());
    let back = row(&lumen, "renewals.csv", &id).or_else(|| row(&lumen, "at-risk.csv", &id)).expect("a list");
    assert!(back["people_say"].starts_with("back from its snooze: 2026-10-05 has come"), "{back:?}");

    done(&["snooze", &name, "--lift", "--by", "Ana", "-w", ws]);
    done(&["run", ws]);
    assert!(row(&lumen, "actions.csv", &id).is_some(), "taken up again");
    assert_eq!(row(&lumen, "at-risk.csv", &id).expect("at risk")["next_step"], before["next_step"]);

    let tables = scratch.path("tables");
    done(&["export", "tables", "-w", ws, "--out", text(&tables)]);
    for table in
        ["person_notes", "snoozes", "business_changes", "searched_texts", "stakeholders", "stakeholder_gaps"]
    {
        assert!(tables.join(format!("{table}.parquet")).exists(), "{table}");
    }
}

#[test]
fn what_cannot_be_meant_is_an_error_with_a_remedy() {
    let scratch = Scratch::new();
    scratch.write("ws/csm.toml", "company = \"Acme\"\ncurrency = \"USD\"\nas_of = \"2024-03-01\"\n");
    scratch.write(
        "ws/data/accounts.csv",
        "account_id,name,signed_on\nA-1,Alder,2024-03-01\nA-2,Birch,2024-03-01\nA-3,birch,2024-03-01\n",
    );
    let ws = scratch.path("ws");
    let ws = text(&ws);
    let fails = |arguments: &[&str]| {
        let output = csm(arguments).output().expect("it starts");
        assert!(!output.status.success(), "{arguments:?}");
        stderr(&output)
    };
    let said = fails(&["note", "Aldr", "hello", "-w", ws]);
    assert!(said.contains("no account has the id or name `Aldr`") && said.contains("Alder (A-1)"), "{said}");
    let said = fails(&["note", "Birch", "hello", "-w", ws]);
    assert!(said.contains("2 accounts are named `Birch`") && said.contains("A-2, A-3"), "{said}");
    assert!(fails(&["note", "A-1", "  ", "-w", ws]).contains("nothing to note"));
    let snooze = |until: &str| fails(&["snooze", "A-1", "--until", until, "--because", "x", "-w", ws]);
    assert!(snooze("2024-03-01").contains("not after 2024-03-01"));
    assert!(fails(&["snooze", "A-1", "--lift", "-w", ws]).contains("is not snoozed"));
    assert!(!scratch.path("ws/notes/snoozes.toml").exists());

    scratch.write(
        "ws/notes/snoozes.toml",
        "# by hand\n\n[[snooze]]\naccount = \"A-1\"\nsaid_on = 2024-03-01\nby = \"me\"\n",
    );
    let said = fails(&["run", ws]);
    assert!(said.contains("notes/snoozes.toml:3: it does not say until when"), "{said}");
    assert!(said.contains("hint: add `until = 2026-12-31`"), "{said}");
}

#[test]
fn notes_written_at_once_are_all_kept_whole() {
    let scratch = Scratch::new();
    let lumen = scratch.lumen("lumen");
    let ws = text(&lumen);
    done(&["note", "A0001", "first", "--by", "Ana", "-w", ws]);
    let children: Vec<_> = (0..12)
        .map(|at| {
            let word = format!("word {at} {}", "x".repeat(2_000));
            csm(&["note", "A0001", &word, "--by", "Ana", "-w", ws]).spawn().expect("it starts")
        })
        .collect();
    for mut child in children {
        assert!(child.wait().expect("it ends").success());
    }
    let text = fs::read_to_string(lumen.join("notes/A0001.md")).expect("the notes");
    assert_eq!(text.matches("## 2026-09-30 note by Ana\n\n").count(), 13);
    for at in 0..12 {
        assert_eq!(text.matches(&format!("\n\nword {at} {}\n", "x".repeat(2_000))).count(), 1, "word {at}");
    }
}
