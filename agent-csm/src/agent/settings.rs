//! `[agent]` of `csm.toml`: how long things may take, and what a session may spend.

use std::num::NonZeroU32;
use std::time::Duration;

use agent_core::agent::Failure;
use agent_core::runtime::{Keeping, Options};
use agent_core::session::Budget;
use protocol::ErrorCode;
use serde::Deserialize;

use crate::workspace::Workspace;

/// The section as it is written. What is left out has no limit, or the runtime's own.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    /// Days an approval waits for its answer.
    approval_days: Option<u32>,
    /// Seconds the orchestrator has to answer the context query.
    context_seconds: Option<u32>,
    /// Seconds a session may take from its acceptance to its end.
    deadline_seconds: Option<u32>,
    /// Seconds a session may be at work.
    session_seconds: Option<u32>,
    /// Tool calls a session may make.
    tool_calls: Option<u64>,
    /// Megabytes (10^6 bytes) a session may fetch.
    fetched_megabytes: Option<u64>,
    /// Days an answered question is kept.
    question_days: Option<u32>,
    /// Answered questions that are kept, the newest.
    questions_kept: Option<u32>,
    /// Sessions that are kept whole, the newest.
    sessions_kept: Option<NonZeroU32>,
}

impl Settings {
    /// Reads the section.
    ///
    /// # Errors
    /// A key nobody knows, or a value of another type.
    pub(super) fn read(workspace: &Workspace) -> Result<Self, Failure> {
        let Some(section) = workspace.config.sections.get("agent") else { return Ok(Self::default()) };
        Self::deserialize(section.clone()).map_err(|error| {
            let problem = error.to_string();
            Failure::new(
                ErrorCode::WorkspaceInvalid,
                format!("csm.toml, section [agent]: {}", problem.trim()),
            )
            .with_hint(
                "it takes approval_days, context_seconds, deadline_seconds, session_seconds, tool_calls, \
                     fetched_megabytes, question_days, questions_kept, sessions_kept (at least 1), each a \
                     whole number",
            )
        })
    }

    /// What the workspace sets, over `options`.
    pub(super) fn apply(&self, options: Options) -> Options {
        let seconds = |seconds: u32| Duration::from_secs(u64::from(seconds));
        let days = |days: u32| Duration::from_secs(u64::from(days) * 86_400);
        let budget = Budget {
            time: self.session_seconds.map(seconds).or(options.budget.time),
            tool_calls: self.tool_calls.or(options.budget.tool_calls),
            fetched_bytes: self
                .fetched_megabytes
                .map(|megabytes| megabytes.saturating_mul(1_000_000))
                .or(options.budget.fetched_bytes),
        };
        let count = |count: u32| usize::try_from(count).unwrap_or(usize::MAX);
        let keeping = Keeping {
            questions: self.questions_kept.map_or(options.keeping.questions, count),
            question_age: self.question_days.map_or(options.keeping.question_age, days),
            sessions: self.sessions_kept.map_or(options.keeping.sessions, |kept| count(kept.get())),
        };
        Options {
            keeping,
            approval_lasts: self.approval_days.map_or(options.approval_lasts, days),
            context_deadline: self.context_seconds.map_or(options.context_deadline, seconds),
            deadline: self.deadline_seconds.map(seconds).or(options.deadline),
            budget,
            ..options
        }
    }
}
