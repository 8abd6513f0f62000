//! What people decided about sizes: `policy.json` in the workspace.

use agent_core::agent::Failure;
use agent_core::session::AskContext;
use agent_core::tool::{Read, ReadInput, ToolError};
use protocol::ErrorCode;
use serde::{Deserialize, Serialize};

pub(crate) const FILE: &str = "policy.json";

/// The rule sizes are worked out by.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Policy {
    /// Seats are proposed until at most this part of them is used, in percent.
    pub(crate) seats_used_at_most_percent: i64,
    /// Whose rule it is.
    pub(crate) decided_by: String,
}

impl Policy {
    /// The policy and its hash; no policy where people wrote none.
    pub(crate) async fn read(cx: &AskContext) -> Result<Option<(Self, String)>, Failure> {
        let read = match cx.tools().run::<Read>(ReadInput::new(FILE)).await {
            Ok(read) => read,
            Err(ToolError::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let wrong = |why: String| {
            Failure::new(ErrorCode::WorkspaceInvalid, format!("`{FILE}` cannot be used: {why}"))
                .with_hint("write it like the one in examples/sales-engineer, or remove it")
        };
        let policy: Self = serde_json::from_str(&read.text).map_err(|error| wrong(error.to_string()))?;
        if !(1..=100).contains(&policy.seats_used_at_most_percent) {
            return Err(wrong("`seats_used_at_most_percent` is from 1 to 100".to_owned()));
        }
        Ok(Some((policy, read.sha256)))
    }
}
