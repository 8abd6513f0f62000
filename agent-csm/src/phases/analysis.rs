//! Phase 1: every figure, reading and list of one session, from the tables.

use std::collections::{BTreeMap, BTreeSet};

use datafusion::error::DataFusionError;
use protocol::{Evidence, Figure};

use crate::assessment::{Analysis, Day, assess, gather};
use crate::engine::{Beside, Counts, Engine, EngineError};
use crate::knowledge::Knowledge;
use crate::tables::{Dataset, DatasetError, sha256_hex};
use crate::workspace::Workspace;

/// The assessed book, and the rows behind its figures.
#[derive(Debug)]
pub struct Assessed {
    /// What is so.
    pub analysis: Analysis,
    /// Every figure, readings that did not fire included; each with its evidence.
    pub figures: Vec<Figure>,
    /// Parquet files of rows, by their SHA-256.
    pub rows: BTreeMap<String, Vec<u8>>,
}

/// Why the book could not be assessed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AnalysisError {
    /// The imported tables cannot be read.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// Somebody imported other data meanwhile.
    #[error("the imported tables changed while the session ran")]
    Moved,
    /// A knowledge file does not run, or a setting is wrong.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// Rows could not be kept.
    #[error("could not keep the rows of `{measure}`")]
    Rows {
        /// The metric or signal.
        measure: String,
        /// What is wrong.
        #[source]
        source: DataFusionError,
    },
}

impl AnalysisError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Dataset(_) => "import again: remove .csm/tables and run once more".to_owned(),
            Self::Moved => "run again: the new data is another session".to_owned(),
            Self::Engine(error) => error.hint(),
            Self::Rows { .. } => "look at the query of that file under knowledge/".to_owned(),
        }
    }
}

/// Computes everything that is known at the end of `as_of`.
/// Takes seconds on a large book and blocks: call it off the async threads.
///
/// `tell` hears how far it is: percent, and what is being done.
///
/// # Errors
/// Tables that cannot be read, knowledge that does not run.
pub fn analysis(
    workspace: &Workspace,
    knowledge: &Knowledge,
    as_of: Day,
    data_hash: &str,
    goals: Vec<String>,
    beside: &Beside,
    tell: &dyn Fn(u8, &str),
) -> Result<Assessed, AnalysisError> {
    tell(10, "building tables as they were known");
    let dataset = Dataset::open(workspace.tables_dir())?;
    if dataset.manifest.data_hash != data_hash {
        return Err(AnalysisError::Moved);
    }
    let engine = Engine::open_with(&dataset, knowledge, &workspace.config, as_of.0, beside)?;
    tell(40, "computing figures");
    let mut inputs = gather(&engine, knowledge, &workspace.config, data_hash, goals)?;
    inputs.people.problems.clone_from(&beside.heard.problems);
    tell(70, "keeping the rows behind them");
    let computed = || inputs.figures.iter().chain(inputs.readings.iter().map(|reading| &reading.figure));
    let measures: BTreeSet<String> = computed().map(|figure| figure.metric.clone()).collect();
    let mut rows = BTreeMap::new();
    let mut kept: BTreeMap<String, (String, Counts)> = BTreeMap::new();
    for measure in measures {
        let bytes = engine.evidence(&measure)?;
        let counts = Counts::read(&bytes)
            .map_err(|source| AnalysisError::Rows { measure: measure.clone(), source })?;
        let hash = sha256_hex(&bytes);
        kept.insert(measure, (hash.clone(), counts));
        rows.insert(hash, bytes);
    }
    let attach = |figure: &mut Figure| {
        if let Some((hash, counts)) = kept.get(&figure.metric) {
            let count = counts.of(&figure.scope);
            figure.evidence = Some(Evidence { rows: hash.clone(), format: "parquet".to_owned(), count });
        }
    };
    inputs.figures.iter_mut().for_each(attach);
    inputs.readings.iter_mut().for_each(|reading| attach(&mut reading.figure));
    drop(engine);
    tell(90, "assessing accounts");
    let analysis = assess(&inputs);
    let figures =
        inputs.figures.into_iter().chain(inputs.readings.into_iter().map(|reading| reading.figure)).collect();
    Ok(Assessed { analysis, figures, rows })
}
