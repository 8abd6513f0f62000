//! A workspace with something outside it to be protected.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use agent_core::definition::AgentDefinition;
use agent_core::tool::{Confined, Registry, Rules, ToolError, Toolbox, file_tools};

pub(crate) struct Desk {
    pub(crate) tools: Toolbox,
    pub(crate) root: PathBuf,
    pub(crate) outside: PathBuf,
    _folder: tempfile::TempDir,
}

/// A workspace whose agent is granted every file tool. `csm.toml` and `.csm` are closed.
pub(crate) fn desk() -> Desk {
    desk_granting("Read, Write, Edit, Glob, Grep")
}

pub(crate) fn desk_granting(tools: &str) -> Desk {
    let folder = tempfile::tempdir().unwrap();
    let (root, outside) = (folder.path().join("workspace"), folder.path().join("outside"));
    fs::create_dir(&root).unwrap();
    fs::create_dir(&outside).unwrap();
    let text = format!("---\nname: a\ndescription: b\ntools: {tools}\n---\n");
    let (definition, _) = AgentDefinition::parse(&text, "agent.md").unwrap();
    let rules = Rules::new().deny(".csm").read_only("csm.toml").read_only("knowledge/agent.md");
    let confined = Confined::open(&root, rules).unwrap();
    let registry = Arc::new(Registry::new(file_tools()).unwrap());
    let (tools, _) = Toolbox::new(registry, &definition, confined);
    Desk { tools, root, outside, _folder: folder }
}

impl Desk {
    pub(crate) fn put(&self, path: &str, content: &str) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub(crate) fn get(&self, path: &str) -> String {
        fs::read_to_string(self.root.join(path)).unwrap()
    }

    /// The names in the folder outside, sorted.
    pub(crate) fn names_outside(&self) -> Vec<String> {
        let names = fs::read_dir(&self.outside).unwrap();
        let mut names: Vec<String> =
            names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

/// The error as a caller sees it: what is wrong, without the path.
pub(crate) fn reason<T: std::fmt::Debug>(result: Result<T, ToolError>) -> String {
    match result.unwrap_err() {
        ToolError::Refused { reason, .. } => reason.to_string(),
        ToolError::NotFound { .. } => "does not exist".into(),
        ToolError::Conflict { .. } => "conflict".into(),
        other => other.to_string(),
    }
}
