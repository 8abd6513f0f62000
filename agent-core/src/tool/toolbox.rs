//! What one agent may call: a registry narrowed by the grants of its definition.

use std::sync::Arc;

use serde_json::Value;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

use super::adapter::{Access, Tool, ToolContext};
use super::confined::Confined;
use super::error::ToolError;
use super::registry::{Registry, ToolInfo};
use super::spend::Spend;
use crate::definition::{AgentDefinition, Warning};
use crate::telemetry::{Meter, tool_span};

/// A registry narrowed by the grants of one agent, over one confined directory. Cheap to clone.
///
/// Every call goes through here, typed or not, so nothing runs that the definition does not grant.
#[derive(Debug, Clone)]
pub struct Toolbox {
    registry: Arc<Registry>,
    definition: Arc<str>,
    granted: Arc<[String]>,
    cx: ToolContext,
    meter: Meter,
    /// The calls that are under way, also those whose caller no longer waits.
    under_way: TaskTracker,
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
            meter: Meter::default(),
            under_way: TaskTracker::new(),
        };
        (toolbox, warnings)
    }

    /// The same toolbox, whose calls stop when the token is cancelled.
    #[must_use]
    pub fn with_cancel(&self, cancel: CancellationToken) -> Self {
        Self { cx: self.cx.for_work(cancel, Arc::clone(&self.cx.spend)), ..self.clone() }
    }

    /// The same toolbox for one piece of work: with its own sign to stop, its own count of what it uses up,
    /// and its own list of calls under way.
    pub(crate) fn for_work(&self, cancel: CancellationToken, spend: Arc<Spend>) -> Self {
        let cx = self.cx.for_work(cancel, spend);
        Self { cx, under_way: TaskTracker::new(), ..self.clone() }
    }

    /// The calls that are under way, and whatever else counts as such.
    pub(crate) fn calls_under_way(&self) -> &TaskTracker {
        &self.under_way
    }

    /// The same toolbox, for carrying out what was approved: tools that always ask may run.
    #[must_use]
    pub(crate) fn for_approval(&self, id: &str) -> Self {
        let mut cx = self.cx.clone();
        cx.approval = Some(id.into());
        Self { cx, ..self.clone() }
    }

    /// The same toolbox, whose calls are counted.
    #[must_use]
    pub fn with_meter(self, meter: Meter) -> Self {
        Self { meter, ..self }
    }

    /// The directory the tools cannot leave.
    pub(crate) fn workspace(&self) -> &Confined {
        &self.cx.workspace
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
        let call = async { self.registry.call(name, input, self.admit(name)?).await };
        self.counted(name, call).await
    }

    /// Calls a tool by type. The same grants and caps apply.
    pub async fn run<T: Tool>(&self, input: T::Input) -> Result<T::Output, ToolError> {
        let call = async { self.registry.run::<T>(input, self.admit(T::NAME)?).await };
        self.counted(T::NAME, call).await
    }

    /// Every call is a span, and is counted by how it came out.
    async fn counted<O>(
        &self,
        tool: &str,
        call: impl Future<Output = Result<O, ToolError>>,
    ) -> Result<O, ToolError> {
        // Only tools that there are have a name to write down.
        let name = self.registry.names().find(|name| *name == tool).unwrap_or("(unknown)");
        let result = call.instrument(tool_span(name)).await;
        let outcome = match &result {
            Ok(_) => "ok",
            Err(ToolError::Denied { .. } | ToolError::Refused { .. }) => "denied",
            Err(ToolError::Stopped) => "stopped",
            Err(_) => "failed",
        };
        self.meter.tool_call(name, outcome);
        result
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
        if self.cx.approval.is_none() && self.registry.access(tool) == Some(Access::Foreign) {
            tracing::warn!(tool, "tool call without an approval refused");
            return Err(ToolError::Asks { tool: tool.to_owned() });
        }
        if self.cx.cancel.is_cancelled() {
            return Err(ToolError::Stopped);
        }
        self.cx.spend.call()?;
        tracing::debug!(tool, "tool call");
        Ok(self.cx.under_way(self.under_way.token()))
    }
}
