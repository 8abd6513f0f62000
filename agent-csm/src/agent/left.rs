//! What a completed session left, for tables and figures that are computed again outside one.

use std::path::Path;
use std::sync::Arc;

use agent_core::agent::Failure;
use agent_core::definition::AgentDefinition;
use agent_core::session::CompletedSession;
use agent_core::tool::{Confined, Registry, Rules, Toolbox, file_tools};

use super::dataset::Ready;
use super::fault::invalid_knowledge;
use super::listen::{Ground, listen};
use super::work::HEARD;
use crate::churn::Stored;
use crate::deliverable::Snapshot;
use crate::engine::Beside;
use crate::knowledge::Knowledge;
use crate::people::Heard;
use crate::workspace::Workspace;

/// What stood beside the tables of a session; empty where none has completed.
#[derive(Clone, Debug, Default)]
pub struct Left {
    snapshot: Option<Snapshot>,
    heard: Option<Heard>,
}

impl Left {
    /// Reads what `session` left.
    ///
    /// # Errors
    /// A store that cannot be read.
    pub async fn of(session: &CompletedSession) -> Result<Self, Failure> {
        Ok(Self { snapshot: session.output("snapshot").await?, heard: session.output(HEARD).await? })
    }

    /// Beside the tables of `ready`: as that session had it, or, where there was none, as the workspace is now.
    /// What pages say is not looked at again.
    pub(super) async fn beside(
        self,
        workspace: &Workspace,
        knowledge: &Knowledge,
        ready: &Ready,
    ) -> Result<Beside, Failure> {
        let heard = match self.heard {
            Some(heard) => heard,
            None => {
                let ground = Ground::of(workspace.clone(), knowledge.clone()).await?;
                listen(&hands(&workspace.root, knowledge)?, &ground).await?
            }
        };
        let past = Snapshot::past_on(ready.as_of, &ready.data_hash, self.snapshot.as_ref());
        Ok(Beside { past, heard, churn: Stored::read(&workspace.private_dir()) })
    }
}

/// The agent's hands outside a session: the same tools under the same grants.
fn hands(root: &Path, knowledge: &Knowledge) -> Result<Toolbox, Failure> {
    let (definition, _) = AgentDefinition::parse(knowledge.file("agent.md").unwrap_or_default(), "agent.md")
        .map_err(|error| invalid_knowledge(&error).with_hint(error.hint()))?;
    let registry =
        Registry::new(file_tools()).map_err(|error| Failure::bug(format!("the file tools: {error}")))?;
    let folder = Confined::open(root, Rules::new().deny(".csm").deny(".git"))?;
    Ok(Toolbox::new(Arc::new(registry), &definition, folder).0)
}
