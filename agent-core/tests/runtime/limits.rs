//! Deadlines and budgets: one terminal message that says what ran out.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use agent_core::runtime::Options;
use agent_core::session::Budget;
use serde_json::{Value, json};

use super::librarian::{ANSWER, Librarian, Mischief};
use super::support::{
    ManualClock, manual, messages, options, question, request, runtime, runtime_with, terminals, work,
    workspace,
};

/// The one message a session failed with.
fn failed<'a>(said: &'a [Value], code: &str) -> &'a str {
    assert_eq!(terminals(said), ["failed"], "{said:#?}");
    let error = &said.last().unwrap()["error"];
    assert_eq!(error["code"], code, "{error}");
    error["message"].as_str().unwrap()
}

#[tokio::test]
async fn a_resumed_session_keeps_the_deadline_it_was_accepted_with() {
    let dir = workspace();
    let clock = Arc::new(ManualClock::default());
    let agent = Arc::new(Librarian::stalling_at("cards"));
    let first = runtime_with(&agent, dir.path(), manual(&clock)).await;
    let asked = request("get_library_context", json!({ "deadline_seconds": 3600 }), "r-1");
    let id = first.open_session(&asked).await.unwrap().id().to_owned();
    agent.reached().await;
    first.interrupt().await;

    clock.0.fetch_add(3_601_000_000, Ordering::SeqCst);
    let agent = Arc::new(Librarian::new());
    let second = runtime_with(&agent, dir.path(), manual(&clock)).await;
    let handle = second.resume_all().await.unwrap().sessions.remove(0);
    assert_eq!(handle.id(), id);
    let said = messages(handle).await;
    let message = failed(&said, "DEADLINE_PASSED");
    assert!(message.contains("1970-01-01T01:00:00.000000Z") && message.contains("tool calls"), "{message}");
    assert_eq!(agent.alive.load(Ordering::SeqCst), 0);
    second.close().await;
}

#[tokio::test]
async fn what_a_session_may_spend_ends_it_even_if_the_agent_says_all_is_well() {
    let dir = workspace();
    let agent = Arc::new(Librarian::with(Mischief::Spendthrift));
    let most = Options { budget: Budget { tool_calls: Some(9), ..Budget::default() }, ..options() };
    let runtime = runtime_with(&agent, dir.path(), most).await;
    // The smaller of what is asked for and what is allowed counts.
    for (asked, granted) in [(json!(5), 5), (json!(1000), 9), (json!(null), 9)] {
        let asked = request("get_library_context", json!({ "budget": { "tool_calls": asked } }), "r-1");
        let said = messages(runtime.open_session(&asked).await.unwrap()).await;
        let message = failed(&said, "BUDGET_EXCEEDED");
        assert!(message.contains(&format!("may use {granted} tool calls")), "{message}");
        assert!(message.contains(&format!("used {granted} tool calls")), "{message}");
    }
    runtime.close().await;
}

#[tokio::test]
async fn a_session_that_stands_still_runs_out_of_time() {
    let dir = workspace();
    let short = Some(Duration::from_millis(20));
    let budget = Options { budget: Budget { time: short, ..Budget::default() }, ..options() };
    let deadline = Options { deadline: short, ..options() };
    for (limit, code) in [(budget, "BUDGET_EXCEEDED"), (deadline, "DEADLINE_PASSED")] {
        let agent = Arc::new(Librarian::stalling_at("context"));
        let runtime = runtime_with(&agent, dir.path(), limit).await;
        let said = messages(runtime.open_session(&work()).await.unwrap()).await;
        failed(&said, code);
        runtime.close().await;
        assert_eq!(agent.alive.load(Ordering::SeqCst), 0);
    }
    let agent = Arc::new(Librarian::stalling_at(ANSWER));
    let runtime = runtime_with(&agent, dir.path(), Options { deadline: short, ..options() }).await;
    let said = messages(runtime.open_session(&question()).await.unwrap()).await;
    failed(&said, "DEADLINE_PASSED");
    runtime.close().await;
    assert_eq!(agent.alive.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_limit_that_is_no_number_is_refused_and_nothing_is_stored() {
    let dir = workspace();
    let runtime = runtime(&Arc::new(Librarian::new()), dir.path()).await;
    let wrong = [
        json!({ "deadline_seconds": "soon" }),
        json!({ "deadline_seconds": -1, "phases": [] }),
        json!({ "budget": { "tool_calls": "few" } }),
        json!({ "budget": 7, "phases": [] }),
    ];
    for payload in wrong {
        let refused =
            runtime.open_session(&request("get_library_context", payload, "r-1")).await.err().unwrap();
        assert_eq!(refused.code.as_str(), "INVALID_REQUEST");
        assert!(refused.message.contains("payload."), "{}", refused.message);
    }
    assert!(runtime.sessions(10).await.unwrap().is_empty());
    runtime.close().await;
}
