use async_trait::async_trait;
use protocol::{ErrorCode, Figure, Members, Request, Status, WireError};
use serde_json::Value;

use super::{Answer, Completion, Failure, Pin};
use crate::approval::Shown;
use crate::definition::AgentDefinition;
use crate::session::{AskContext, SessionContext};
use crate::store::ApprovalRecord;

/// An agent: what it reads to answer, and the work of its sessions.
///
/// Everything it does to the world goes through the contexts it is handed.
/// It must be deterministic within a pin: no clock, no chance, no order that depends on hashing.
#[async_trait]
pub trait Agent: Send + Sync + 'static {
    /// Its definition file; the name in it stands in every message.
    fn definition(&self) -> &AgentDefinition;

    /// The request type that opens a session, or asks a question: `get_weather_context`.
    fn request_type(&self) -> &str;

    /// The response type of that request: `weather_context`.
    fn response_type(&self) -> &str;

    /// Further request types it answers by reading, without a session.
    fn reads(&self) -> &[&str] {
        &[]
    }

    /// Whether a request of [`Agent::request_type`] is only a question: answered, closed, nothing written.
    /// By default it is one when it names no phase: `"phases": []`.
    fn is_question(&self, request: &Request) -> Result<bool, WireError> {
        Ok(request.phases()?.is_some_and(|phases| phases.is_empty()))
    }

    /// The members that `progress` has under `status` whatever is known, each with `null`: a message of that status
    /// that does not bring them gets what the session last told of them. By default none.
    fn empty_progress(&self, _status: &Status) -> Members {
        Members::new()
    }

    /// Takes the hash of everything the work depends on: data, what people wrote, knowledge,
    /// configuration, dates, version. A failure ends the session `failed`.
    async fn pin(&self, request: &Request, cx: &AskContext) -> Result<Pin, Failure>;

    /// Answers a question. Nothing is written.
    async fn answer(&self, request: &Request, pin: &Pin, cx: &AskContext) -> Result<Answer, Failure>;

    /// Does the work of a session, in steps. Called again from the start when the session is resumed:
    /// steps that are recorded are skipped.
    async fn work(&self, request: &Request, pin: &Pin, cx: &SessionContext) -> Result<Completion, Failure>;

    /// Answers one of [`Agent::reads`]; called for no other type.
    async fn read(&self, request: &Request, cx: &AskContext) -> Result<Answer, Failure>;

    /// Request types it sends itself to whoever offers to answer them: see [`SessionContext::ask_context`].
    fn asks(&self) -> &[&str] {
        &[]
    }

    /// What `approval` is about as it stands now, where that lies in a file that people may edit; by default
    /// there is no such file, and the approval itself is all there is to read.
    ///
    /// A yes is refused when this is not what was shown, and recorded with the text when it is.
    async fn shown(&self, _approval: &ApprovalRecord, _cx: &AskContext) -> Result<Option<Shown>, Failure> {
        Ok(None)
    }

    /// Does what a person approved: see [`SessionContext::propose`]. Returns what is to be said of it.
    ///
    /// Called at least once for each approval, again after a crash before its outcome was recorded: whatever it
    /// does outside must bear repeating under the idempotency key `approval.id`.
    /// Tools that always ask may run here and nowhere else. A failure is recorded as the outcome.
    async fn carry_out(&self, approval: &ApprovalRecord, _cx: &AskContext) -> Result<Members, Failure> {
        let (name, action) = (&self.definition().name, &approval.action);
        Err(Failure::new(
            ErrorCode::Forbidden,
            format!("`{name}` carries nothing out: `{action}` was not done"),
        )
        .with_hint("a person has to do it; the decision is recorded"))
    }

    /// At most `limit` of the rows behind a figure, for `explain_figure`; `None` when the format of the
    /// rows is not one the agent can show. Rows in `ndjson` are shown when this is not overridden.
    fn rows(&self, figure: &Figure, bytes: &[u8], limit: usize) -> Option<Vec<Members>> {
        let evidence = figure.evidence.as_ref()?;
        if evidence.format != "ndjson" {
            return None;
        }
        let lines = std::str::from_utf8(bytes).ok()?.lines().take(limit);
        lines
            .map(|line| match serde_json::from_str(line) {
                Ok(Value::Object(row)) => Some(row),
                _ => None,
            })
            .collect()
    }

    /// The file that defines a figure, as it was when the figure was computed, if that is still known.
    fn definition_text(&self, _figure: &Figure) -> Option<String> {
        None
    }
}
