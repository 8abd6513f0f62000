//! The tables of a workspace for those who want to look for themselves.

use std::path::{Path, PathBuf};

use agent_core::agent::Failure;

use super::dataset::{make_ready, mappings, schema};
use super::fault::{invalid_dataset, invalid_knowledge, invalid_workspace};
use crate::engine::Engine;
use crate::import::SourceMapping;
use crate::knowledge::Knowledge;
use crate::tables::{Dataset, Schema};
use crate::workspace::Workspace;

/// Writes every table of the workspace at `root`, as known at the end of `as_of`, to `out`; returns the files.
///
/// # Errors
/// What makes a session fail: settings, data or knowledge that cannot be read.
pub fn tables_of(root: &Path, as_of: Option<&str>, out: &Path) -> Result<Vec<PathBuf>, Failure> {
    let workspace =
        Workspace::open(root).map_err(|error| invalid_workspace(&error).with_hint(error.hint()))?;
    let knowledge =
        Knowledge::load(Some(root)).map_err(|error| invalid_knowledge(&error).with_hint(error.hint()))?;
    let ready = make_ready(&workspace, &knowledge, as_of.map(str::to_owned))?;
    let dataset = Dataset::open(workspace.tables_dir()).map_err(|error| invalid_dataset(&error))?;
    let engine = Engine::open(&dataset, &knowledge, &workspace.config, ready.as_of.0)
        .map_err(|error| invalid_knowledge(&error).with_hint(error.hint()))?;
    engine.export(out).map_err(|error| invalid_dataset(&error).with_hint(error.hint()))
}

/// The source mappings and table definitions that hold for the workspace at `root`, which may not be there yet.
///
/// # Errors
/// A knowledge file that cannot be read.
pub fn import_knowledge(root: &Path) -> Result<(Vec<SourceMapping>, Schema), Failure> {
    let knowledge =
        Knowledge::load(Some(root)).map_err(|error| invalid_knowledge(&error).with_hint(error.hint()))?;
    let schema = schema(&knowledge)?;
    Ok((mappings(&knowledge, &schema)?, schema))
}
