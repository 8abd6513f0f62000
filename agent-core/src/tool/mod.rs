//! Tools, their registry and the grants they run under.
//!
//! An author implements [`Tool`]; a [`Registry`] holds an explicit list of them; a [`Toolbox`] is
//! what an agent gets: the registry narrowed by its definition's grants, over one [`Confined`]
//! directory.

mod adapter;
mod blocking;
mod commit;
mod confined;
mod edit;
mod error;
mod glob;
mod grep;
mod grep_best;
mod guard;
mod handle;
mod ignores;
mod listing;
mod read;
mod registry;
mod resolve;
mod spend;
mod stage;
mod toolbox;
mod walk;
pub mod web;
mod whole;
mod workers;
mod write;

pub use adapter::{Access, ErasedTool, Tool, ToolContext};
pub use confined::{Confined, Rules};
pub use edit::{Edit, EditInput, EditOutput};
pub use error::{FailureKind, Refusal, ToolError};
pub use glob::{Glob, GlobInput, GlobOutput};
pub use grep::{Grep, GrepInput, GrepLine, GrepOutput};
pub use handle::sha256;
pub use read::{Read, ReadInput, ReadOutput};
pub use registry::{Registry, RegistryError, ToolInfo};
pub use spend::{Spend, Spent};
pub use toolbox::Toolbox;
pub use walk::Skipped;
pub(crate) use whole::Whole;
pub(crate) use write::CONTENT_CAP;
pub use write::{Write, WriteInput, WriteOutput};

/// The five file tools, ready for [`Registry::new`]; the network tools are
/// [`web::web_tools`].
pub fn file_tools() -> Vec<Box<dyn ErasedTool>> {
    vec![Box::new(Read), Box::new(Write), Box::new(Edit), Box::new(Glob), Box::new(Grep)]
}
