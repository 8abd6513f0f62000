use protocol::reply::payload_of;
use protocol::{ErrorCode, Request, WireError, payload};

use super::host::Inner;
use super::requests::{Out, forward};
use crate::agent::{Answer, Failure};
use crate::session::{Ending, Why};
use crate::store::SessionState;

impl Inner {
    /// Ends a session as `cancelled`, running or not, and answers with how it stands then.
    pub(super) async fn cancel_session(&self, request: &Request) -> Result<Answer, Failure> {
        let asked: payload::CancelSession = request.payload_as()?;
        let id = named(request, asked.session_id)?;
        let by = request.requesting_agent();
        let why = asked
            .reason
            .map_or_else(|| format!("cancelled by `{by}`"), |why| format!("cancelled by `{by}`: {why}"));
        let record = self.record(&id).await?;
        if record.state != SessionState::Open {
            return Err(ended(&id));
        }
        self.cancel_live(&id, &why).await;
        let mut record = self.record(&id).await?;
        // It did not run, or it stopped without its end being recorded.
        if record.state == SessionState::Open {
            // Nobody may begin to run it meanwhile.
            let _opening = self.opening.lock().await;
            self.cancel_live(&id, &why).await;
            record = self.record(&id).await?;
            if record.state == SessionState::Open {
                self.close_stored(&record, Ending::Cancelled(why)).await?;
                record = self.record(&id).await?;
            }
        }
        Ok(Answer::new(payload_of(&self.state_of(&record).await?)))
    }

    /// Tells a session to end if it runs here, and waits until it does not.
    async fn cancel_live(&self, id: &str, why: &str) {
        if let Some(live) = self.live().filter(|live| live.session_id == id) {
            live.cancel.cancel(Why::Asked(why.to_owned()));
            live.over().await;
        }
    }

    /// Answers with how the session stands, then sends its messages after a sequence number as they were,
    /// then the new ones.
    pub(super) async fn resume_session(&self, request: &Request, out: &Out) -> Result<(), Failure> {
        let asked: payload::ResumeSession = request.payload_as()?;
        let id = named(request, asked.session_id)?;
        let after = asked.after_seq.and_then(|seq| i64::try_from(seq).ok()).unwrap_or_default();
        let handle = self.resume(&id, after).await?;
        let state = self.state_of(&self.record(&id).await?).await?;
        let answer = Answer::new(payload_of(&state));
        if out.send(self.answered(request, protocol::Verb::ResumeSession.answer(), answer)).await.is_ok() {
            forward(handle, out).await;
        }
        Ok(())
    }
}

/// The session a request names, in its payload or beside it.
pub(super) fn named(request: &Request, in_payload: Option<String>) -> Result<String, Failure> {
    in_payload.or_else(|| request.meta().session_id().map(str::to_owned)).ok_or_else(|| {
        let message = format!("`{}` names no session", request.request_type());
        WireError::new(ErrorCode::InvalidRequest, message)
            .with_hint("name it in `payload.session_id` or `_meta.session_id`")
            .into()
    })
}

fn ended(id: &str) -> Failure {
    Failure::new(ErrorCode::SessionEnded, format!("session `{id}` has ended"))
}
