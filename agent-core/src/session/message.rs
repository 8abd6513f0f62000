use protocol::{Outgoing, Request, Status, StatusMessage};
use serde_json::Value;

use crate::agent::Failure;
use crate::runtime::rfc3339;
use crate::store::{SessionRecord, StoreError};

/// The request that opened a stored session.
pub(crate) fn request_of(record: &SessionRecord) -> Result<Request, Failure> {
    let Value::Object(members) = record.request.clone() else {
        return Err(StoreError::Corrupt { what: "sessions.request", source: None }.into());
    };
    Ok(Request::read(members)?)
}

/// What a session puts into the `_meta` of its messages.
#[derive(Clone, Debug)]
pub(crate) struct Stamp {
    pub(crate) session_id: String,
    pub(crate) in_reply_to: Option<String>,
}

impl Stamp {
    /// The stamp of a stored session: its messages answer the request that opened it.
    pub(crate) fn of(record: &SessionRecord) -> Self {
        let request_id = record.request.get("_meta").and_then(|meta| meta.get("request_id"));
        Self::new(&record.id, request_id.and_then(Value::as_str))
    }

    /// The stamp of a session that was opened by the request of this name.
    pub(crate) fn new(session_id: &str, request_id: Option<&str>) -> Self {
        Self { session_id: session_id.to_owned(), in_reply_to: request_id.map(str::to_owned) }
    }

    /// A message as it is journaled: with its session, place, cause and time.
    pub(crate) fn journaled(&self, mut message: Outgoing, seq: i64, at: i64) -> Outgoing {
        let seq = u64::try_from(seq).unwrap_or_default();
        self.fill(&mut message);
        message.meta_mut().set("seq", seq).set("at", rfc3339(at));
        message
    }

    /// A tick: no place in the session, and so never replayed.
    pub(crate) fn tick(
        &self,
        agent: &str,
        status: Status,
        phase: Option<&str>,
        percent: u8,
        note: &str,
    ) -> Outgoing {
        let mut message = Outgoing::Status(StatusMessage::tick(agent, status, percent, note));
        self.fill(&mut message);
        set_phase(&mut message, phase);
        message
    }

    fn fill(&self, message: &mut Outgoing) {
        let meta = message.meta_mut();
        meta.set("session_id", self.session_id.as_str());
        if let Some(request_id) = &self.in_reply_to {
            meta.set("in_reply_to", request_id.as_str());
        }
    }
}

/// Names the phase of a message that does not name one itself.
pub(crate) fn set_phase(message: &mut Outgoing, phase: Option<&str>) {
    if let Some(phase) = phase
        && message.meta().phase().is_none()
    {
        message.meta_mut().set("phase", phase);
    }
}
