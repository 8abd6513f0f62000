//! What one agent may call: a registry narrowed by the grants of its definition.

use std::sync::Arc;

use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::adapter::{Tool, ToolContext};
use super::confined::Confined;
use super::error::ToolError;
use super::registry::{Registry, ToolInfo};
use crate::definition::{AgentDefinition, Warning};

/// A registry narrowed by the grants of one agent, over one confined directory. Cheap to clone.
///
/// Every call goes through here, typed or not, so nothing runs that the definition does not grant.
#[derive(Debug, Clone)]
pub struct Toolbox {
    registry: Arc<Registry>,
    definition: Arc<str>,
    granted: Arc<[String]>,
    cx: ToolContext,
}

impl Toolbox {
    /// Narrows a registry to what a definition grants.
    ///
    /// Granted names that no tool has are kept and warned about: the definition may be meant for a
    /// runtime with further tools.
    pub fn new(
        registry: Arc<Registry>,
        definition: &AgentDefinition,
        workspace: Confined,
    ) -> (Self, Vec<Warning>) {
        let granted = definition.grants();
        let known: Vec<String> = registry.names().map(|name| format!("`{name}`")).collect();
        let warnings = granted
            .iter()
            .filter(|tool| registry.info(tool).is_none())
            .map(|tool| {
                Warning::new(
                    &definition.file,
                    definition.tools_line,
                    format!("no tool is named `{tool}`; the grant has no effect"),
                    format!("known tools are {}", known.join(", ")),
                )
            })
            .collect();
        let toolbox = Self {
            registry,
            definition: definition.file.as_str().into(),
            granted: granted.into(),
            cx: ToolContext::new(workspace, CancellationToken::new()),
        };
        (toolbox, warnings)
    }

    /// The same toolbox, whose calls stop when the token is cancelled.
    #[must_use]
    pub fn with_cancel(&self, cancel: CancellationToken) -> Self {
        let cx = ToolContext::new(self.cx.workspace.clone(), cancel);
        Self { cx, ..self.clone() }
    }

    /// The tools that may be called, sorted by name.
    pub fn list(&self) -> Vec<ToolInfo> {
        let granted = self.registry.names().filter(|name| self.grants(name));
        granted.filter_map(|name| self.registry.info(name)).collect()
    }

    /// Whether the definition grants a tool.
    pub fn grants(&self, tool: &str) -> bool {
        self.granted.iter().any(|granted| granted == tool)
    }

    /// Calls a tool by name, with JSON in and out.
    pub async fn call(&self, name: &str, input: Value) -> Result<Value, ToolError> {
        let cx = self.admit(name)?;
        self.registry.call(name, input, cx).await
    }

    /// Calls a tool by type. The same grants and caps apply.
    pub async fn run<T: Tool>(&self, input: T::Input) -> Result<T::Output, ToolError> {
        let cx = self.admit(T::NAME)?;
        self.registry.run::<T>(input, cx).await
    }

    fn admit(&self, tool: &str) -> Result<ToolContext, ToolError> {
        if !self.grants(tool) {
            tracing::warn!(tool, definition = %self.definition, "tool call denied");
            return Err(ToolError::Denied {
                tool: tool.to_owned(),
                definition: self.definition.to_string(),
                granted: self.granted.to_vec(),
            });
        }
        if self.cx.cancel.is_cancelled() {
            return Err(ToolError::Stopped);
        }
        tracing::debug!(tool, "tool call");
        Ok(self.cx.clone())
    }
}
