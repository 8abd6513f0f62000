//! Agent definition files: Markdown with front matter, read leniently.
//!
//! Start at [`AgentDefinition::parse`].

mod agent_definition;
mod error;
mod front_matter;
mod repair;
mod tool_names;

pub use agent_definition::AgentDefinition;
pub use error::{DefinitionError, Warning};
