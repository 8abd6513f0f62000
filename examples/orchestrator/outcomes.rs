//! What came of every hand-off, in the words of the agent that made it.

use serde::Serialize;
use serde_json::Value;

/// One hand-off.
#[derive(Debug, Serialize)]
pub(crate) struct Outcome {
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) subject: String,
    pub(crate) outcome: String,
    pub(crate) reason: String,
}

impl Outcome {
    /// Those that a `completed` message lists.
    pub(crate) fn of(message: &Value) -> Vec<Self> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let handoffs = message["handoffs"].as_array().cloned().unwrap_or_default();
        handoffs
            .iter()
            .map(|handoff| Self {
                from: text(&message["agent"]),
                to: text(&handoff["peer"]),
                subject: text(&handoff["subject"]),
                outcome: text(&handoff["outcome"]),
                // Where there is no reason, the peer's closing words say what it did.
                reason: handoff["reason"]
                    .as_str()
                    .or(handoff["message"].as_str())
                    .unwrap_or_default()
                    .to_owned(),
            })
            .collect()
    }

    /// A row of the table.
    pub(crate) fn row(&self) -> Vec<String> {
        vec![self.from.clone(), self.to.clone(), self.outcome.clone(), self.reason.clone()]
    }
}
