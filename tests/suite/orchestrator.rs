//! An orchestrator that is a context manager: the binary asks it the published query, and says that it did.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{SEED_QUERY, Scratch, stdio};

/// A goal with a number in it and a try at Markdown: a claim, to be repeated and nothing more.
const CLAIMED: &str = "Churn below 1.23% <b>by June</b>";

/// Runs the analysis, having offered the context or not; what was asked, and the context that came of it.
fn analysed(workspace: &Path, offer: bool) -> (Vec<Value>, Value) {
    let mut child = stdio(workspace);
    let mut stdin = child.stdin.take().expect("stdin");
    let mut say = |message: Value| writeln!(stdin, "{message}").expect("written");
    if offer {
        say(json!({ "requesting_agent": "orchestrator", "request_type": "offer_context",
            "payload": { "context_types": ["get_customer_context"] } }));
    }
    say(json!({ "requesting_agent": "orchestrator", "request_type": "get_customer_context",
        "payload": { "query": "?", "phases": ["analysis"] } }));
    let (mut asked, mut context) = (Vec::new(), Value::Null);
    for line in BufReader::new(child.stdout.take().expect("stdout")).lines() {
        let message: Value = serde_json::from_str(&line.expect("a line")).expect("JSON");
        if message["request_type"].is_string() {
            say(json!({ "agent": "orchestrator", "response_type": "customer_context",
                "payload": { "success_goals": CLAIMED, "churn_risks": { "churn_rate": "99%" } } }));
            asked.push(message);
        } else if message["response_type"] == "customer_context" {
            context = message;
        } else if message["status"] == "completed" {
            break;
        } else {
            assert!(message["error"].is_null(), "{message}");
        }
    }
    drop(stdin);
    assert!(child.wait().expect("it ends").success());
    (asked, context)
}

#[test]
fn the_published_query_is_sent_to_whoever_offered_to_answer_and_its_reply_is_a_claim() {
    let scratch = Scratch::new();
    let lumen = scratch.lumen("asked");
    let (asked, context) = analysed(&lumen, true);
    assert_eq!(asked.len(), 1, "once");
    let published: Value = serde_json::from_str(SEED_QUERY).expect("JSON");
    for member in ["requesting_agent", "request_type", "payload"] {
        assert_eq!(asked[0][member], published[member]);
    }
    assert_eq!(context["_meta"]["context_manager"], "orchestrator");
    let goals = context["payload"]["success_goals"]["goals"].to_string();
    assert!(goals.contains("orchestrator says") && goals.contains("1.23%"), "{goals}");
    let portfolio = std::fs::read_to_string(lumen.join("out/portfolio.md")).expect("the checklist");
    assert!(portfolio.contains("orchestrator says") && !portfolio.contains("<b>"), "{portfolio}");

    let alone = scratch.lumen("alone");
    let (asked, without) = analysed(&alone, false);
    assert!(asked.is_empty(), "nobody offered");
    assert_eq!(without["_meta"]["context_manager"], "embedded");
    // What it claimed of churn is no figure of ours.
    for member in
        ["account_segments", "product_usage", "health_metrics", "churn_risks", "growth_opportunities"]
    {
        assert_eq!(context["payload"][member], without["payload"][member], "{member}");
    }
}
