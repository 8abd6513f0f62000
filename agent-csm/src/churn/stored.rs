//! What a backtest leaves for sessions, below `.csm/churn/`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::error::ChurnError;
use super::hazard::Hazard;
use super::report::Backtest;
use crate::knowledge::Knowledge;
use crate::tables::{sha256_hex, write_atomically};

/// Raised whenever a model of before would be read otherwise.
const FORMAT: u32 = 2;

/// A trained model with what it was trained on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ChurnModel {
    pub(super) format: u32,
    /// Hash of the knowledge files its features come from.
    pub(super) knowledge: String,
    pub(super) horizon_days: u32,
    pub(super) step_days: u32,
    pub(super) hazard: Hazard,
}

impl ChurnModel {
    pub(super) fn new(knowledge: String, horizon_days: u32, step_days: u32, hazard: Hazard) -> Self {
        Self { format: FORMAT, knowledge, horizon_days, step_days, hazard }
    }
}

/// What sessions read: the newest backtest, and the model where it is trusted.
#[derive(Clone, Debug, Default)]
pub struct Stored {
    /// The newest backtest over the whole history.
    pub backtest: Option<Backtest>,
    /// The model; absent where probabilities are refused.
    pub model: Option<ChurnModel>,
    /// SHA-256 of the file, hex; absent where there is none.
    pub hash: Option<String>,
    /// Why a file that is there can't be used.
    pub problem: Option<String>,
}

#[derive(Serialize, Deserialize)]
struct File {
    backtest: Backtest,
    model: Option<ChurnModel>,
}

/// Where it lies in a workspace's private folder.
fn path(private: &Path) -> PathBuf {
    private.join("churn").join("model.json")
}

impl Stored {
    /// Reads what is kept in a workspace's private folder; what can't be used is said, and is no error.
    #[must_use]
    pub fn read(private: &Path) -> Self {
        let bytes = match fs::read(path(private)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Self::default(),
            Err(error) => return Self { problem: Some(error.to_string()), ..Self::default() },
        };
        let hash = Some(sha256_hex(&bytes));
        match serde_json::from_slice::<File>(&bytes) {
            Ok(file) if file.model.as_ref().is_none_or(|it| it.format == FORMAT) => {
                Self { backtest: Some(file.backtest), model: file.model, hash, problem: None }
            }
            Ok(_) => Self { hash, problem: Some("another version wrote it".to_owned()), ..Self::default() },
            Err(error) => Self { hash, problem: Some(error.to_string()), ..Self::default() },
        }
    }

    /// The hash alone: what a session is pinned to.
    #[must_use]
    pub fn hash_at(private: &Path) -> Option<String> {
        fs::read(path(private)).ok().map(|bytes| sha256_hex(&bytes))
    }

    /// Keeps a backtest and, where it is trusted, the model.
    pub(super) fn write(
        private: &Path,
        backtest: &Backtest,
        model: Option<ChurnModel>,
    ) -> Result<(), ChurnError> {
        let path = path(private);
        let bytes = serde_json::to_vec(&File { backtest: backtest.clone(), model })?;
        write_atomically(&path, &bytes).map_err(|source| ChurnError::Write { path, source })
    }
}

/// One hash over the knowledge that features come from: change it and the model is another one.
pub(super) fn features_hash(knowledge: &Knowledge) -> String {
    let mut text = String::new();
    let single =
        ["tables.toml", super::settings::FILE].map(|it| (it, knowledge.file(it).unwrap_or_default()));
    for (path, body) in single.into_iter().chain(knowledge.files("derived")).chain(knowledge.files("signals"))
    {
        text.push_str(&format!("{path} {}\n", sha256_hex(body.as_bytes())));
    }
    sha256_hex(text.as_bytes())
}
