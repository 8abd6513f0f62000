use std::sync::Arc;

use futures_util::{StreamExt, stream};
use protocol::payload::{ApprovalState, Decision};
use protocol::reply::{AnsweredApproval, Approvals, payload_of};
use protocol::{ErrorCode, Request, WireError, payload};
use serde_json::Value;

use super::clock::rfc3339;
use super::host::{Inner, Runtime};
use crate::agent::{Answer, Failure};
use crate::approval::{Carrier, Shown, check_hash, fitting, told};
use crate::store::{Answered, ApprovalAnswer, ApprovalFilter, ApprovalRecord};

/// Longest name of who decides, in bytes.
const NAME: usize = 200;
/// Longest note, in bytes.
const NOTE: usize = 4 * 1024;
/// How many approvals one request can list.
const MOST: usize = 1_000;
/// How many approvals are carried out side by side at a start.
const SIDE_BY_SIDE: usize = 4;

impl Runtime {
    /// What people were asked to decide, newest first, as it stands now.
    pub async fn approvals(&self, filter: ApprovalFilter) -> Result<Vec<ApprovalRecord>, WireError> {
        self.inner.approvals(&filter).await.map_err(Failure::into_error)
    }

    /// One approval as it stands now.
    ///
    /// # Errors
    /// `APPROVAL_UNKNOWN` when there is none of that id.
    pub async fn approval(&self, id: &str) -> Result<ApprovalRecord, WireError> {
        self.inner.approval(id).await.map_err(Failure::into_error)
    }

    /// One approval with what it is about as that stands now, where it lies in a file.
    ///
    /// # Errors
    /// `APPROVAL_UNKNOWN` when there is none of that id.
    pub async fn shown(&self, id: &str) -> Result<(ApprovalRecord, Option<Shown>), WireError> {
        self.inner.shown(id).await.map_err(Failure::into_error)
    }

    /// Records the answer of a person, then lets what was approved be carried out by a task of this runtime,
    /// which [`Runtime::close`] waits for.
    ///
    /// The first answer stands. The same answer again is no error; on an approval that was not carried out yet
    /// it tries again.
    ///
    /// # Errors
    /// `APPROVAL_UNKNOWN`, `APPROVAL_ANSWERED` when another answer stands, `APPROVAL_EXPIRED` when nobody
    /// answered in time, `APPROVAL_WITHDRAWN` when a later session took it back, `APPROVAL_CHANGED` when a yes is to
    /// something else than lies there now, `INVALID_REQUEST` when nobody is named or a text is too long.
    pub async fn answer_approval(
        &self,
        id: &str,
        answer: ApprovalAnswer,
    ) -> Result<ApprovalRecord, WireError> {
        self.inner.answer_approval(id, answer).await.map_err(Failure::into_error)
    }

    /// Carries out what was approved and not carried out when the process ended: what a program does when it
    /// starts. Returns how many were taken on; a task of this runtime carries them out.
    pub async fn carry_out_approved(&self) -> Result<usize, WireError> {
        self.inner.carry_out_approved().await.map_err(Failure::into_error)
    }

    /// Waits until this process is no longer carrying an approval out, and returns how it stands then.
    ///
    /// # Errors
    /// `APPROVAL_UNKNOWN` when there is none of that id.
    pub async fn carried_out(&self, id: &str) -> Result<ApprovalRecord, WireError> {
        loop {
            let mut changed = std::pin::pin!(self.inner.carrying.changed.notified());
            changed.as_mut().enable();
            if !self.inner.carrying.has(id) {
                return self.approval(id).await;
            }
            changed.await;
        }
    }
}

impl Inner {
    /// What waits longer than it should is written down as expired before anything is told of it.
    async fn approvals(&self, filter: &ApprovalFilter) -> Result<Vec<ApprovalRecord>, Failure> {
        let (store, tenant, at) = (&self.ground.store, &self.ground.tenant, self.now());
        let expired = store.expire_approvals(tenant, at).await?;
        (0..expired).for_each(|_| self.ground.meter.approval("expired"));
        Ok(store.approvals(tenant, filter, at).await?)
    }

    async fn approval(&self, id: &str) -> Result<ApprovalRecord, Failure> {
        let there = self.ground.store.approval(&self.ground.tenant, id, self.now()).await?;
        there.ok_or_else(|| unknown(id))
    }

    async fn shown(&self, id: &str) -> Result<(ApprovalRecord, Option<Shown>), Failure> {
        let record = self.approval(id).await?;
        let shown = self.agent.shown(&record, &self.ask()).await?;
        Ok((record, shown))
    }

    /// Binds a yes to what was shown: the answer then holds what an edited text makes of the details.
    async fn bind(&self, id: &str, answer: &mut ApprovalAnswer) -> Result<(), Failure> {
        answer.details = None;
        let record = self.approval(id).await?;
        if answer.decision != Decision::Approved || record.state != ApprovalState::Pending {
            return Ok(());
        }
        let sha256 = answer.sha256.as_deref();
        match self.agent.shown(&record, &self.ask()).await? {
            Some(shown) => answer.details = shown.approved(&record, sha256)?,
            None => check_hash(&record, sha256)?,
        }
        Ok(())
    }

    async fn answer_approval(&self, id: &str, mut answer: ApprovalAnswer) -> Result<ApprovalRecord, Failure> {
        check(&answer)?;
        self.bind(id, &mut answer).await?;
        let (store, tenant) = (&self.ground.store, &self.ground.tenant);
        let record = match store.answer_approval(tenant, id, &answer, self.now()).await? {
            None => return Err(unknown(id)),
            Some(Answered::Expired(record)) => return Err(expired(&record)),
            Some(Answered::Otherwise(record)) => return Err(answered(&record)),
            Some(Answered::Withdrawn(record)) => return Err(withdrawn(&record)),
            Some(Answered::Now(record)) => {
                self.ground.meter.approval(record.state.as_str());
                record
            }
            Some(Answered::Before(record)) => record,
        };
        if record.state == ApprovalState::Approved {
            self.carry_out(vec![record.id.clone()]);
        }
        Ok(record)
    }

    pub(super) async fn carry_out_approved(&self) -> Result<usize, Failure> {
        let filter = ApprovalFilter::standing(ApprovalState::Approved).limit(usize::MAX);
        let approved = self.approvals(&filter).await?;
        Ok(self.carry_out(approved.into_iter().map(|approval| approval.id).collect()))
    }

    /// Takes these on unless they are already, or the runtime is stopping; how many.
    fn carry_out(&self, ids: Vec<String>) -> usize {
        if self.tasks.is_closed() {
            return 0;
        }
        let begun: Vec<_> = ids.iter().filter_map(|id| self.carrying.begin(id)).collect();
        let taken = begun.len();
        if taken > 0 {
            let carrier = Carrier {
                agent: Arc::clone(&self.agent),
                ground: Arc::clone(&self.ground),
                ask: self.ask(),
                locks: self.lock.path().with_file_name("carrying"),
                interrupt: self.terms.interrupt.clone(),
                tasks: self.tasks.clone(),
            };
            self.tasks.spawn(async move {
                stream::iter(begun).for_each_concurrent(SIDE_BY_SIDE, |begun| carrier.run(begun)).await;
            });
        }
        taken
    }

    /// Serves `answer_approval`.
    pub(super) async fn serve_answer(&self, request: &Request) -> Result<Answer, Failure> {
        // Who decides is left out or said: a caller that does not know it does not decide.
        if request.payload().is_some_and(|payload| payload.get("decided_by").is_some_and(Value::is_null)) {
            return Err(nobody());
        }
        let payload: payload::AnswerApproval = request.payload_as()?;
        let decided_by = payload.decided_by.unwrap_or_else(|| request.requesting_agent().to_owned());
        let (note, sha256) = (payload.note, payload.sha256);
        let answer = ApprovalAnswer { note, sha256, ..ApprovalAnswer::new(payload.decision, decided_by) };
        let record = self.answer_approval(&payload.approval_id, answer).await?;
        let reply = AnsweredApproval::new(
            record.id,
            payload.decision,
            record.decided_by.unwrap_or_default(),
            rfc3339(record.decided_at.unwrap_or_default()),
        );
        Ok(Answer::new(payload_of(&reply)))
    }

    /// Serves `list_approvals`.
    pub(super) async fn list_approvals(&self, request: &Request) -> Result<Answer, Failure> {
        let asked: payload::ListApprovals = request.payload_as()?;
        let mut filter = ApprovalFilter { state: asked.state, ..ApprovalFilter::default() };
        if let Some(limit) = asked.limit {
            filter = filter.limit(usize::try_from(limit).unwrap_or(MOST).min(MOST));
        }
        let (listed, left_out) = fitting(self.approvals(&filter).await?.iter().map(told).collect());
        let mut reply = Approvals::new(listed);
        reply.left_out = (left_out > 0).then(|| u64::try_from(left_out).unwrap_or(u64::MAX));
        Ok(Answer::new(payload_of(&reply)))
    }
}

/// An answer is recorded with who gave it, and shown to people.
fn check(answer: &ApprovalAnswer) -> Result<(), Failure> {
    let invalid = |message: String| Err(Failure::new(ErrorCode::InvalidRequest, message));
    // Blanks and marks that nobody sees are no name.
    if !answer.decided_by.contains(char::is_alphanumeric) {
        return Err(nobody());
    }
    let note = answer.note.as_ref().map_or(0, String::len);
    for (member, size, most) in [("decided_by", answer.decided_by.len(), NAME), ("note", note, NOTE)] {
        if size > most {
            return invalid(format!("`{member}` is {size} bytes long, at most {most} are kept"));
        }
    }
    Ok(())
}

fn nobody() -> Failure {
    Failure::new(ErrorCode::InvalidRequest, "`decided_by` names nobody")
        .with_hint("say who decides, or leave it out where the one who asks decides")
}

fn unknown(id: &str) -> Failure {
    // What was asked for may be anything at all.
    let id: String = id.chars().take(100).collect();
    Failure::new(ErrorCode::ApprovalUnknown, format!("no approval `{id}` in this workspace"))
}

fn expired(record: &ApprovalRecord) -> Failure {
    let (id, at) = (&record.id, rfc3339(record.expires_at));
    WireError::new(ErrorCode::ApprovalExpired, format!("approval `{id}` expired at {at}: nobody answered"))
        .with_detail("expired_at", at)
        .into()
}

fn withdrawn(record: &ApprovalRecord) -> Failure {
    let (id, at) = (&record.id, rfc3339(record.finished_at.unwrap_or_default()));
    let because = record.note.clone().unwrap_or_default();
    let message = format!("approval `{id}` was withdrawn at {at}: {because}");
    WireError::new(ErrorCode::ApprovalWithdrawn, message)
        .with_detail("withdrawn_at", at)
        .with_detail("because", because)
        .into()
}

fn answered(record: &ApprovalRecord) -> Failure {
    let decision = match record.state.decision() {
        Some(Decision::Approved) => "approved",
        Some(Decision::Rejected) | None => "rejected",
    };
    let by = record.decided_by.clone().unwrap_or_default();
    let at = rfc3339(record.decided_at.unwrap_or_default());
    let message = format!("approval `{}` was {decision} by `{by}` at {at}", record.id);
    WireError::new(ErrorCode::ApprovalAnswered, message)
        .with_detail("decision", decision)
        .with_detail("decided_by", by)
        .with_detail("decided_at", at)
        .into()
}
