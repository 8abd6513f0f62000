//! Messages to customers: proposed by a session, released once a person has approved.

use agent_core::agent::Failure;
use agent_core::approval::{ApprovalRecord, Proposal};
use agent_core::session::{AskContext, SessionContext};
use agent_core::tool::{Write, WriteInput, sha256};
use protocol::{ErrorCode, FigureId, Members};
use serde::Deserialize;
use serde_json::json;

use super::messages::members;
use crate::outreach::{Draft, Written};

/// The one thing that is proposed: a message to a customer.
const SEND_MESSAGE: &str = "send_message";

/// What an approval holds: the message whole, so that what was approved is what is released.
#[derive(Deserialize)]
struct Details {
    message: Written,
}

/// Asks for each draft; what waits already is not asked for again.
pub(super) async fn propose(cx: &SessionContext, drafts: &[Draft]) -> Result<(), Failure> {
    for draft in drafts {
        let details = members(&json!({
            "account_id": draft.account_id,
            "account": draft.account,
            "draft": draft.path(),
            "would": "put this message into out/outbox, for the team's own mail system to send",
            "message": draft.written,
        }))?;
        let proposal = Proposal::new(SEND_MESSAGE, draft.summary())
            .figures(draft.figure.as_deref().map(FigureId::from))
            .details(details);
        cx.propose(&format!("propose/{}", draft.action), proposal).await?;
    }
    Ok(())
}

/// Puts an approved message into the outbox. Repeating it writes the same file with the same bytes.
pub(super) async fn carry_out(approval: &ApprovalRecord, cx: &AskContext) -> Result<Members, Failure> {
    if approval.action != SEND_MESSAGE {
        let message = format!("this agent cannot do `{}`", approval.action);
        return Err(Failure::new(ErrorCode::Forbidden, message));
    }
    let details = serde_json::Value::Object(approval.details.clone());
    let Details { message } = Details::deserialize(details)
        .map_err(|error| Failure::bug(format!("approval `{}` holds no message: {error}", approval.id)))?;
    let eml = message.eml().map_err(|error| Failure::bug(format!("a message cannot be written: {error}")))?;
    let path = format!("out/outbox/{}.eml", approval.id);
    cx.tools().run::<Write>(WriteInput::new(&path, &eml)).await?;
    members(&json!({ "path": path, "sha256": sha256(eml.as_bytes()) }))
}
