//! What the steps of a session need, read once.

use std::path::{Path, PathBuf};

use agent_core::agent::Failure;
use agent_core::context::Claim;
use agent_core::definition::AgentDefinition;
use agent_core::session::AskContext;
use serde_json::Value;

use super::ask::Shelf;
use super::dataset::Ready;
use super::fault::{invalid_knowledge, invalid_workspace, refused};
use super::fingerprint::Fingerprints;
use crate::churn::Stored;
use crate::engine::Beside;
use crate::knowledge::Knowledge;
use crate::phases::{Assessed, Craft, analysis};
use crate::workspace::Workspace;

/// The one agent of this program.
const NAME: &str = "customer-success-manager";
/// The context a session asks for first, as the role description has it.
pub(super) const CONTEXT: &str = "get_customer_context";
/// The query it asks with, word for word.
pub(super) const QUERY: &str = "Customer context needed: account segments, product usage, health metrics, churn \
                                risks, growth opportunities, and success goals.";
/// The member of a customer context that can set goals.
const GOALS: &str = "success_goals";
/// Longest claim that is repeated, in characters.
const CLAIM: usize = 2_000;

/// A workspace's knowledge, and the agent's definition.
pub(super) struct Craftsman {
    pub(super) root: PathBuf,
    pub(super) definition: AgentDefinition,
    pub(super) knowledge: Knowledge,
    pub(super) craft: Craft,
    pub(super) fingerprints: Fingerprints,
    /// The newest session's book, as questions read it.
    pub(super) shelf: Shelf,
}

impl Craftsman {
    /// Reads the definition and the knowledge for the workspace at `root`.
    pub(super) fn open(root: &Path) -> Result<Self, Failure> {
        let workspace =
            Workspace::open(root).map_err(|error| invalid_workspace(&error).with_hint(error.hint()))?;
        let knowledge =
            Knowledge::load(Some(root)).map_err(|error| invalid_knowledge(&error).with_hint(error.hint()))?;
        let craft = Craft::parse(
            knowledge
                .files("playbooks")
                .chain(knowledge.files("templates"))
                .chain(knowledge.file("plans.toml").map(|text| ("plans.toml", text))),
        )
        .map_err(|error| invalid_knowledge(&error))?;
        let (definition, warnings) =
            AgentDefinition::parse(knowledge.file("agent.md").unwrap_or_default(), "agent.md")
                .map_err(|error| invalid_knowledge(&error).with_hint(error.hint()))?;
        let definition = definition
            .implemented_by(&[NAME])
            .map_err(|error| invalid_knowledge(&error).with_hint(error.hint()))?;
        for warning in warnings {
            tracing::warn!("{warning}");
        }
        for warning in knowledge.warnings() {
            tracing::warn!("{warning}");
        }
        let signals: Vec<&str> = knowledge.signals().iter().map(|signal| signal.name.as_str()).collect();
        for (playbook, word) in craft.playbooks.unknown_triggers(&signals) {
            tracing::warn!("playbook `{playbook}` waits for `{word}`, which is no signal");
        }
        for name in workspace.config.thresholds.keys().filter(|name| !is_read(&knowledge, name)) {
            tracing::warn!(
                "csm.toml: no signal reads the threshold `{name}`; see knowledge file derived/limits.sql"
            );
        }
        let (fingerprints, shelf) = Default::default();
        Ok(Self { root: root.to_owned(), definition, knowledge, craft, fingerprints, shelf })
    }

    /// The workspace as it stands now.
    pub(super) fn workspace(&self) -> Result<Workspace, Failure> {
        Workspace::open(&self.root).map_err(|error| invalid_workspace(&error).with_hint(error.hint()))
    }

    /// Goals as people wrote them in `csm.toml`, and what agents published here as theirs.
    pub(super) async fn goals(&self, cx: &AskContext) -> Result<Vec<String>, Failure> {
        let published = cx.context().ask(CONTEXT).await?;
        self.goals_and(published.iter().map(|entry| (entry.author.as_str(), entry.payload.get(GOALS))))
    }

    /// Goals as people wrote them in `csm.toml`, and those that others claim, each with who said it.
    pub(super) fn goals_claimed(&self, claims: &[Claim]) -> Result<Vec<String>, Failure> {
        self.goals_and(claims.iter().map(|claim| (claim.by.as_str(), claim.payload.get(GOALS))))
    }

    /// What others claim is repeated in their words, on one line; its numbers are theirs, and no figure.
    fn goals_and<'a>(
        &self,
        claims: impl Iterator<Item = (&'a str, Option<&'a Value>)>,
    ) -> Result<Vec<String>, Failure> {
        let config = self.workspace()?.config;
        let own = config.goals.iter().map(|(name, goal)| format!("{name}: {goal}"));
        let claimed = claims.filter_map(|(by, claimed)| {
            let claimed = claimed.filter(|claimed| !claimed.is_null())?.to_string();
            let more = if claimed.chars().count() > CLAIM { "…" } else { "" };
            let claimed: String = claimed.chars().take(CLAIM).collect();
            Some(format!("{by} says: {claimed}{more}"))
        });
        Ok(own.chain(claimed).collect())
    }

    /// The assessed book after what the last session left. Blocks: call it off the async threads.
    pub(super) fn assess(
        &self,
        ready: &Ready,
        mut beside: Beside,
        tell: &dyn Fn(u8, &str),
    ) -> Result<Assessed, Failure> {
        let goals = ready.goals.clone();
        let workspace = self.workspace()?;
        // Of the pin's hash: a backtest that runs beside the session changes the next one.
        beside.churn = Stored::read(&workspace.private_dir());
        analysis(&workspace, &self.knowledge, ready.as_of, &ready.data_hash, goals, &beside, tell)
            .map_err(|error| refused(&error))
    }
}

/// Whether some knowledge SQL names the threshold.
fn is_read(knowledge: &Knowledge, threshold: &str) -> bool {
    let quoted = format!("'{threshold}'");
    ["derived", "signals", "metrics"]
        .iter()
        .any(|folder| knowledge.files(folder).any(|(_, text)| text.contains(&quoted)))
}
