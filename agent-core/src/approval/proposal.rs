use std::time::Duration;

use protocol::{FigureId, Members};
use serde::Serialize;

use super::ApprovalState;
use crate::agent::Failure;
use crate::session::hash_of;
use crate::store::{ApprovalRecord, sha256_hex};

/// Longest name of an action, in bytes.
const ACTION: usize = 100;
/// Longest summary, in bytes: a sentence a person reads before deciding.
const SUMMARY: usize = 4 * 1024;
/// Most figures.
const FIGURES: usize = 100;
/// Most bytes of details, in JSON: a message of text, not a file.
const DETAILS: usize = 64 * 1024;

/// Something that is not done before a person says yes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Proposal {
    /// What would be done: `send_email`. Open; at most 100 bytes.
    pub action: String,
    /// The same with to whom and why, in a sentence a person can decide on; at most 4 KiB.
    pub summary: String,
    /// The figures it rests on; at most 100.
    pub figures: Vec<FigureId>,
    /// What exactly would happen: the text that would be sent, the row that would be written.
    /// At most 64 KiB of JSON.
    pub details: Members,
    /// For how long it waits for an answer; absent: as the runtime was configured.
    pub lasts: Option<Duration>,
}

impl Proposal {
    /// May `action` be done?
    #[must_use]
    pub fn new(action: impl Into<String>, summary: impl Into<String>) -> Self {
        Self {
            action: action.into(),
            summary: summary.into(),
            figures: Vec::new(),
            details: Members::new(),
            lasts: None,
        }
    }

    /// With the figures it rests on.
    #[must_use]
    pub fn figures(self, figures: impl IntoIterator<Item = FigureId>) -> Self {
        Self { figures: figures.into_iter().collect(), ..self }
    }

    /// With what exactly would happen.
    #[must_use]
    pub fn details(self, details: Members) -> Self {
        Self { details, ..self }
    }

    /// With for how long it waits for an answer.
    #[must_use]
    pub fn lasts(self, lasts: Duration) -> Self {
        Self { lasts: Some(lasts), ..self }
    }

    /// A proposal too large for a message to show it is a fault of the agent.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        let details = serde_json::to_string(&self.details).map_or(usize::MAX, |json| json.len());
        let sizes = [
            ("action", self.action.len(), ACTION),
            ("summary", self.summary.len(), SUMMARY),
            ("figures", self.figures.len(), FIGURES),
            ("details", details, DETAILS),
        ];
        match sizes.into_iter().find(|(_, size, most)| size > most) {
            None => Ok(()),
            Some((part, size, most)) => Err(Failure::bug(format!(
                "the {part} of the proposal to `{}` are {size} long, at most {most} can be shown",
                self.action
            ))),
        }
    }

    /// What makes two proposals the same: all of what would be done, and nothing of when it was asked.
    pub(crate) fn content(&self) -> Result<String, Failure> {
        hash_of(&(&self.action, &self.summary, &self.figures, &self.details))
    }

    /// The question as session `session_id` asks it under `key` at a time.
    ///
    /// The id is made of session, key and content: a session that is resumed before its step was recorded
    /// asks under the same one, and what is asked again after it was decided gets another.
    pub(crate) fn ask(
        self,
        tenant: &str,
        session_id: &str,
        key: &str,
        at: i64,
        otherwise: Duration,
    ) -> Result<ApprovalRecord, Failure> {
        let content = self.content()?;
        let of = format!("{}:{session_id} {}:{key} {content}", session_id.len(), key.len());
        let lasts = self.lasts.unwrap_or(otherwise);
        Ok(ApprovalRecord {
            id: format!("ap-{}", &sha256_hex(of.as_bytes())[..16]),
            tenant: tenant.to_owned(),
            session_id: session_id.to_owned(),
            key: key.to_owned(),
            content,
            action: self.action,
            summary: self.summary,
            figures: self.figures,
            details: self.details,
            state: ApprovalState::Pending,
            asked_at: at,
            expires_at: at.saturating_add(i64::try_from(lasts.as_micros()).unwrap_or(i64::MAX)),
            decided_at: None,
            decided_by: None,
            note: None,
            outcome: None,
            finished_at: None,
        })
    }
}
