//! Parts, dimensions and scores as the tables `health_parts`, `health_dimensions` and `health_scores`.

use std::collections::BTreeMap;
use std::sync::Arc;

use datafusion::arrow::array::{ArrayRef, Float64Array, Int64Array, StringArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::error::DataFusionError;

use super::score::{Dimension, Part, Score};
use crate::engine::{Rows, made};

/// `health_parts(account_id, signal, dimension, weight, score, n, trust)`; trust is 0..1.
pub(crate) fn parts_table(parts: &[Part]) -> Result<Rows, DataFusionError> {
    #[expect(clippy::cast_precision_loss, reason = "0..1000")]
    let trust = parts.iter().map(|it| it.trust as f64 / 1000.0);
    made(
        &[
            ("account_id", DataType::Utf8),
            ("signal", DataType::Utf8),
            ("dimension", DataType::Utf8),
            ("weight", DataType::Int64),
            ("score", DataType::Float64),
            ("n", DataType::Int64),
            ("trust", DataType::Float64),
        ],
        vec![
            text(parts.iter().map(|it| it.account_id.as_str())),
            text(parts.iter().map(|it| it.signal.as_str())),
            text(parts.iter().map(|it| it.dimension.as_str())),
            whole(parts.iter().map(|it| u64::from(it.weight))),
            Arc::new(Float64Array::from_iter_values(parts.iter().map(|it| it.score))),
            whole(parts.iter().map(|it| it.n)),
            Arc::new(Float64Array::from_iter_values(trust)),
        ],
    )
}

/// `health_dimensions(account_id, dimension, score, weight, of_weight)`: the measured weight, and the weight of all
/// components of that dimension.
pub(crate) fn dimensions_table(
    dimensions: &[Dimension],
    weights: &BTreeMap<String, u64>,
) -> Result<Rows, DataFusionError> {
    made(
        &[
            ("account_id", DataType::Utf8),
            ("dimension", DataType::Utf8),
            ("score", DataType::Int64),
            ("weight", DataType::Int64),
            ("of_weight", DataType::Int64),
        ],
        vec![
            text(dimensions.iter().map(|it| it.account_id.as_str())),
            text(dimensions.iter().map(|it| it.dimension.as_str())),
            whole(dimensions.iter().map(|it| u64::from(it.score))),
            whole(dimensions.iter().map(|it| u64::from(it.weight))),
            whole(dimensions.iter().map(|it| weights.get(&it.dimension).copied().unwrap_or_default())),
        ],
    )
}

/// `health_scores(account_id, score, band, coverage, floored_by, version, confidence, level, plain_band, previous_band)`.
pub(crate) fn scores_table(scores: &[Score]) -> Result<Rows, DataFusionError> {
    made(
        &[
            ("account_id", DataType::Utf8),
            ("score", DataType::Int64),
            ("band", DataType::Utf8),
            ("coverage", DataType::Float64),
            ("floored_by", DataType::Utf8),
            ("version", DataType::Utf8),
            ("confidence", DataType::Float64),
            ("level", DataType::Utf8),
            ("plain_band", DataType::Utf8),
            ("previous_band", DataType::Utf8),
        ],
        vec![
            text(scores.iter().map(|it| it.account_id.as_str())),
            whole(scores.iter().map(|it| u64::from(it.score))),
            text(scores.iter().map(|it| it.band.as_str())),
            Arc::new(Float64Array::from_iter_values(scores.iter().map(|it| it.coverage))),
            Arc::new(StringArray::from_iter(scores.iter().map(|it| it.floored_by.as_deref()))),
            text(scores.iter().map(|it| it.version.as_str())),
            Arc::new(Float64Array::from_iter_values(scores.iter().map(|it| it.confidence))),
            text(scores.iter().map(|it| it.level.as_str())),
            text(scores.iter().map(|it| it.plain_band.as_str())),
            Arc::new(StringArray::from_iter(scores.iter().map(|it| it.previous_band.as_deref()))),
        ],
    )
}

pub(super) fn text<'a>(values: impl Iterator<Item = &'a str>) -> ArrayRef {
    // Arrow asks how many values come, which a flattened iterator cannot say.
    Arc::new(StringArray::from_iter_values(values.collect::<Vec<_>>()))
}

pub(super) fn whole(values: impl Iterator<Item = u64>) -> ArrayRef {
    Arc::new(Int64Array::from_iter_values(values.map(|it| i64::try_from(it).unwrap_or(i64::MAX))))
}
