use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use agent_core::approval::{ApprovalFilter, ApprovalState, Decision};
use agent_core::runtime::{Runtime, rfc3339};
use agent_core::store::ApprovalAnswer;
use agent_core::transport::memory;
use serde_json::{Value, json};

use super::buyer::{Buyer, open, session};
use super::support::{ManualClock, manual, options, request, workspace};

async fn ask(runtime: &Runtime, kind: &str, payload: Value) -> Value {
    let client = memory::connect(runtime);
    client.send(request(kind, payload, "r-9").into_members()).await;
    client.hang_up().await.remove(0)
}

fn answer(decision: Decision, by: &str) -> ApprovalAnswer {
    ApprovalAnswer::new(decision, by)
}

async fn only(runtime: &Runtime) -> String {
    runtime.approvals(ApprovalFilter::default()).await.unwrap().remove(0).id
}

#[tokio::test]
async fn the_first_answer_stands_with_who_gave_it_and_when_across_a_restart() {
    let dir = workspace();
    let clock = Arc::new(ManualClock::default());
    let buyer = Arc::new(Buyer::of(&["a"]));
    let runtime = open(&buyer, dir.path(), manual(&clock)).await;
    session(&runtime, "r-1").await;
    let id = only(&runtime).await;
    runtime.close().await;

    let runtime = open(&buyer, dir.path(), manual(&clock)).await;
    clock.0.store(1_000_000, Ordering::SeqCst);
    let no = json!({ "approval_id": id, "decision": "rejected", "decided_by": "Ida", "note": "too many" });
    let reply = ask(&runtime, "answer_approval", no.clone()).await;
    assert_eq!(reply["response_type"], "approval");
    assert_eq!(reply["_meta"]["in_reply_to"], "r-9");
    let expected = json!({ "approval_id": id, "decision": "rejected", "decided_by": "Ida",
        "decided_at": rfc3339(1_000_000) });
    assert_eq!(reply["payload"], expected);
    runtime.close().await;

    let runtime = open(&buyer, dir.path(), manual(&clock)).await;
    clock.0.store(2_000_000, Ordering::SeqCst);
    assert_eq!(ask(&runtime, "answer_approval", no).await["payload"], expected, "the same again is no error");
    let yes = json!({ "approval_id": id, "decision": "approved", "decided_by": "Max" });
    let error = &ask(&runtime, "answer_approval", yes).await["error"];
    assert_eq!(error["code"], "APPROVAL_ANSWERED");
    assert_eq!(error["details"]["decision"], "rejected");
    assert_eq!(error["details"]["decided_by"], "Ida");
    let unknown = json!({ "approval_id": "ap-none", "decision": "approved" });
    assert_eq!(ask(&runtime, "answer_approval", unknown).await["error"]["code"], "APPROVAL_UNKNOWN");
    let nobody = runtime.answer_approval(&id, answer(Decision::Rejected, " ")).await.unwrap_err();
    assert_eq!(nobody.code.as_str(), "INVALID_REQUEST");

    let listed = ask(&runtime, "list_approvals", json!({ "state": "rejected" })).await;
    let one = &listed["payload"]["approvals"][0];
    assert_eq!((&one["decided_by"], &one["note"]), (&json!("Ida"), &json!("too many")));
    assert_eq!(one["decided_at"], rfc3339(1_000_000));
    assert_eq!((&one["id"], &one["state"], &one["key"]), (&json!(id), &json!("rejected"), &json!("a")));
    let pending = ask(&runtime, "list_approvals", json!({ "state": "pending" })).await;
    assert_eq!(pending["payload"]["approvals"], json!([]));
    runtime.close().await;
    assert!(buyer.shop.orders().is_empty(), "nothing was done");
}

#[tokio::test]
async fn of_answers_that_come_at_once_one_stands() {
    let dir = workspace();
    let runtime = open(&Arc::new(Buyer::of(&["a"])), dir.path(), options()).await;
    session(&runtime, "r-1").await;
    let id = only(&runtime).await;
    let answers = (0..16).map(|nth| {
        let (runtime, id) = (runtime.clone(), id.clone());
        let decision = if nth % 2 == 0 { Decision::Approved } else { Decision::Rejected };
        async move { runtime.answer_approval(&id, answer(decision, &format!("person {nth}"))).await }
    });
    let answered = futures_util::future::join_all(answers).await;
    let stands = runtime.approval(&id).await.unwrap();
    assert_eq!(answered.iter().filter(|result| result.is_ok()).count(), 8, "all those of the first decision");
    for result in answered {
        match result {
            Ok(record) => assert_eq!(record.decided_by, stands.decided_by),
            Err(error) => assert_eq!(error.code.as_str(), "APPROVAL_ANSWERED"),
        }
    }
    runtime.close().await;
}

#[tokio::test]
async fn an_approval_nobody_answers_expires_by_the_clock_and_is_asked_anew() {
    let dir = workspace();
    let clock = Arc::new(ManualClock::default());
    let mut buyer = Buyer::of(&["a"]);
    buyer.lasts = Some(Duration::from_secs(60));
    let buyer = Arc::new(buyer);
    let runtime = open(&buyer, dir.path(), manual(&clock)).await;
    session(&runtime, "r-1").await;
    let id = only(&runtime).await;
    clock.0.store(59_999_999, Ordering::SeqCst);
    assert_eq!(runtime.approval(&id).await.unwrap().state, ApprovalState::Pending);
    clock.0.store(60_000_000, Ordering::SeqCst);
    assert_eq!(runtime.approval(&id).await.unwrap().state, ApprovalState::Expired);
    let yes = json!({ "approval_id": id, "decision": "approved" });
    let error = &ask(&runtime, "answer_approval", yes).await["error"];
    assert_eq!(error["code"], "APPROVAL_EXPIRED");
    assert_eq!(error["details"]["expired_at"], rfc3339(60_000_000));
    // It stays so, whatever the clock says later.
    clock.0.store(0, Ordering::SeqCst);
    assert_eq!(runtime.approval(&id).await.unwrap().state, ApprovalState::Expired);

    let anew = session(&runtime, "r-2").await;
    let pending = anew.last().unwrap()["approvals"].as_array().unwrap();
    assert_eq!(pending.len(), 1);
    assert_ne!(pending[0]["id"], id.as_str());
    runtime.close().await;
    assert!(buyer.shop.orders().is_empty());
}
