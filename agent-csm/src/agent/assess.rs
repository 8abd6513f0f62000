//! From tables to the assessed book: every figure, reading and list of one session.

use std::collections::{BTreeMap, BTreeSet};

use agent_core::agent::Failure;
use agent_core::tool::sha256;
use protocol::{Evidence, Figure};

use super::dataset::Ready;
use super::fault::{invalid_dataset, invalid_knowledge};
use crate::engine::{Engine, Kept};
use crate::knowledge::Knowledge;
use crate::phases::{Analysis, analysis, gather};
use crate::tables::Dataset;
use crate::workspace::Workspace;

/// The book, and the rows behind its figures.
pub(super) struct Assessed {
    pub(super) analysis: Analysis,
    /// Every figure, readings that did not fire included; each with its evidence.
    pub(super) figures: Vec<Figure>,
    /// Parquet files by their hash.
    pub(super) rows: BTreeMap<String, Vec<u8>>,
}

/// Computes everything. Takes seconds on a large book: call it off the async threads.
///
/// `tell` hears how far it is: percent, and what is being done.
pub(super) fn assess(
    workspace: &Workspace,
    knowledge: &Knowledge,
    ready: &Ready,
    goals: Vec<String>,
    tell: &dyn Fn(u8, &str),
) -> Result<Assessed, Failure> {
    tell(10, "building tables as they were known");
    let dataset = Dataset::open(workspace.tables_dir()).map_err(|error| invalid_dataset(&error))?;
    let engine = Engine::open(&dataset, knowledge, &workspace.config, ready.as_of.0)
        .map_err(|error| invalid_knowledge(&error))?;
    tell(40, "computing figures");
    let mut inputs = gather(&engine, knowledge, &workspace.config, &ready.data_hash, goals)
        .map_err(|error| invalid_knowledge(&error))?;
    tell(70, "keeping the rows behind them");
    let measures: BTreeSet<&str> = inputs
        .figures
        .iter()
        .chain(inputs.readings.iter().map(|reading| &reading.figure))
        .map(|figure| figure.metric.as_str())
        .collect();
    let mut rows = BTreeMap::new();
    let mut kept: BTreeMap<String, (String, Kept)> = BTreeMap::new();
    for measure in measures {
        let bytes = engine.evidence(measure).map_err(|error| invalid_knowledge(&error))?;
        let counted = Kept::read(&bytes).map_err(|error| invalid_dataset(&error))?;
        let hash = sha256(&bytes);
        kept.insert(measure.to_owned(), (hash.clone(), counted));
        rows.insert(hash, bytes);
    }
    let attach = |figure: &mut Figure| {
        if let Some((hash, counted)) = kept.get(&figure.metric) {
            let count = counted.count(&figure.scope);
            figure.evidence = Some(Evidence { rows: hash.clone(), format: "parquet".to_owned(), count });
        }
    };
    inputs.figures.iter_mut().for_each(attach);
    inputs.readings.iter_mut().for_each(|reading| attach(&mut reading.figure));
    let figures =
        inputs.figures.iter().chain(inputs.readings.iter().map(|reading| &reading.figure)).cloned().collect();
    tell(90, "assessing accounts");
    Ok(Assessed { analysis: analysis(&inputs), figures, rows })
}
