use protocol::StatusMessage;

use super::context::SessionContext;
use super::outcome::Outcome;
use crate::agent::Failure;
use crate::approval::{ApprovalState, Proposal, asked};
use crate::store::{ApprovalFilter, ApprovalRecord, Withdrawal};

impl SessionContext {
    /// Asks people whether something may be done, once, and goes on.
    ///
    /// The question, the `awaiting_approval` message and the step `approval/<key>` become true at once; a resumed
    /// session asks nothing anew. Where the same thing was proposed before and is still pending, or is approved
    /// and not done yet, that question stands for this one. What was decided, and proposed again, is asked again.
    ///
    /// What is returned is how the approval stood when the step was recorded, so that a resumed session goes on
    /// with the same; [`super::AskContext::approval`] tells how it stands now.
    pub async fn propose(&self, key: &str, proposal: Proposal) -> Result<ApprovalRecord, Failure> {
        proposal.check()?;
        let input = proposal.clone();
        self.step(&format!("approval/{key}"), &input, |cx| async move {
            let ground = &cx.ground;
            let at = ground.clock.now_micros();
            let there = ground.store.standing_approval(&ground.tenant, &proposal.content()?, at).await?;
            if let Some(there) = there {
                // Within one session the question was said when it was first asked.
                let say = there.state == ApprovalState::Pending && there.session_id != cx.id();
                let message = StatusMessage::awaiting_approval(cx.agent_name(), &asked(&there));
                let outcome = Outcome::new(there);
                return Ok(if say { outcome.say(message) } else { outcome });
            }
            let approval = proposal.ask(&ground.tenant, cx.id(), key, at, ground.approval_lasts)?;
            let message = StatusMessage::awaiting_approval(cx.agent_name(), &asked(&approval));
            let mut outcome = Outcome::new(approval.clone()).say(message);
            outcome.approvals.push(approval);
            Ok(outcome)
        })
        .await
    }
}

impl SessionContext {
    /// Takes back a question of an earlier session, because what it rested on is so no more: `because` says what, in a
    /// sentence, and is what whoever answers is told. An answer that came first stands.
    ///
    /// # Errors
    /// A store that cannot be written.
    pub async fn withdraw(&self, id: &str, because: &str) -> Result<(), Failure> {
        let taken_back = Withdrawal { id: id.to_owned(), because: because.to_owned() };
        self.step(&format!("withdraw/{id}"), &because, |_| async move {
            let mut outcome = Outcome::new(());
            outcome.withdrawn.push(taken_back);
            Ok(outcome)
        })
        .await
    }
}

impl super::AskContext {
    /// Everything that waits for an answer now, newest first, whichever session asked it.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub async fn pending_approvals(&self) -> Result<Vec<ApprovalRecord>, Failure> {
        let at = self.ground.clock.now_micros();
        let filter = ApprovalFilter::standing(ApprovalState::Pending).limit(usize::MAX);
        Ok(self.ground.store.approvals(&self.ground.tenant, &filter, at).await?)
    }

    /// An approval as it stands now; `None` when there is no such approval.
    pub async fn approval(&self, id: &str) -> Result<Option<ApprovalRecord>, Failure> {
        let at = self.ground.clock.now_micros();
        Ok(self.ground.store.approval(&self.ground.tenant, id, at).await?)
    }
}
