//! The trait a tool's author implements, and its object-safe twin.

use std::any::Any;
use std::future::Future;
use std::sync::Arc;

use async_trait::async_trait;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio_util::sync::CancellationToken;
use tokio_util::task::task_tracker::TaskTrackerToken;

use super::confined::Confined;
use super::error::ToolError;
use super::spend::Spend;

/// What a tool can do to the world. Closed: a new kind of reach is a new decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Reads the workspace.
    Read,
    /// Changes the workspace.
    Write,
    /// Reaches other machines.
    Network,
    /// Reaches a customer, or writes to a system that is not ours: runs only to carry out what was approved.
    Foreign,
}

/// One tool: its name, what it takes, what it gives, what it can reach.
///
/// The doc comment of `Input` is the tool's description, and the doc comments of its fields are the
/// descriptions in the schema: what a caller reads and what the code takes cannot drift apart.
pub trait Tool: Send + Sync + 'static {
    /// What a call takes. Refuse unknown fields, so that a misspelt one is noticed.
    type Input: DeserializeOwned + JsonSchema + Send;
    /// What a call gives.
    type Output: Serialize + Send;
    /// Name under which definitions grant it.
    const NAME: &'static str;
    /// What it can reach.
    const ACCESS: Access;

    /// Does the work of one call.
    fn run(
        &self,
        input: Self::Input,
        cx: ToolContext,
    ) -> impl Future<Output = Result<Self::Output, ToolError>> + Send;
}

/// What a call may use: the confined workspace, the sign to stop, and how much.
///
/// A session does not end while anybody holds a clone of the context of one of its calls: work that is moved
/// to another thread takes the context with it, and lets go of it when it is done.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ToolContext {
    /// The only directory the tool may touch.
    pub workspace: Confined,
    /// Cancelled when the session ends; long work looks at it.
    pub cancel: CancellationToken,
    /// The approval that is being carried out, and the idempotency key of what is done for it.
    pub approval: Option<Arc<str>>,
    /// What the session's calls use up together.
    pub spend: Arc<Spend>,
    _under_way: Option<TaskTrackerToken>,
}

impl ToolContext {
    /// A context over a workspace.
    pub fn new(workspace: Confined, cancel: CancellationToken) -> Self {
        Self { workspace, cancel, approval: None, spend: Arc::new(Spend::unlimited()), _under_way: None }
    }

    /// The same context for other work: with its own sign to stop, and its own count of what it uses up.
    pub(super) fn for_work(&self, cancel: CancellationToken, spend: Arc<Spend>) -> Self {
        Self { cancel, spend, ..self.clone() }
    }

    /// The same context for one call, which counts as under way for as long as it is held.
    pub(super) fn under_way(&self, token: TaskTrackerToken) -> Self {
        Self { _under_way: Some(token), ..self.clone() }
    }
}

/// The object-safe twin of [`Tool`]; every `Tool` is one.
#[async_trait]
pub trait ErasedTool: Send + Sync + 'static {
    /// [`Tool::NAME`].
    fn name(&self) -> &'static str;
    /// [`Tool::ACCESS`].
    fn access(&self) -> Access;
    /// JSON Schema of the input.
    fn input_schema(&self) -> Value;
    /// Decodes the input, runs the tool, encodes the output.
    async fn call(&self, input: Value, cx: ToolContext) -> Result<Value, ToolError>;
    /// The tool itself, for a typed call.
    fn as_any(&self) -> &dyn Any;
}

#[async_trait]
impl<T: Tool> ErasedTool for T {
    fn name(&self) -> &'static str {
        T::NAME
    }

    fn access(&self) -> Access {
        T::ACCESS
    }

    fn input_schema(&self) -> Value {
        schemars::schema_for!(T::Input).to_value()
    }

    async fn call(&self, input: Value, cx: ToolContext) -> Result<Value, ToolError> {
        let bad = |source: serde_json::Error| ToolError::BadInput {
            tool: T::NAME.into(),
            reason: source.to_string(),
        };
        let input = serde_json::from_value(input).map_err(bad)?;
        let output = self.run(input, cx).await?;
        serde_json::to_value(output)
            .map_err(|source| ToolError::Broken { tool: T::NAME.into(), reason: source.to_string() })
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}
