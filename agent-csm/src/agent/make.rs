//! Everything a session hands over, made from what it found. It takes seconds on a large book and blocks.

use agent_core::agent::Failure;
use protocol::ErrorCode;

use super::dataset::Ready;
use crate::assessment::Analysis;
use crate::deliverable::{self, Deliverable, Handoff, Placing, Snapshot};
use crate::markup::markdown_text;
use crate::outreach::{Draft, drafts};
use crate::phases::{Craft, growth, implementation};
use crate::play::Action;

/// What [`make`] made.
pub(super) struct Made {
    /// What it was made from.
    pub(super) analysis: Analysis,
    /// Requests for peers.
    pub(super) handoffs: Vec<Handoff>,
    /// Files, in the order they are placed.
    pub(super) files: Vec<Deliverable>,
    /// Messages that wait for a person to release them.
    pub(super) drafts: Vec<Draft>,
    /// Every action, the most pressing first.
    pub(super) queue: Vec<Action>,
    /// What the next session is compared with.
    pub(super) snapshot: Snapshot,
}

/// Plans, growth, files and drafts; `newest` is the last snapshot of the workspace.
///
/// # Errors
/// A template that cannot be filled, a draft that makes no message.
pub(super) fn make(
    analysis: Analysis,
    ready: &Ready,
    craft: &Craft,
    newest: Option<&Snapshot>,
) -> Result<Made, Failure> {
    let baseline = Snapshot::baseline(&analysis, newest);
    let plans = implementation(&analysis, craft, baseline);
    let mut growth = growth(&analysis, &plans, craft);
    growth.handoffs.iter_mut().filter(|it| ready.peers.contains(&it.peer)).for_each(|it| it.will_be_sent());
    let unfit =
        |error: deliverable::TemplateError| Failure::new(ErrorCode::KnowledgeInvalid, error.to_string());
    let mut files = deliverable::deliverables(&analysis, &plans, &growth, craft, baseline).map_err(unfit)?;
    files.push(Deliverable {
        path: "out/data-quality.md".to_owned(),
        bytes: quality(ready, &analysis).into_bytes(),
        placing: Placing::SetAside,
    });
    let drafts = drafts(&analysis, &plans.queue, &craft.templates).map_err(unfit)?;
    for draft in &drafts {
        let file =
            draft.file().map_err(|error| Failure::bug(format!("a draft cannot be written: {error}")))?;
        files.push(file);
    }
    let snapshot = Snapshot::of(&analysis, &plans, newest);
    Ok(Made { handoffs: growth.handoffs, files, drafts, queue: plans.queue, snapshot, analysis })
}

/// The quality report of the data, and what could not be placed of what people and pages said.
fn quality(ready: &Ready, analysis: &Analysis) -> String {
    let mut text = ready.report.render() + &analysis.checks.render();
    let problems = &analysis.people.problems;
    if !problems.is_empty() {
        text.push_str("\n## Notes and pages\n\n");
        for problem in problems {
            text.push_str(&format!("- {}\n", markdown_text(problem)));
        }
    }
    text
}
