//! Why the engine could not answer. What can't be computed is a figure that says so, not an error.

use datafusion::error::DataFusionError;

use crate::churn::ChurnError;

/// A failure of the engine.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// A query of a knowledge file failed.
    #[error("could not run `{file}`")]
    Knowledge {
        /// The knowledge file.
        file: String,
        /// What the query engine said.
        #[source]
        source: Box<DataFusionError>,
    },
    /// A query failed that no knowledge file holds.
    #[error("could not run a query")]
    Query {
        /// What the query engine said.
        #[source]
        source: Box<DataFusionError>,
    },
    /// No metric or signal has that name.
    #[error("unknown metric `{name}`")]
    UnknownMetric {
        /// The name asked for.
        name: String,
        /// Names that exist and resemble it.
        near: Vec<String>,
    },
    /// Figures are not kept by that dimension.
    #[error("unknown dimension `{dimension}`")]
    UnknownDimension {
        /// The dimension asked for.
        dimension: String,
    },
    /// Derived tables that need each other, or something that does not exist.
    #[error("could not order the derived tables: {}", waiting.join("; "))]
    Order {
        /// What waits for what.
        waiting: Vec<String>,
    },
    /// `health.toml` or `tables.toml` is wrong.
    #[error("`{file}`: {problem}")]
    Settings {
        /// The knowledge file.
        file: String,
        /// What is wrong.
        problem: String,
    },
    /// A target in `csm.toml` is wrong.
    #[error("target of `{metric}` is not an operator and a number: `{target}`")]
    Target {
        /// The metric.
        metric: String,
        /// The target as written.
        target: String,
    },
    /// The kept churn model can't score this data.
    #[error("could not score accounts with the kept churn model")]
    Churn {
        /// What is wrong.
        #[source]
        source: Box<ChurnError>,
    },
    /// Rows could not be turned into what the caller asked for.
    #[error("the rows are not of the expected shape")]
    Shape {
        /// What is wrong.
        #[source]
        source: serde_json::Error,
    },
    /// A file could not be written.
    #[error("could not write `{}`", path.display())]
    Write {
        /// The file.
        path: std::path::PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The thread or runtime that runs queries could not be made.
    #[error("could not start the query engine")]
    Start {
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

impl EngineError {
    /// What the reader can do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Knowledge { file, .. } => {
                format!(
                    "check the SQL of `knowledge/{file}`; knowledge/README.md lists the tables and the portable forms"
                )
            }
            Self::Query { .. } => "check the query".to_owned(),
            Self::UnknownMetric { near, .. } if near.is_empty() => "`csm metrics` lists them".to_owned(),
            Self::UnknownMetric { near, .. } => format!("known names like it are {}", near.join(", ")),
            Self::UnknownDimension { .. } => "one of account, owner, segment, tier".to_owned(),
            Self::Order { .. } => "`needs` lists every table a derived file reads, and no circle".to_owned(),
            Self::Settings { .. } => "compare it with the file of the same name in the project".to_owned(),
            Self::Target { .. } => "write `< 5` under [targets] in csm.toml".to_owned(),
            Self::Churn { .. } => "run `csm backtest` again, or remove .csm/churn".to_owned(),
            Self::Shape { .. } => "this is a bug".to_owned(),
            Self::Write { .. } => "check that the folder exists and may be written".to_owned(),
            Self::Start { .. } => "check the limits on threads and memory".to_owned(),
        }
    }

    /// What went wrong with churn; the engine's own failures stay what they are.
    pub(super) fn churn(error: ChurnError) -> Self {
        match error {
            ChurnError::Engine(error) => error,
            other => Self::Churn { source: Box::new(other) },
        }
    }

    /// Puts the knowledge file's name on a query error.
    pub(super) fn of_file(file: &str) -> impl FnOnce(DataFusionError) -> Self {
        let file = file.to_owned();
        move |source| Self::Knowledge { file, source: Box::new(source) }
    }
}

impl From<DataFusionError> for EngineError {
    fn from(source: DataFusionError) -> Self {
        Self::Query { source: Box::new(source) }
    }
}
