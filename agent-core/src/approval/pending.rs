use protocol::Approval;

use super::{ApprovalFilter, ApprovalState, asked, fitting};
use crate::agent::{Completion, Failure};
use crate::session::Ground;

/// How many pending approvals a delivery lists at most.
const LISTED: usize = 100;

/// Lists in a delivery what still waits for a decision in the workspace, whichever session asked it.
///
/// The runtime does so as the session ends, so that no agent can forget it.
pub(crate) async fn list_pending(ground: &Ground, completion: &mut Completion) -> Result<(), Failure> {
    let at = ground.clock.now_micros();
    let filter = ApprovalFilter::standing(ApprovalState::Pending).limit(LISTED);
    let pending = ground.store.approvals(&ground.tenant, &filter, at).await?;
    let (pending, left_out): (Vec<Approval>, usize) = fitting(pending.iter().map(asked).collect());
    completion.delivery.approvals = pending;
    if left_out > 0 {
        completion.meta.set("approvals_left_out", left_out);
    }
    Ok(())
}
