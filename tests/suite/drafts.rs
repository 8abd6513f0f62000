//! A message that was proposed and should not be sent any more: withdrawn with the reason, whoever approves it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::support::{Scratch, csm, done, messages, stderr, stdout, text};

/// What the newest delivery says waits for approval, by account.
fn waiting(workspace: &Path) -> BTreeMap<String, Value> {
    let said = messages(&stdout(&done(&["run", text(workspace), "--json"])));
    let delivery = said.last().expect("a delivery");
    assert_eq!(delivery["status"], "completed", "{delivery}");
    let asked = delivery["approvals"].as_array().cloned().unwrap_or_default();
    asked
        .into_iter()
        .map(|it| (it["details"]["account_id"].as_str().expect("an account").to_owned(), it))
        .collect()
}

/// Rewrites a table: what `change` does to each row, by column.
fn rewrite(workspace: &Path, table: &str, change: impl Fn(&mut BTreeMap<String, String>)) {
    let path = workspace.join(format!("data/{table}.csv"));
    let mut reader = csv::Reader::from_path(&path).expect("a table");
    let header = reader.headers().expect("a header").clone();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&header).expect("a header");
    for record in reader.records() {
        let record = record.expect("a row");
        let named = header.iter().map(str::to_owned).zip(record.iter().map(str::to_owned));
        let mut row: BTreeMap<String, String> = named.collect();
        change(&mut row);
        writer.write_record(header.iter().map(|column| &row[column])).expect("a row");
    }
    fs::write(path, writer.into_inner().expect("rows")).expect("written");
}

fn set(row: &mut BTreeMap<String, String>, column: &str, value: &str) {
    row.insert(column.to_owned(), value.to_owned());
}

#[test]
fn a_draft_whose_account_left_or_whose_addressee_left_is_withdrawn_and_cannot_be_approved() {
    let scratch = Scratch::new();
    let lumen = scratch.lumen("lumen");
    let before = waiting(&lumen);
    let mut asked = before.iter();
    let (lost, lost_draft) = asked.next().expect("a draft");
    let (parted, parted_draft) = asked.next().expect("a second draft");
    let (stays, kept_draft) = asked.next().expect("a third draft");
    let address = parted_draft["details"]["message"]["email"].as_str().expect("an address");

    // One customer's contract ended, at another's the person who would be written to has gone.
    rewrite(&lumen, "subscriptions", |row| {
        if row["account_id"] == *lost
            && (row["end_date"].is_empty() || row["end_date"].as_str() > "2026-09-15")
        {
            set(row, "end_date", "2026-09-15");
            set(row, "cancelled_on", "2026-09-01");
        }
    });
    rewrite(&lumen, "contacts", |row| {
        if row["email"].eq_ignore_ascii_case(address) {
            set(row, "left_on", "2026-09-20");
        }
    });
    let after = waiting(&lumen);
    assert_eq!(after[stays]["id"], kept_draft["id"], "what still holds is the same question");
    assert!(!after.contains_key(lost), "{:?}", after.get(lost));

    let name = parted_draft["details"]["message"]["name"].as_str().expect("a name");
    let company = parted_draft["details"]["account"].as_str().expect("an account");
    let gone = lost_draft["details"]["account"].as_str().expect("an account");
    for (draft, because) in [
        (lost_draft, format!("{gone} is no longer a customer since 2026-09-15")),
        (parted_draft, format!("{name} left {company} on 2026-09-20")),
    ] {
        let id = draft["id"].as_str().expect("an id");
        let refused =
            csm(&["approvals", "approve", id, "--by", "Ida", "-w", text(&lumen)]).output().expect("runs");
        assert_eq!(refused.status.code(), Some(1));
        assert!(stderr(&refused).contains(&because), "{}", stderr(&refused));
        let shown = stdout(&done(&["approvals", "show", id, "-w", text(&lumen)]));
        assert!(shown.contains("withdrawn") && shown.contains(&because), "{shown}");
    }
    assert!(!lumen.join("out/outbox").exists(), "something was released");
    assert_ne!(after.get(parted).map(|it| &it["id"]), Some(&parted_draft["id"]));

    // What was not withdrawn is released as ever.
    let id = kept_draft["id"].as_str().expect("an id");
    done(&["approvals", "approve", id, "--by", "Ida", "-w", text(&lumen)]);
    assert_eq!(fs::read_dir(lumen.join("out/outbox")).expect("an outbox").count(), 1);
}
