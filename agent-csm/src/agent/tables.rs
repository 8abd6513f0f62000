//! The tables of a workspace for those who want to look for themselves, and for commands that name accounts.

use std::path::{Path, PathBuf};

use agent_core::agent::Failure;
use chrono::NaiveDate;

use super::dataset::{Ready, make_ready, mappings, schema};
use super::fault::{invalid_dataset, invalid_knowledge, invalid_workspace, off_thread};
use super::left::Left;
use crate::assessment::Day;
use crate::engine::{Beside, Engine};
use crate::import::SourceMapping;
use crate::knowledge::Knowledge;
use crate::people::AccountNames;
use crate::tables::{Dataset, Schema};
use crate::workspace::Workspace;

/// Writes every table of the workspace at `root`, as known at the end of `as_of`, to `out`; returns the files.
/// `left` is of the session whose tables these are.
///
/// # Errors
/// What makes a session fail: settings, data or knowledge that cannot be read.
pub async fn tables_of(
    root: &Path,
    as_of: Option<&str>,
    left: Left,
    out: &Path,
) -> Result<Vec<PathBuf>, Failure> {
    let ground = Outside::of(root, as_of, left).await?;
    let out = out.to_owned();
    off_thread(move || {
        ground.engine()?.export(&out).map_err(|error| invalid_dataset(&error).with_hint(error.hint()))
    })
    .await
}

/// What an engine is opened with outside a session.
pub(super) struct Outside {
    pub(super) workspace: Workspace,
    pub(super) knowledge: Knowledge,
    pub(super) ready: Ready,
    beside: Beside,
}

impl Outside {
    /// The data of `root` brought up to date, and what stands beside it.
    pub(super) async fn of(root: &Path, as_of: Option<&str>, left: Left) -> Result<Self, Failure> {
        let (workspace, knowledge) = open(root)?;
        let asked = as_of.map(str::to_owned);
        let (place, known) = (workspace.clone(), knowledge.clone());
        let ready = off_thread(move || make_ready(&place, &known, asked)).await?;
        let beside = left.beside(&workspace, &knowledge, &ready).await?;
        Ok(Self { workspace, knowledge, ready, beside })
    }

    /// The engine of that day. Blocks.
    pub(super) fn engine(&self) -> Result<Engine, Failure> {
        let dataset = Dataset::open(self.workspace.tables_dir()).map_err(|error| invalid_dataset(&error))?;
        let config = &self.workspace.config;
        Engine::open_with(&dataset, &self.knowledge, config, self.ready.as_of.0, &self.beside)
            .map_err(|error| invalid_knowledge(&error).with_hint(error.hint()))
    }
}

/// The accounts of the workspace at `root`, and the day its next session is as of, where that is known.
/// The data is imported when nothing was, or when `fresh` asks for it. Blocks.
///
/// # Errors
/// Settings, data or knowledge that cannot be read.
pub fn accounts_of(root: &Path, fresh: bool) -> Result<(AccountNames, Option<Day>), Failure> {
    let (workspace, knowledge) = open(root)?;
    if fresh || Dataset::open(workspace.tables_dir()).is_err() {
        make_ready(&workspace, &knowledge, None)?;
    }
    let dataset = Dataset::open(workspace.tables_dir()).map_err(|error| invalid_dataset(&error))?;
    let accounts = AccountNames::read(&dataset).map_err(|error| invalid_dataset(&error))?;
    let newest = dataset.manifest.exported_on.as_deref().and_then(|day| day.parse::<NaiveDate>().ok());
    Ok((accounts, workspace.config.as_of.or(newest).map(Day)))
}

fn open(root: &Path) -> Result<(Workspace, Knowledge), Failure> {
    let workspace =
        Workspace::open(root).map_err(|error| invalid_workspace(&error).with_hint(error.hint()))?;
    let knowledge =
        Knowledge::load(Some(root)).map_err(|error| invalid_knowledge(&error).with_hint(error.hint()))?;
    Ok((workspace, knowledge))
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
