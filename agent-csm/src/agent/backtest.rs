//! A backtest of a workspace as it stands, outside any session.

use std::path::Path;

use agent_core::agent::Failure;

use super::dataset::make_ready;
use super::fault::{invalid_dataset, invalid_knowledge, invalid_workspace};
use crate::churn::{Asked, Backtest, ChurnError, backtest};
use crate::knowledge::Knowledge;
use crate::tables::Dataset;
use crate::workspace::Workspace;

/// Imports what changed and tests the churn model on the past of the workspace at `root`; `tell` hears what is being
/// done. Takes a minute on a thousand accounts and blocks.
///
/// # Errors
/// Settings, data or knowledge that cannot be read; files that cannot be written.
pub fn backtest_of(root: &Path, asked: &Asked, tell: &dyn Fn(&str)) -> Result<Backtest, Failure> {
    let workspace =
        Workspace::open(root).map_err(|error| invalid_workspace(&error).with_hint(error.hint()))?;
    let knowledge =
        Knowledge::load(Some(root)).map_err(|error| invalid_knowledge(&error).with_hint(error.hint()))?;
    let ready = make_ready(&workspace, &knowledge, None)?;
    let dataset = Dataset::open(workspace.tables_dir()).map_err(|error| invalid_dataset(&error))?;
    backtest(&workspace, &knowledge, &dataset, ready.as_of.0, asked, tell).map_err(|error| {
        let failure = match &error {
            ChurnError::Engine(_) | ChurnError::Settings(_) => invalid_knowledge(&error),
            _ => invalid_dataset(&error),
        };
        failure.with_hint(error.hint())
    })
}
