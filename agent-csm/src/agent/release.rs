//! Messages to customers: proposed by a session, released once a person has approved.

use std::collections::BTreeSet;

use agent_core::agent::Failure;
use agent_core::approval::{ApprovalRecord, Proposal, Shown, approved_text};
use agent_core::session::{AskContext, SessionContext};
use agent_core::tool::{Read, ReadInput, ToolError, Write, WriteInput, sha256};
use protocol::{ErrorCode, FigureId, Members};
use serde::Deserialize;
use serde_json::json;

use super::messages::members;
use crate::assessment::Analysis;
use crate::outreach::{Draft, Proposed, Written, stale};
use crate::play::Action;

/// The one thing that is proposed: a message to a customer.
const SEND_MESSAGE: &str = "send_message";
/// What the name of a question begins with; the key of its action follows.
const PROPOSE: &str = "propose/";

/// What an approval holds: the message whole, so that what was approved is what is released.
#[derive(Deserialize)]
struct Details {
    account_id: String,
    account: String,
    /// Where the draft lies for people to read and edit.
    draft: String,
    message: Written,
}

fn details(approval: &ApprovalRecord) -> Result<Details, Failure> {
    Details::deserialize(serde_json::Value::Object(approval.details.clone()))
        .map_err(|error| Failure::bug(format!("approval `{}` holds no message: {error}", approval.id)))
}

fn unfit(error: &std::io::Error) -> Failure {
    Failure::bug(format!("a message cannot be written: {error}"))
}

/// The draft as it lies there now; `None` for what this agent never proposed.
pub(super) async fn shown(approval: &ApprovalRecord, cx: &AskContext) -> Result<Option<Shown>, Failure> {
    if approval.action != SEND_MESSAGE {
        return Ok(None);
    }
    let Details { draft: path, message, .. } = details(approval)?;
    let proposed = sha256(message.eml().map_err(|error| unfit(&error))?.as_bytes());
    let text = match cx.tools().run::<Read>(ReadInput::new(&path).limit(usize::MAX)).await {
        Ok(read) if read.next_offset.is_none() && !read.lossy && !read.cut => Some(read.text),
        Ok(_) => {
            let message = format!("`{path}` is too long for a message, or not UTF-8");
            return Err(Failure::new(ErrorCode::InvalidRequest, message)
                .with_hint("correct the draft, or reject the approval"));
        }
        // A link that leads nowhere or out of the workspace is no draft either.
        Err(ToolError::NotFound { .. } | ToolError::Refused { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    Ok(Some(Shown { path, proposed, text }))
}

/// Asks for each draft; what waits already is not asked for again. What earlier sessions asked, and this one does not
/// ask any more, is withdrawn with the reason; what was proposed for a later day stays when a session looks back.
pub(super) async fn propose(
    cx: &SessionContext,
    drafts: &[Draft],
    analysis: &Analysis,
    queue: &[Action],
) -> Result<(), Failure> {
    let mut standing = BTreeSet::new();
    for draft in drafts {
        let eml = draft.written.eml().map_err(|error| unfit(&error))?;
        let details = members(&json!({
            "account_id": draft.account_id,
            "account": draft.account,
            "draft": draft.path,
            "sha256": sha256(eml.as_bytes()),
            "would": "put this message into out/outbox, for the team's own mail system to send",
            "message": draft.written,
        }))?;
        let proposal = Proposal::new(SEND_MESSAGE, draft.summary())
            .figures(draft.figure.as_deref().map(FigureId::from))
            .details(details);
        standing.insert(cx.propose(&format!("{PROPOSE}{}", draft.action), proposal).await?.id);
    }
    for waiting in cx.pending_approvals().await? {
        if waiting.action != SEND_MESSAGE || standing.contains(&waiting.id) {
            continue;
        }
        let Ok(Details { account_id, account, message, .. }) = details(&waiting) else { continue };
        if message.on > analysis.as_of {
            continue;
        }
        let proposed = Proposed {
            account_id: &account_id,
            account: &account,
            action: waiting.key.strip_prefix(PROPOSE).unwrap_or(&waiting.key),
            written: &message,
        };
        cx.withdraw(&waiting.id, &stale(proposed, analysis, queue, drafts)).await?;
    }
    Ok(())
}

/// Puts an approved message into the outbox. Repeating it writes the same file with the same bytes.
pub(super) async fn carry_out(approval: &ApprovalRecord, cx: &AskContext) -> Result<Members, Failure> {
    if approval.action != SEND_MESSAGE {
        let message = format!("this agent cannot do `{}`", approval.action);
        return Err(Failure::new(ErrorCode::Forbidden, message));
    }
    let eml = match approved_text(approval) {
        Some(edited) => edited.to_owned(),
        None => details(approval)?.message.eml().map_err(|error| unfit(&error))?,
    };
    let path = format!("out/outbox/{}.eml", approval.id);
    cx.tools().run::<Write>(WriteInput::new(&path, &eml)).await?;
    members(&json!({ "path": path, "sha256": sha256(eml.as_bytes()) }))
}
