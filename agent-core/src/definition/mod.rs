//! Agent definition files: Markdown with front matter, read leniently.
//!
//! Start at [`AgentDefinition::parse`].

mod agent_definition;
mod error;
mod examples;
mod front_matter;
mod repair;
mod repeated;
mod tool_names;

pub use agent_definition::AgentDefinition;
pub use error::{DefinitionError, Warning};
