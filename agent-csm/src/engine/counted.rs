//! The rows that metrics count, computed once for value, parts and evidence.

use std::sync::PoisonError;

use super::error::EngineError;
use super::open::Engine;
use super::sql::Rows;
use crate::knowledge::{Measure, MeasureKind};

/// The columns of counted rows that only serve to narrow them.
pub(super) const DIMS: [&str; 3] = ["dim_owner", "dim_segment", "dim_tier"];

/// How many rows of a signal are kept.
const FEW: usize = 50_000;

/// Rows as they are counted, and the table that holds them.
#[derive(Clone, Debug)]
pub(super) struct Counted {
    pub(super) table: String,
    pub(super) rows: Rows,
}

impl Engine {
    /// The rows of a measure's query, sorted by all columns, each with the owner, segment and tier of its account.
    /// They are kept, unless they are a signal's and many: metrics of one query share them.
    pub(super) fn counted(&self, measure: &Measure) -> Result<Counted, EngineError> {
        let mut kept = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(counted) = kept.get(&measure.body) {
            return Ok(counted.clone());
        }
        let query = format!(
            "SELECT counted.*, dims.owner AS dim_owner, dims.segment AS dim_segment, dims.tier AS dim_tier \
             FROM (\n{}\n) AS counted LEFT JOIN account_dims AS dims ON dims.account_id = counted.account_id",
            measure.body
        );
        let rows = self.sql.sorted(&query).map_err(EngineError::of_file(&measure.file))?;
        // The rows of a large company's signals are asked for twice in a session: not worth their memory.
        let keep = measure.kind == MeasureKind::Metric || rows.count() <= FEW;
        let table = if keep { format!("counted_{}", kept.len()) } else { "counted_once".to_owned() };
        if !keep {
            self.sql.forget(&table)?;
        }
        self.sql.register(&table, rows.clone())?;
        let counted = Counted { table, rows };
        if keep {
            kept.insert(measure.body.clone(), counted.clone());
        }
        Ok(counted)
    }
}
