use thiserror::Error;

/// Why nothing was learnt, or why a model could not be applied.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum LearnError {
    /// Too few rows of one class to hold any of them out.
    #[error(
        "{positives} of {rows} rows are positive and {negatives} negative: at least {needed} of each are needed"
    )]
    TooFew {
        /// Rows seen.
        rows: usize,
        /// Rows with a true label.
        positives: usize,
        /// Rows with a false label.
        negatives: usize,
        /// The least number of each.
        needed: usize,
    },
    /// Two things that belong together differ in length.
    #[error("{what}: {got} given, {expected} expected")]
    Length {
        /// What has the wrong length.
        what: String,
        /// The length of the table.
        expected: usize,
        /// The length given.
        got: usize,
    },
    /// An infinite value, which is neither a measurement nor missing.
    #[error("column {column}, row {row}: an infinite value; leave it out (NaN) or cap it")]
    Infinite {
        /// The column's name.
        column: String,
        /// The row, counted from 0.
        row: usize,
    },
    /// A column that the model was trained on, or that a call names, is not there.
    #[error("no column {0}")]
    NoColumn(String),
    /// The name is taken.
    #[error("column {0} is there twice")]
    Twice(String),
    /// A column that was a number in training is a category now, or the other way round.
    #[error("column {0} changed between number and category")]
    KindChanged(String),
    /// A weight, label or setting outside its domain.
    #[error("{0}")]
    Invalid(String),
    /// The tree library refused the data or the settings.
    #[error("boosted trees: {0}")]
    Trees(String),
}

/// `Ok` when `got` is `expected`.
pub(crate) fn same_length(what: &str, expected: usize, got: usize) -> Result<(), LearnError> {
    if expected == got { Ok(()) } else { Err(LearnError::Length { what: what.to_owned(), expected, got }) }
}
