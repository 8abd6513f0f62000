//! The data of a session: the canonical tables brought up to date, and the day everything is as of.

use std::collections::BTreeSet;
use std::path::Path;

use agent_core::agent::{Failure, Pin};
use agent_core::context::ContextSource;
use chrono::NaiveDate;
use protocol::ErrorCode;
use serde::{Deserialize, Serialize};

use super::fault::{invalid_dataset, invalid_knowledge};
use crate::assessment::Day;
use crate::import::{ImportError, ImportReport, SourceMapping, import};
use crate::knowledge::Knowledge;
use crate::tables::Schema;
use crate::workspace::Workspace;

/// What the step `dataset` hands on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Ready {
    /// End of this day, UTC.
    pub(super) as_of: Day,
    /// Hash of sources, mappings and table definitions, hex.
    pub(super) data_hash: String,
    /// What import says about the data.
    pub(super) report: ImportReport,
    /// The day the request asked for, where it did.
    pub(super) asked: Option<String>,
    /// Goals as people wrote them, and other agents' claims with who said them.
    pub(super) goals: Vec<String>,
    /// Who answered when the session asked for its context: whose claims are among the goals.
    #[serde(default)]
    pub(super) context_manager: ContextSource,
    /// The agents that requests can be sent to, as the session found them.
    #[serde(default)]
    pub(super) peers: BTreeSet<String>,
    /// Hash of what figures depend on beside the day: see [`stands_on`].
    pub(super) stands_on: String,
}

/// What of a pin decides whether figures computed earlier are still the figures: not what people wrote since.
const STANDS_ON: [&str; 6] = ["version", "knowledge", "context", "configuration", "data", "churn"];

/// One hash over the parts of `pin` that figures depend on.
pub(super) fn stands_on(pin: &Pin) -> String {
    let parts = STANDS_ON.iter().filter_map(|part| Some(((*part).to_owned(), pin.parts.get(*part)?.clone())));
    Pin::of(parts.collect()).hash
}

/// Imports what changed and settles the as-of date: the request's, else the configuration's, else the day of the
/// newest dated row. Never today.
pub(super) fn make_ready(
    workspace: &Workspace,
    knowledge: &Knowledge,
    asked: Option<String>,
) -> Result<Ready, Failure> {
    let schema = schema(knowledge)?;
    let mappings = mappings(knowledge, &schema)?;
    let report = import(workspace, &mappings, &schema).map_err(|error| refused(&error))?;
    super::texts::keep(&workspace.tables_dir(), knowledge, report.unchanged)?;
    let wanted = asked.as_deref().map(day).transpose()?;
    let newest = report.exported_on.as_deref().map(day).transpose()?;
    let as_of = wanted.or(workspace.config.as_of).or(newest).ok_or_else(|| {
        Failure::new(ErrorCode::DatasetInvalid, "no row of the data is dated, so there is no day to be as of")
            .with_hint("say the day: `--as-of 2026-09-30`, or `as_of` in csm.toml")
    })?;
    let data_hash = report.data_hash.clone();
    Ok(Ready {
        as_of: Day(as_of),
        data_hash,
        report,
        asked,
        goals: Vec::new(),
        context_manager: ContextSource::default(),
        peers: BTreeSet::new(),
        stands_on: String::new(),
    })
}

/// The definition of the canonical tables.
pub(crate) fn schema(knowledge: &Knowledge) -> Result<Schema, Failure> {
    Schema::parse(knowledge.file("tables.toml").unwrap_or_default())
        .map_err(|error| invalid_knowledge(&error))
}

/// The source mappings, a workspace's own included.
pub(crate) fn mappings(knowledge: &Knowledge, schema: &Schema) -> Result<Vec<SourceMapping>, Failure> {
    knowledge
        .files("sources")
        .filter(|(path, _)| Path::new(path).extension().is_some_and(|it| it == "toml"))
        .map(|(path, text)| {
            SourceMapping::parse(path, text, schema).map_err(|error| invalid_knowledge(&error))
        })
        .collect()
}

fn refused(error: &ImportError) -> Failure {
    let mut failure = invalid_dataset(error).with_hint(error.hint());
    if let ImportError::NoAccounts { report } = error {
        // What was found wrong is the reason there are none; without it the reader is left to guess.
        let told: Vec<String> = report.rejects.iter().map(ToString::to_string).collect();
        if !told.is_empty() {
            let message = format!("{error}\n{}", told.join("\n"));
            failure = Failure::new(ErrorCode::DatasetInvalid, message).with_hint(error.hint());
        }
    }
    failure
}

fn day(text: &str) -> Result<NaiveDate, Failure> {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| {
        Failure::new(ErrorCode::InvalidRequest, format!("`{text}` is no day"))
            .with_hint("write days as 2026-09-30")
    })
}
