//! The traceable number: nothing else may carry a value to a reader.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Number;

/// Name by which a figure is asked for: `figure:<metric>` for everything the session covers,
/// `figure:<metric>@<dimension>=<key>` for a part of it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct FigureId(String);

impl FigureId {
    /// The id of `metric` over `scope`.
    #[must_use]
    pub fn of(metric: &str, scope: &Scope) -> Self {
        match scope {
            Scope { dimension, key: Some(key) } => Self(format!("figure:{metric}@{dimension}={key}")),
            Scope { key: None, .. } => Self(format!("figure:{metric}")),
        }
    }

    /// The id as it stands in messages.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for FigureId {
    /// Takes an id as written by a person: the `figure:` prefix may be left out.
    fn from(text: &str) -> Self {
        if text.starts_with("figure:") { Self(text.to_owned()) } else { Self(format!("figure:{text}")) }
    }
}

impl fmt::Display for FigureId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What part of the data a figure covers.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Scope {
    /// `all`, or the name of the column the rows were narrowed by. Open.
    pub dimension: String,
    /// The value of that column; absent for `all`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

impl Scope {
    /// Everything the session covers.
    #[must_use]
    pub fn all() -> Self {
        Self { dimension: "all".to_owned(), key: None }
    }

    /// The rows whose `dimension` equals `key`.
    #[must_use]
    pub fn one(dimension: &str, key: &str) -> Self {
        Self { dimension: dimension.to_owned(), key: Some(key.to_owned()) }
    }
}

/// What a figure's value counts. Closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// A whole number of things.
    Count,
    /// Hundredths: `3.2` is shown `3.2%`.
    Percent,
    /// A score on a scale the definition names; shown whole.
    Score,
    /// Integer minor units of [`Figure::currency`].
    Money,
    /// Minutes.
    Minutes,
    /// Days.
    Days,
    /// A plain ratio.
    Ratio,
}

/// The dates a figure looks back over: `[start, end)`, ISO 8601 days, UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Window {
    /// First day that counts.
    pub start: String,
    /// First day that no longer counts.
    pub end: String,
    /// The window in words: `12 months`.
    pub words: String,
}

/// Whether a figure met its target. Closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FigureStatus {
    /// Known, and the target is met.
    Pass,
    /// Known, and the target is missed.
    Fail,
    /// Known; no target is set.
    Known,
    /// Not known; [`Figure::reason`] says why.
    Unknown,
}

/// A bound the figure is held against, as written: `< 5`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Target {
    /// `<`, `<=`, `>` or `>=`.
    pub op: String,
    /// The bound, in the figure's unit.
    pub value: f64,
}

impl Target {
    /// Whether `value` meets the target; an operator that is none of the four is never met.
    #[must_use]
    pub fn met_by(&self, value: f64) -> bool {
        match self.op.as_str() {
            "<" => value < self.value,
            "<=" => value <= self.value,
            ">" => value > self.value,
            ">=" => value >= self.value,
            _ => false,
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.op, self.value)
    }
}

/// What defines a figure: the file and its hash, so that a changed definition is a visible change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Definition {
    /// The knowledge file: `metrics/churn_rate.sql`.
    pub file: String,
    /// SHA-256 of the file, hex.
    pub sha256: String,
    /// The expression that adds the rows up.
    pub value: String,
    /// Whose rows count, in words; absent where the definition does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub population: Option<String>,
}

/// Where the rows behind a figure are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// SHA-256 of the immutable file that holds the rows, hex.
    pub rows: String,
    /// How that file is written: `parquet` or `ndjson`. Open.
    pub format: String,
    /// How many of its rows belong to this figure.
    pub count: u64,
}

/// A number with everything needed to open it.
///
/// Either `value` is there, or `status` is [`FigureStatus::Unknown`] and `reason` says why.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Figure {
    /// Name of the figure within its session.
    pub id: FigureId,
    /// The metric it is a value of.
    pub metric: String,
    /// Name people use.
    pub title: String,
    /// What part of the data it covers.
    pub scope: Scope,
    /// The value, unrounded; absent when unknown, never zero instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Number>,
    /// The value as shown to people, rounded half away from zero; `unknown` when it is.
    pub shown: String,
    /// What the value counts.
    pub unit: Unit,
    /// ISO 4217 code when the unit is money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
    /// How many things the value is over.
    pub n: u64,
    /// The dates it looks back over; absent for a state on the as-of date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
    /// End of this day, UTC.
    pub as_of: String,
    /// Known or not, target met or not.
    pub status: FigureStatus,
    /// The target it is held against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<Target>,
    /// Why the value is unknown, and what would make it known; for a known value, why it misses a target
    /// that it meets at first sight.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Why the value, though arithmetically right, is outside what can be believed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub implausible: Option<String>,
    /// What defines it.
    pub definition: Definition,
    /// Its rows; absent when it could not be computed at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
}

impl Figure {
    /// The value as a floating-point number, if known.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        self.value.as_ref().and_then(Number::as_f64)
    }

    /// Whether the figure is known and believable enough to be repeated in a sentence.
    #[must_use]
    pub fn is_quotable(&self) -> bool {
        self.value.is_some() && self.implausible.is_none()
    }
}
