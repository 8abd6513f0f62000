//! Parts and scores as the tables `health_parts` and `health_scores`.

use std::sync::Arc;

use datafusion::arrow::array::{Float64Array, Int64Array, StringArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::error::DataFusionError;

use super::score::{Part, Score};
use crate::engine::{Rows, made};

/// `health_parts(account_id, signal, dimension, weight, score)`.
pub(crate) fn parts_table(parts: &[Part]) -> Result<Rows, DataFusionError> {
    made(
        &[
            ("account_id", DataType::Utf8),
            ("signal", DataType::Utf8),
            ("dimension", DataType::Utf8),
            ("weight", DataType::Int64),
            ("score", DataType::Float64),
        ],
        vec![
            Arc::new(StringArray::from_iter_values(parts.iter().map(|it| &it.account_id))),
            Arc::new(StringArray::from_iter_values(parts.iter().map(|it| &it.signal))),
            Arc::new(StringArray::from_iter_values(parts.iter().map(|it| &it.dimension))),
            Arc::new(Int64Array::from_iter_values(parts.iter().map(|it| i64::from(it.weight)))),
            Arc::new(Float64Array::from_iter_values(parts.iter().map(|it| it.score))),
        ],
    )
}

/// `health_scores(account_id, score, band, coverage, floored_by, version)`.
pub(crate) fn scores_table(scores: &[Score]) -> Result<Rows, DataFusionError> {
    made(
        &[
            ("account_id", DataType::Utf8),
            ("score", DataType::Int64),
            ("band", DataType::Utf8),
            ("coverage", DataType::Float64),
            ("floored_by", DataType::Utf8),
            ("version", DataType::Utf8),
        ],
        vec![
            Arc::new(StringArray::from_iter_values(scores.iter().map(|it| &it.account_id))),
            Arc::new(Int64Array::from_iter_values(scores.iter().map(|it| i64::from(it.score)))),
            Arc::new(StringArray::from_iter_values(scores.iter().map(|it| &it.band))),
            Arc::new(Float64Array::from_iter_values(scores.iter().map(|it| it.coverage))),
            Arc::new(StringArray::from_iter(scores.iter().map(|it| it.floored_by.as_deref()))),
            Arc::new(StringArray::from_iter_values(scores.iter().map(|it| &it.version))),
        ],
    )
}
