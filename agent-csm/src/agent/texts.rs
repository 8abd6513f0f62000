//! What people wrote, read once after an import.

use std::path::Path;

use agent_core::agent::Failure;
use protocol::ErrorCode;

use super::fault::{invalid_dataset, invalid_knowledge};
use crate::knowledge::Knowledge;
use crate::tables::Dataset;
use crate::text::{Kept, Reader, read_imported};
use crate::workspace::Workspace;

/// Reads the texts of the workspace at `root` that were not read before: how many distinct ones there are, and how many
/// are new.
///
/// # Errors
/// Nothing imported, a knowledge file that cannot be read.
pub fn texts_of(root: &Path) -> Result<(usize, usize), Failure> {
    let knowledge =
        Knowledge::load(Some(root)).map_err(|error| invalid_knowledge(&error).with_hint(error.hint()))?;
    let workspace = Workspace::open(root).map_err(|error| super::fault::invalid_workspace(&error))?;
    read(&workspace.tables_dir(), &knowledge)
}

/// The same for a session, where neither tables nor knowledge may have changed.
pub(super) fn keep(tables_dir: &Path, knowledge: &Knowledge, unchanged: bool) -> Result<(), Failure> {
    let reader = Reader::of(knowledge).map_err(wrong)?;
    if unchanged && Kept::is_there(tables_dir, &reader) {
        return Ok(());
    }
    read(tables_dir, knowledge).map(|_| ())
}

fn read(tables_dir: &Path, knowledge: &Knowledge) -> Result<(usize, usize), Failure> {
    let dataset =
        Dataset::open(tables_dir).map_err(|error| invalid_dataset(&error).with_hint(error.hint()))?;
    read_imported(&dataset, knowledge).map_err(wrong)
}

fn wrong((file, problem): (String, String)) -> Failure {
    Failure::new(ErrorCode::KnowledgeInvalid, format!("`{file}`: {problem}"))
        .with_hint("compare it with the file of the same name in the project")
}
