//! What the steps of a session need, read once.

use std::path::{Path, PathBuf};

use agent_core::agent::Failure;
use agent_core::definition::AgentDefinition;
use agent_core::session::AskContext;

use super::dataset::Ready;
use super::fault::{invalid_knowledge, invalid_workspace, refused};
use crate::knowledge::Knowledge;
use crate::phases::{Assessed, Craft, analysis};
use crate::workspace::Workspace;

/// A workspace's knowledge, and the agent's definition.
pub(super) struct Craftsman {
    pub(super) root: PathBuf,
    pub(super) definition: AgentDefinition,
    pub(super) knowledge: Knowledge,
    pub(super) craft: Craft,
}

impl Craftsman {
    /// Reads the definition and the knowledge for the workspace at `root`.
    pub(super) fn open(root: &Path) -> Result<Self, Failure> {
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
        for warning in warnings {
            tracing::warn!("{warning}");
        }
        let signals: Vec<&str> = knowledge.signals().iter().map(|signal| signal.name.as_str()).collect();
        for (playbook, word) in craft.playbooks.unknown_triggers(&signals) {
            tracing::warn!("playbook `{playbook}` waits for `{word}`, which is no signal");
        }
        Ok(Self { root: root.to_owned(), definition, knowledge, craft })
    }

    /// The workspace as it stands now.
    pub(super) fn workspace(&self) -> Result<Workspace, Failure> {
        Workspace::open(&self.root).map_err(|error| invalid_workspace(&error).with_hint(error.hint()))
    }

    /// Goals as people wrote them in `csm.toml`, and other agents' claims, each with who said it.
    pub(super) async fn goals(&self, cx: &AskContext) -> Result<Vec<String>, Failure> {
        let mut goals: Vec<String> =
            self.workspace()?.config.goals.iter().map(|(name, goal)| format!("{name}: {goal}")).collect();
        for claim in cx.context().ask("get_customer_context").await? {
            let claimed = claim.payload.get("success_goals").cloned().unwrap_or_default();
            if !claimed.is_null() {
                goals.push(format!("{} says: {claimed}", claim.author));
            }
        }
        Ok(goals)
    }

    /// The assessed book. Blocks: call it off the async threads.
    pub(super) fn assess(&self, ready: &Ready, tell: &dyn Fn(u8, &str)) -> Result<Assessed, Failure> {
        let goals = ready.goals.clone();
        analysis(&self.workspace()?, &self.knowledge, ready.as_of, &ready.data_hash, goals, tell)
            .map_err(|error| refused(&error))
    }
}
