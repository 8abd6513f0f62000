//! Every metric of a workspace, over all and by a dimension, for those who ask outside a session.

use std::path::Path;

use agent_core::agent::Failure;
use protocol::{Figure, Scope};

use super::fault::{invalid_knowledge, off_thread};
use super::left::Left;
use super::tables::Outside;
use crate::assessment::{Checks, Day};
use crate::engine::EngineError;

/// Metrics as computed for one question; no session keeps their rows.
#[derive(Clone, Debug)]
pub struct Measures {
    /// The company whose customers these are.
    pub company: String,
    /// End of this day, UTC.
    pub as_of: Day,
    /// Hash of the data, hex.
    pub data_hash: String,
    /// Every metric over all, then each by every key of the dimension asked for.
    pub figures: Vec<Figure>,
    /// What the invariants say.
    pub checks: Checks,
}

/// Computes the metrics of the workspace at `root` as known at the end of `as_of`, and by `dimension`; `left` is what
/// an earlier session left. Takes seconds on a large book.
///
/// # Errors
/// What makes a session fail: settings, data or knowledge that cannot be read.
pub async fn measures_of(
    root: &Path,
    as_of: Option<&str>,
    dimension: Option<&'static str>,
    left: Left,
) -> Result<Measures, Failure> {
    let outside = Outside::of(root, as_of, left).await?;
    off_thread(move || {
        let wrong = |error: EngineError| invalid_knowledge(&error).with_hint(error.hint());
        let engine = outside.engine()?;
        let metrics = outside.knowledge.metrics();
        let mut figures = Vec::new();
        for metric in metrics {
            figures.push(engine.figure(&metric.name, &Scope::all()).map_err(wrong)?);
        }
        if let Some(dimension) = dimension {
            for metric in metrics {
                let parts = engine.figures_by(&metric.name, dimension).map_err(wrong)?;
                figures.extend(parts.into_values());
            }
        }
        Ok(Measures {
            company: outside.workspace.config.company.clone(),
            as_of: outside.ready.as_of,
            data_hash: outside.ready.data_hash.clone(),
            figures,
            checks: Checks::gather(&engine).map_err(wrong)?,
        })
    })
    .await
}
