//! A tool and an agent that somebody else wrote, as `examples/` shows it.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::chain::example;
use crate::support::{Scratch, stderr, text};

#[test]
fn a_tool_is_used_where_the_workspace_grants_it_and_nowhere_else() {
    let scratch = Scratch::new();
    let lumen = scratch.lumen("lumen");
    let run = || Command::new(example("custom-tool")).arg(text(&lumen)).output().expect("it starts");

    let refused = run();
    assert!(!refused.status.success(), "the definition that comes with csm does not grant it");
    assert!(stderr(&refused).contains("tool `BusinessDays` is not granted"), "{}", stderr(&refused));
    assert!(!lumen.join("out/actions-working-days.csv").exists());

    scratch.write("lumen/knowledge/agent.md", include_str!("../../examples/custom-tool/agent.md"));
    scratch.write("lumen/holidays.txt", include_str!("../../examples/custom-tool/holidays.txt"));
    let done = run();
    assert!(done.status.success(), "{}", stderr(&done));
    let counted = fs::read_to_string(lumen.join("out/actions-working-days.csv")).expect("what was counted");
    let days: Vec<&str> =
        counted.lines().filter_map(|line| line.find(",2026-10-0").map(|at| &line[at + 1..])).collect();
    // Opened on Wednesday 2026-09-30. Thursday is a working day, Friday the retreat, then comes the weekend.
    assert!(days.contains(&"2026-10-01,1,2026-10-01"), "{days:?}");
    assert!(days.contains(&"2026-10-02,1,2026-10-05"), "{days:?}");
}

#[test]
fn an_agent_of_another_trade_counts_its_shelves() {
    let scratch = Scratch::new();
    scratch.write("store/stock.csv", include_str!("../../examples/custom-agent/stock.csv"));
    let mut agent = Command::new(example("custom-agent"))
        .args(["--stdio", "--workspace", text(&scratch.path("store"))])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("it starts");
    let request = br#"{"requesting_agent":"me","request_type":"get_stock_context","payload":{}}"#;
    agent.stdin.take().expect("stdin").write_all(request).expect("written");
    let output = agent.wait_with_output().expect("it ends");
    let messages: Vec<Value> = String::from_utf8(output.stdout)
        .expect("UTF-8")
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();

    let context =
        messages.iter().find(|message| message["response_type"] == "stock_context").expect("a context");
    // One of three, and two of six; the light bulbs were not counted.
    assert_eq!(context["payload"]["runs_low"], serde_json::json!(["toner", "coffee beans"]));
    assert!(context["payload"]["stock"]["light bulbs"].is_null());
    assert!(context["_meta"]["unknown"]["light bulbs"].is_string());
    assert_eq!(messages.last().expect("messages")["status"], "completed");
    let order = fs::read_to_string(scratch.path("store/out/order.md")).expect("an order");
    assert_eq!(order, "# To order\n\n- toner (below 3)\n- coffee beans (below 6)\n");
}
