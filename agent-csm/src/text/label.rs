//! What a score says in a word.

use serde::{Deserialize, Serialize};

/// The feeling of a text. Closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    /// It praises.
    Positive,
    /// It weighs good against bad.
    Neutral,
    /// It complains.
    Negative,
    /// Nothing in it tells: not the same as neutral.
    Unknown,
}

impl Label {
    /// The label of a score in -1..1 by the bounds VADER's authors give for their compound score (0.05 either side);
    /// no score, no label.
    #[must_use]
    pub fn of(score: Option<f64>) -> Self {
        match score {
            None => Self::Unknown,
            Some(score) if score >= 0.05 => Self::Positive,
            Some(score) if score <= -0.05 => Self::Negative,
            Some(_) => Self::Neutral,
        }
    }

    /// The word in tables and pages.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Positive => "positive",
            Self::Neutral => "neutral",
            Self::Negative => "negative",
            Self::Unknown => "unknown",
        }
    }
}
