use std::sync::Arc;

use protocol::reply::{SessionState, payload_of};
use protocol::{ErrorCode, Request, WireError, payload};

use super::host::{Inner, Runtime};
use super::requests::{Out, forward};
use crate::agent::{Answer, Failure};
use crate::session::{Ending, Why};
use crate::store::SessionState as Stored;

impl Runtime {
    /// Ends a session as `cancelled`, running or not, for `by`, and says how it stands then.
    ///
    /// Fails with `SESSION_ENDED` when it had ended before, `SESSION_UNKNOWN` when there is none.
    pub async fn cancel(
        &self,
        session_id: &str,
        by: &str,
        reason: Option<&str>,
    ) -> Result<SessionState, WireError> {
        self.inner.cancel(session_id, by, reason).await.map_err(Failure::into_error)
    }

    /// How a session stands.
    pub async fn session_state(&self, session_id: &str) -> Result<SessionState, WireError> {
        let state = async { self.inner.state_of(&self.inner.record(session_id).await?).await };
        state.await.map_err(Failure::into_error)
    }
}

impl Inner {
    /// Ends a session as `cancelled`, running or not, and answers with how it stands then.
    pub(super) async fn cancel_session(&self, request: &Request) -> Result<Answer, Failure> {
        let asked: payload::CancelSession = request.payload_as()?;
        let id = named(request, asked.session_id)?;
        let state = self.cancel(&id, request.requesting_agent(), asked.reason.as_deref()).await?;
        Ok(Answer::new(payload_of(&state)))
    }

    async fn cancel(&self, id: &str, by: &str, reason: Option<&str>) -> Result<SessionState, Failure> {
        let why = match reason {
            None => format!("cancelled by `{by}`"),
            Some(reason) => format!("cancelled by `{by}`: {reason}"),
        };
        let record = self.record(id).await?;
        if record.state != Stored::Open {
            return Err(ended(id));
        }
        self.cancel_live(id, &why).await;
        let mut record = self.record(id).await?;
        // It did not run, or it stopped without its end being recorded.
        if record.state == Stored::Open {
            // Nobody may begin to run it meanwhile.
            let _opening = self.opening.lock().await;
            self.cancel_live(id, &why).await;
            record = self.record(id).await?;
            if record.state == Stored::Open {
                self.close_stored(&record, Ending::Cancelled(why)).await?;
                record = self.record(id).await?;
            }
        }
        self.state_of(&record).await
    }

    /// Tells a session to end if it runs here, and waits until it does not.
    async fn cancel_live(&self, id: &str, why: &str) {
        if let Some(live) = self.live.get(id) {
            live.cancel.cancel(Why::Asked(why.to_owned()));
            live.over().await;
        }
    }

    /// Answers with how the session stands, then sends its messages after a sequence number as they were,
    /// then the new ones.
    pub(super) async fn resume_session(
        self: &Arc<Self>,
        request: &Request,
        out: &Out,
    ) -> Result<(), Failure> {
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
