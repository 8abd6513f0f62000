//! Malformed and contradictory data: one clear message per problem, good rows kept, nothing made up.

use serde_json::Value;

use crate::support::{Scratch, csm, done, messages, shared_data, stderr, stdout, text};

const ACCOUNTS: &str = "account_id,name,owner\nA-1,Alder,Kim\nA-2,Birch,Kim\n";
const SUBSCRIPTIONS: &str = "subscription_id,account_id,mrr_minor,currency,start_date,is_trial\n\
    S-1,A-1,10000,USD,2024-01-01,false\nS-2,A-2,20000,USD,2024-01-01,false\n";

#[test]
fn each_malformed_row_gets_one_message_with_file_line_and_remedy() {
    let scratch = Scratch::new();
    scratch.write("ws/csm.toml", "company = \"Acme\"\ncurrency = \"USD\"\n");
    scratch.write("ws/data/accounts.csv", ACCOUNTS);
    scratch.write("ws/data/subscriptions.csv", SUBSCRIPTIONS);
    scratch.write(
        "ws/data/contacts.csv",
        "contact_id,account_id,email\nC-1,A-1,a@alder.example\nC-2,A-1,b@alder.example\nC-3,A-1,c@alder.example\n\
         C-4,A-2,d@birch.example\nC-5,A-2,e@birch.example\nC-6,A-2\nC-7,A-2,g@birch.example\n",
    );
    scratch.write(
        "ws/data/milestones.csv",
        "milestone_id,account_id,name,created_on\nM-1,A-1,Kick-off,2024-01-10\nM-2,A-1,Go-live,2024-02-10\n\
         M-3,A-2,Kick-off,03/04/2024\n",
    );
    scratch.write(
        "ws/data/invoices.csv",
        "invoice_id,account_id,issued_on,amount_minor,currency\nI-1,A-1,2024-02-01,10000,USD\n\
         I-2,A-1,2024-03-01,-500,USD\n",
    );
    scratch.write(
        "ws/data/survey_responses.csv",
        "response_id,account_id,contact_id,kind,scale_min,scale_max,score,responded_at\n\
         R-1,A-1,C-1,nps,0,10,9,2024-03-01 10:00:00\nR-2,A-1,C-2,nps,0,10,14,2024-03-01 10:00:00\n",
    );
    let ws = scratch.path("ws");
    let output = csm(&["run", text(&ws)]).output().expect("the binary starts");
    let said = format!("{}{}", stdout(&output), stderr(&output));
    assert!(output.status.success(), "{said}");
    for place in ["contacts.csv:7", "milestones.csv:4", "invoices.csv:3", "survey_responses.csv:3"] {
        assert_eq!(said.matches(place).count(), 1, "`{place}` once in:\n{said}");
    }
    assert!(!said.contains("panicked"), "{said}");
    let tables = scratch.path("tables");
    done(&["export", "tables", "-w", text(&ws), "--out", text(&tables)]);
    assert!(tables.join("contacts.parquet").exists());
}

#[test]
fn a_workspace_without_accounts_says_so_and_what_to_do() {
    let scratch = Scratch::new();
    scratch.write("ws/csm.toml", "company = \"Acme\"\ncurrency = \"USD\"\n");
    scratch.write("ws/data/subscriptions.csv", SUBSCRIPTIONS);
    let ws = scratch.path("ws");
    let output = csm(&["run", text(&ws)]).output().expect("the binary starts");
    let said = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("accounts"), "{said}");
    assert!(said.contains("hint:"), "{said}");
    assert!(!said.contains("panicked"), "{said}");
}

#[test]
fn ravenstack_is_reported_as_billing_shows_it() {
    let Some(ravenstack) = shared_data("ravenstack") else { return };
    let scratch = Scratch::new();
    let ws = scratch.path("raven");
    let imported = stdout(&done(&["import", text(&ravenstack), "--into", text(&ws)]));
    // Counted in the five files with a spreadsheet: 110 flagged, 352 with events, 21 repeated ids, 19,142 of 25,000
    // usage rows before their subscription, 825 of 2,000 tickets without a score.
    for count in [
        "110 of 110",
        "352 of 352",
        "21 usage rows",
        "19142 of 25000",
        "76.6 %",
        "825 of 2000 missing (41.3 %)",
    ] {
        assert!(imported.contains(count), "`{count}` is missing in:\n{imported}");
    }
    let said = messages(&stdout(&done(&["run", text(&ws), "--as-of", "2024-12-31", "--json"])));
    let delivery = said.last().expect("a delivery");
    let sentence = delivery["message"].as_str().expect("a sentence");
    assert!(!sentence.contains("22"), "{sentence}");
    let figure = |name: &str| -> Value {
        let opened = done(&["explain", name, "-w", text(&ws), "--json"]);
        serde_json::from_str::<Value>(&stdout(&opened)).expect("JSON")["figure"].clone()
    };
    // By billing, worked out from the files apart from this program.
    assert_eq!(figure("accounts_managed")["value"], 500);
    assert_eq!(figure("churn_rate")["value"], 0.0);
    assert_eq!(figure("churn_rate")["n"], 185);
    assert_eq!(figure("mrr")["value"], 1_015_960_800);
    let nrr = figure("nrr");
    assert!((nrr["value"].as_f64().expect("known") - 292.270_898_089_156_84).abs() < 1e-9, "{nrr}");
    assert!(nrr["implausible"].is_string(), "{nrr}");
    let grr = figure("grr")["value"].as_f64().expect("known");
    assert!((grr - 99.589_973_322_515).abs() < 1e-9, "{grr}");
    // Twelve times the 871,953,700 that a script of loops finds, terms that succeed others taken together.
    assert_eq!(figure("expansion_revenue")["value"], 10_463_444_400_i64);
    assert_eq!(figure("first_response_minutes")["value"], 81.0);
    for unknown in ["nps_score", "adoption_rate", "renewal_rate", "customer_advocates"] {
        let figure = figure(unknown);
        assert_eq!(figure["status"], "unknown", "{figure}");
        assert!(figure["reason"].as_str().is_some_and(|r| r.len() > 10), "{figure}");
    }
}

#[test]
fn tables_exported_as_parquet_import_again_to_the_same_figures() {
    let scratch = Scratch::new();
    let lumen = scratch.lumen("lumen");
    done(&["run", text(&lumen)]);
    let tables = scratch.path("tables");
    done(&["export", "tables", "-w", text(&lumen), "--out", text(&tables)]);
    let again = scratch.path("again");
    let (accounts, subscriptions) = (tables.join("accounts.parquet"), tables.join("subscriptions.parquet"));
    done(&["import", text(&accounts), text(&subscriptions), "--into", text(&again)]);
    done(&["run", text(&again), "--as-of", "2026-09-30", "--phase", "analysis"]);
    assert!(again.join("out/portfolio.md").exists());
    assert!(!again.join("out/monday.html").exists(), "a phase that was not asked for has run");
    let figures = |ws: &std::path::Path| -> Vec<(Value, Value)> {
        let listed = stdout(&done(&["explain", "-w", text(ws), "--json"]));
        let listed: Vec<Value> = serde_json::from_str(&listed).expect("JSON");
        let billing = |it: &&Value| {
            let metric = it["metric"].as_str().unwrap_or_default();
            ["accounts_managed", "arr", "churn_rate", "grr", "nrr", "renewal_rate", "expansion_revenue"]
                .contains(&metric)
        };
        listed.iter().filter(billing).map(|it| (it["metric"].clone(), it["value"].clone())).collect()
    };
    let (first, second) = (figures(&lumen), figures(&again));
    assert_eq!(first.len(), 7);
    assert_eq!(first, second);
}
