//! The explicit list of tools there are.

use std::collections::BTreeMap;
use std::io;

use serde::Serialize;
use serde_json::Value;

use super::adapter::{Access, ErasedTool, Tool, ToolContext};
use super::error::ToolError;

/// Most bytes of JSON that one call may return, unless set otherwise.
const OUTPUT_CAP: usize = 1024 * 1024;

/// Why a registry could not be built. Both are mistakes of whoever wrote the list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// Two tools have one name.
    #[error("two tools are named `{name}`")]
    Duplicate {
        /// The name.
        name: &'static str,
    },
}

/// What a caller needs to know of a tool before calling it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ToolInfo {
    /// Name to call it by.
    pub name: String,
    /// What it does: the doc comment of its input.
    pub description: String,
    /// What it can reach.
    pub access: Access,
    /// JSON Schema of its input.
    pub input_schema: Value,
}

/// The tools there are, by name. Knows none of them in particular.
pub struct Registry {
    tools: BTreeMap<&'static str, Box<dyn ErasedTool>>,
    output_cap: usize,
}

impl Registry {
    /// A registry of exactly these tools.
    pub fn new(tools: impl IntoIterator<Item = Box<dyn ErasedTool>>) -> Result<Self, RegistryError> {
        let mut by_name = BTreeMap::new();
        for tool in tools {
            let name = tool.name();
            if by_name.insert(name, tool).is_some() {
                return Err(RegistryError::Duplicate { name });
            }
        }
        Ok(Self { tools: by_name, output_cap: OUTPUT_CAP })
    }

    /// Sets the most bytes of JSON that one call may return.
    #[must_use]
    pub fn with_output_cap(mut self, bytes: usize) -> Self {
        self.output_cap = bytes;
        self
    }

    /// The names there are, sorted.
    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.tools.keys().copied()
    }

    /// What there is to know of one tool; `None` when there is no such tool.
    pub fn info(&self, name: &str) -> Option<ToolInfo> {
        let tool = self.tools.get(name)?;
        let input_schema = tool.input_schema();
        let description = input_schema.get("description").and_then(Value::as_str).unwrap_or_default();
        Some(ToolInfo {
            name: name.to_owned(),
            description: description.to_owned(),
            access: tool.access(),
            input_schema,
        })
    }

    /// What a tool can reach; `None` when there is no such tool.
    pub fn access(&self, name: &str) -> Option<Access> {
        self.tools.get(name).map(|tool| tool.access())
    }

    pub(super) async fn call(&self, name: &str, input: Value, cx: ToolContext) -> Result<Value, ToolError> {
        let output = self.find(name)?.call(input, cx).await?;
        self.capped(name, &output)?;
        Ok(output)
    }

    pub(super) async fn run<T: Tool>(
        &self,
        input: T::Input,
        cx: ToolContext,
    ) -> Result<T::Output, ToolError> {
        let tool = self.find(T::NAME)?.as_any().downcast_ref::<T>();
        let Some(tool) = tool else {
            let reason = "another type is registered under this name".to_owned();
            return Err(ToolError::Broken { tool: T::NAME.into(), reason });
        };
        let output = tool.run(input, cx).await?;
        self.capped(T::NAME, &output)?;
        Ok(output)
    }

    fn find(&self, name: &str) -> Result<&dyn ErasedTool, ToolError> {
        self.tools.get(name).map(Box::as_ref).ok_or_else(|| ToolError::Unknown {
            tool: name.to_owned(),
            known: self.names().map(str::to_owned).collect(),
        })
    }

    fn capped(&self, tool: &str, output: &impl Serialize) -> Result<(), ToolError> {
        let mut room = Room { left: self.output_cap, over: false };
        match serde_json::to_writer(&mut room, output) {
            Ok(()) => Ok(()),
            Err(_) if room.over => {
                Err(ToolError::OutputTooLarge { tool: tool.to_owned(), limit: self.output_cap })
            }
            Err(source) => Err(ToolError::Broken { tool: tool.to_owned(), reason: source.to_string() }),
        }
    }
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.tools.keys()).finish()
    }
}

/// Counts what would be written and stops at the cap, keeping nothing.
struct Room {
    left: usize,
    over: bool,
}

impl io::Write for Room {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self.left.checked_sub(bytes.len()) {
            Some(left) => {
                self.left = left;
                Ok(bytes.len())
            }
            None => {
                self.over = true;
                Err(io::ErrorKind::FileTooLarge.into())
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
