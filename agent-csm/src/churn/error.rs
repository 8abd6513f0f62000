//! Why a backtest could not be made. That the data can't teach a model is a verdict, not an error.

use std::path::PathBuf;

use learn::LearnError;

use crate::engine::EngineError;

/// A failure of training or scoring.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChurnError {
    /// The engine could not be opened at some day.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The learner refused its rows.
    #[error("could not learn from the rows of the snapshots")]
    Learn(#[from] LearnError),
    /// `churn.toml` is wrong.
    #[error("`churn.toml`: {0}")]
    Settings(String),
    /// The cut-off is not a day the data can speak of.
    #[error("no account was a customer on {0}")]
    Nobody(chrono::NaiveDate),
    /// A file could not be written.
    #[error("could not write `{}`", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// What was learnt could not be encoded; a bug.
    #[error("could not encode the model")]
    Encode(#[from] serde_json::Error),
}

impl ChurnError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Engine(error) => error.hint(),
            Self::Learn(_) => "look at the features that `csm backtest --export DIR` writes".to_owned(),
            Self::Settings(_) => "compare it with the file of the same name in the project".to_owned(),
            Self::Nobody(_) => {
                "choose a cut-off between the first subscription and the newest row".to_owned()
            }
            Self::Write { .. } => "check that the folder exists and may be written".to_owned(),
            Self::Encode(_) => "report this as a bug".to_owned(),
        }
    }
}
