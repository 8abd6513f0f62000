use agent_core::runtime::Options;
use agent_core::server::ServerOptions;
use agent_core::tool::file_tools;
use serde_json::json;

use super::buyer::{Buyer, Order};
use super::harness::serve_as;
use super::support::options;

#[tokio::test]
async fn a_person_decides_with_a_script_and_what_was_approved_is_done() {
    let buyer = Buyer::of(&["a"]);
    let mut tools = file_tools();
    tools.push(Box::new(Order(buyer.shop.clone())));
    let served = serve_as(buyer, Options { tools, ..options() }, ServerOptions::default()).await;
    let id = served.session_of("get_stock_context").await;
    served.ended(&id).await;
    let pending = served.get("/v1/approvals?state=pending").await.json();
    let approval = &pending["approvals"][0];
    assert_eq!(approval["session_id"], id.as_str());
    let path = format!("/v1/approvals/{}", approval["id"].as_str().unwrap());
    let reply = served.post(&path, json!({ "decision": "approved", "note": "two of them" })).await;
    assert_eq!((reply.status, reply.json()["decision"].as_str()), (200, Some("approved")));
    assert_eq!(reply.json()["decided_by"], "tester", "who decided is the token, where nobody else is named");
    let no = served.post(&path, json!({ "decision": "rejected", "decided_by": "Max" })).await;
    assert_eq!((no.status, no.code().as_str()), (409, "APPROVAL_ANSWERED"));
    assert_eq!(no.json()["error"]["details"]["decided_by"], "tester");
    // What was approved is carried out before the runtime lets go.
    let shop = served.agent.shop.clone();
    served.close().await;
    assert_eq!(shop.orders().len(), 1);
}
