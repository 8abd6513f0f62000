//! The seed's query in, valid messages out, nothing else on stdout.

use std::io::Write;

use serde_json::Value;

use crate::support::{SEED_QUERY, Scratch, messages, stdio};

fn converse(workspace: &std::path::Path, lines: &[u8]) -> Vec<Value> {
    let mut child = stdio(workspace);
    child.stdin.take().expect("stdin").write_all(lines).expect("written");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "stderr: {}", String::from_utf8_lossy(&output.stderr));
    messages(&String::from_utf8(output.stdout).expect("UTF-8"))
}

fn schema() -> jsonschema::Validator {
    let text = include_str!("../../protocol/schema/v1/message.json");
    jsonschema::validator_for(&serde_json::from_str(text).expect("a schema")).expect("a valid schema")
}

fn journaled(messages: &[Value]) -> Vec<&Value> {
    messages.iter().filter(|m| !m["_meta"]["seq"].is_null()).collect()
}

#[test]
fn the_seeds_query_returns_the_context_three_phases_and_one_delivery() {
    let scratch = Scratch::new();
    let lumen = scratch.lumen("lumen");
    let messages = converse(&lumen, format!("{SEED_QUERY}\n").as_bytes());

    let schema = schema();
    for message in &messages {
        assert!(schema.is_valid(message), "not by the schema: {message}");
    }
    let journaled = journaled(&messages);
    let statuses: Vec<&str> = journaled
        .iter()
        .map(|m| m["status"].as_str().or(m["response_type"].as_str()).unwrap_or("?"))
        .collect();
    let (asked, said): (Vec<&str>, Vec<&str>) =
        statuses.iter().partition(|status| **status == "awaiting_approval");
    assert_eq!(said, ["customer_context", "analyzing", "managing", "growing", "completed"]);
    let sequence: Vec<u64> = journaled.iter().filter_map(|m| m["_meta"]["seq"].as_u64()).collect();
    assert_eq!(sequence, (1..=statuses.len() as u64).collect::<Vec<_>>());

    // What would reach a customer is asked for once each, and the delivery lists it as pending.
    let queue = std::fs::read_to_string(lumen.join("out/actions.csv")).expect("the action queue");
    let drafts = queue.lines().filter(|line| line.contains("the draft waits for your approval")).count();
    assert!(drafts > 0, "no action has a draft");
    assert_eq!(asked.len(), drafts);
    let delivery = journaled.last().expect("a delivery");
    assert_eq!(delivery["approvals"].as_array().map(Vec::len), Some(drafts));
    for message in journaled.iter().filter(|m| m["status"] == "awaiting_approval") {
        let approval = &message["approval"];
        assert_eq!(approval["action"], "send_message");
        assert!(approval["figures"][0].as_str().is_some_and(|id| id.starts_with("figure:")), "{approval}");
        let draft = approval["details"]["draft"].as_str().expect("where the draft lies");
        assert!(lumen.join(draft).is_file(), "{draft}");
    }
    assert!(!lumen.join("out/outbox").exists(), "nothing is released before it is approved");

    let context = &journaled[0]["payload"];
    for member in [
        "account_segments",
        "product_usage",
        "health_metrics",
        "churn_risks",
        "growth_opportunities",
        "success_goals",
    ] {
        assert!(
            context[member].is_object() || context[member].is_array(),
            "`{member}` is missing: {context}"
        );
    }

    // A reader that knows only the published shape looks into `progress` of every message, ticks too.
    let reports = messages.iter().filter(|message| message["status"].is_string());
    let (ticks, rest): (Vec<&Value>, Vec<&Value>) =
        reports.partition(|message| message["_meta"]["percent"].is_u64());
    assert!(ticks.len() >= 4 && rest.len() >= 4, "{} ticks, {} others", ticks.len(), rest.len());
    for message in ticks.iter().chain(&rest) {
        let progress = message["progress"].as_object().unwrap_or_else(|| panic!("no `progress`: {message}"));
        if message["status"] == "managing" {
            let four = ["accounts_managed", "health_score_avg", "churn_rate", "nps_score"];
            assert!(progress.keys().eq(four.iter()), "not the four: {message}");
            for (name, _) in progress.iter().filter(|(_, value)| value.is_null()) {
                assert!(
                    message["_meta"]["unknown"][name].is_string(),
                    "`{name}` without a reason: {message}"
                );
            }
        }
    }
    // What is asked of a person comes after the figures of its phase, and repeats them.
    for message in journaled.iter().filter(|message| message["status"] == "awaiting_approval") {
        assert_eq!(message["progress"], journaled[2]["progress"]);
        assert_eq!(message["_meta"]["evidence"], journaled[2]["_meta"]["evidence"]);
    }

    let progress = &journaled[2]["progress"];
    let members: Vec<&String> = progress.as_object().expect("an object").keys().collect();
    assert_eq!(members, ["accounts_managed", "health_score_avg", "churn_rate", "nps_score"]);
    assert!(progress["accounts_managed"].is_u64(), "{progress}");
    assert!(progress["health_score_avg"].is_u64(), "{progress}");
    assert!(progress["nps_score"].is_i64(), "{progress}");
    let rate = progress["churn_rate"].as_str().expect("a rate is text");
    let (whole, tenth) = rate.strip_suffix('%').and_then(|r| r.split_once('.')).expect("like 3.2%");
    assert!(whole.parse::<u32>().is_ok() && tenth.len() == 1 && tenth.parse::<u32>().is_ok(), "{rate}");
    for member in members {
        let figure = journaled[2]["_meta"]["evidence"][member].as_str().unwrap_or_default();
        assert!(figure.starts_with("figure:"), "`{member}` has no figure");
    }
}

#[test]
fn a_question_is_answered_and_nothing_is_written() {
    let scratch = Scratch::new();
    let lumen = scratch.lumen("lumen");
    let question = SEED_QUERY.replace(r#""payload":{"#, r#""payload":{"phases":[],"#);
    let messages = converse(&lumen, format!("{question}\n").as_bytes());
    let kinds: Vec<&str> = messages
        .iter()
        .map(|m| m["status"].as_str().or(m["response_type"].as_str()).unwrap_or("?"))
        .collect();
    assert_eq!(kinds, ["customer_context", "completed"]);
    // It is a session all the same: it can be told again, and survives the process.
    let places: Vec<&Value> = messages.iter().map(|m| &m["_meta"]["seq"]).collect();
    assert_eq!(places, [1, 2]);
    assert!(messages[0]["_meta"]["session_id"].is_string(), "{}", messages[0]["_meta"]);
    assert!(!lumen.join("out").exists() && !lumen.join("plans").exists());
}

#[test]
fn bad_lines_get_one_error_each_and_the_next_request_is_served() {
    let scratch = Scratch::new();
    let lumen = scratch.lumen("lumen");
    let mut lines = b"not json\n[1]\n{\"request_type\":\"make_coffee\",\"requesting_agent\":\"x\",\"payload\":{}}\n\xff\xfe\n".to_vec();
    lines.extend(vec![b' '; 1 << 20]);
    lines.extend(b"{}\n");
    lines.extend(br#"{"requesting_agent":"x","request_type":"get_weather_context","payload":{}}"#);
    lines.extend(b"\n{\"requesting_agent\":\"x\",\"request_type\":\"describe_agent\",\"payload\":{}}\n");
    let messages = converse(&lumen, &lines);
    let schema = schema();
    assert!(messages.iter().all(|m| schema.is_valid(m)), "{messages:#?}");
    let mut codes: Vec<&str> = messages.iter().filter_map(|m| m["error"]["code"].as_str()).collect();
    codes.sort_unstable();
    assert_eq!(
        codes,
        [
            "CONTEXT_UNKNOWN",
            "INVALID_JSON",
            "LINE_TOO_LONG",
            "NOT_AN_OBJECT",
            "NOT_UTF8",
            "UNKNOWN_REQUEST_TYPE"
        ]
    );
    let described = messages.iter().find(|m| m["response_type"] == "agent_description").expect("described");
    assert!(described["payload"].to_string().contains("get_customer_context"), "{described}");
}

#[test]
fn one_account_and_one_figure_can_be_asked_for() {
    let scratch = Scratch::new();
    let lumen = scratch.lumen("lumen");
    converse(&lumen, format!("{SEED_QUERY}\n").as_bytes());
    let account = std::fs::read_to_string(lumen.join("data/accounts.csv")).expect("accounts");
    let id = account.lines().nth(1).and_then(|l| l.split(',').next()).expect("an id");
    let asked = format!(
        "{{\"requesting_agent\":\"x\",\"request_type\":\"get_account_context\",\"payload\":{{\"account_id\":\"{id}\"}}}}\n\
         {{\"requesting_agent\":\"x\",\"request_type\":\"explain_figure\",\"payload\":{{\"figure\":\"churn_rate\"}}}}\n\
         {{\"requesting_agent\":\"x\",\"request_type\":\"explain_figure\",\"payload\":{{\"figure\":\"no_such\"}}}}\n"
    );
    let messages = converse(&lumen, asked.as_bytes());
    assert!(messages.iter().any(|m| m["response_type"] == "account_context"), "{messages:#?}");
    assert!(messages.iter().any(|m| m["payload"]["figure"]["metric"] == "churn_rate"), "{messages:#?}");
    assert!(messages.iter().any(|m| m["error"]["code"] == "FIGURE_UNKNOWN"), "{messages:#?}");
}
