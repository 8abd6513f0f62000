//! What a session may say of churn: probabilities with reasons where they are trusted, else why there are none.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use datafusion::arrow::array::{Float64Array, Int64Array, StringArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::error::DataFusionError;

use super::error::ChurnError;
use super::reasons;
use super::report::Backtest;
use super::settings::{FILE, Settings};
use super::snapshot::{Snapshot, honest_signals};
use super::stored::{ChurnModel, Stored, features_hash};
use crate::engine::{Engine, Rows, made};
use crate::knowledge::Knowledge;
use crate::tables::Dataset;

/// Whether there are probabilities. Closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    /// No backtest has been run.
    #[default]
    None,
    /// The backtest refused them.
    Refused,
    /// A model is kept, but it is not one for this day or this knowledge.
    Stale,
    /// They are trusted.
    Trusted,
}

impl Standing {
    /// The word of it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Refused => "refused",
            Self::Stale => "stale",
            Self::Trusted => "trusted",
        }
    }
}

/// One account's chances, and what speaks for and against.
#[derive(Clone, Debug, PartialEq)]
pub struct AccountScore {
    /// Probability of a decision to leave within the horizon, 0..1.
    pub probability: f64,
    /// The same by the end of the term, where that lies within the horizon.
    pub at_renewal: Option<f64>,
    /// The strongest first.
    pub reasons: Vec<Reason>,
}

/// What the model saw, in plain words.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// The column that speaks loudest in it.
    pub feature: String,
    /// What is so.
    pub text: String,
    /// Log-odds it adds to the base; above zero it raises the risk.
    pub effect: f64,
}

/// The model's word on every account of one day.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Judged {
    /// Whether there are probabilities.
    pub standing: Standing,
    /// Why, or why not.
    pub why: String,
    /// Days within which a decision counts.
    pub horizon_days: u32,
    /// First twelve characters of the model's hash.
    pub model: Option<String>,
    /// Newest day the model knows.
    pub trained_on: Option<NaiveDate>,
    /// By account; empty without trust.
    pub accounts: BTreeMap<String, AccountScore>,
    /// The backtest it rests on.
    pub backtest: Option<Backtest>,
}

const RUN: &str = "run `csm backtest`";

impl Judged {
    /// Scores the accounts of `engine`'s day, if what is stored may be used there.
    pub(crate) fn of(
        engine: &Engine,
        dataset: &Dataset,
        knowledge: &Knowledge,
        stored: &Stored,
    ) -> Result<Self, ChurnError> {
        let mut judged = Self {
            backtest: stored.backtest.clone(),
            horizon_days: stored.backtest.as_ref().map_or(0, |it| it.horizon_days),
            ..Self::default()
        };
        if let Some(problem) = &stored.problem {
            judged.standing = Standing::Stale;
            judged.why = format!("the kept model can't be read ({problem}); {RUN} again");
            return Ok(judged);
        }
        let Some(backtest) = &stored.backtest else {
            judged.why = format!("no backtest has been run; {RUN}");
            return Ok(judged);
        };
        let Some(model) = &stored.model else {
            judged.standing = Standing::Refused;
            judged.why = backtest.why.clone();
            return Ok(judged);
        };
        judged.trained_on = Some(model.hazard.trained_on.0);
        if let Some(why) = stale(model, engine.as_of(), knowledge) {
            judged.standing = Standing::Stale;
            judged.why = why;
            return Ok(judged);
        }
        let settings = Settings {
            horizon_days: model.horizon_days,
            step_days: model.step_days,
            ..Settings::parse(knowledge.file(FILE).unwrap_or_default()).map_err(ChurnError::Settings)?
        };
        judged.standing = Standing::Trusted;
        judged.why = backtest.why.clone();
        judged.model = stored.hash.as_ref().map(|it| it.chars().take(12).collect());
        let snapshot = Snapshot::read(engine, &settings, &honest_signals(knowledge, dataset, &settings))?;
        let chances = model.hazard.chances(&snapshot, &settings, true)?;
        let reasons = reasons::tell(&snapshot, &model.hazard.columns, &chances, &settings, engine.currency());
        for ((account, chances), reasons) in snapshot.accounts.iter().zip(&chances).zip(reasons) {
            let score =
                AccountScore { probability: chances.horizon, at_renewal: chances.at_renewal, reasons };
            judged.accounts.insert(account.clone(), score);
        }
        Ok(judged)
    }

    /// `churn_scores(account_id, probability, horizon_days, at_renewal, model)`.
    pub(crate) fn scores_table(&self) -> Result<Rows, DataFusionError> {
        let scores = || self.accounts.values();
        let each = self.accounts.len();
        made(
            &[
                ("account_id", DataType::Utf8),
                ("probability", DataType::Float64),
                ("horizon_days", DataType::Int64),
                ("at_renewal", DataType::Float64),
                ("model", DataType::Utf8),
            ],
            vec![
                Arc::new(StringArray::from_iter_values(self.accounts.keys())),
                Arc::new(Float64Array::from_iter_values(scores().map(|it| it.probability))),
                Arc::new(Int64Array::from_iter_values(vec![i64::from(self.horizon_days); each])),
                Arc::new(Float64Array::from_iter(scores().map(|it| it.at_renewal))),
                Arc::new(StringArray::from_iter(vec![self.model.as_deref(); each])),
            ],
        )
    }

    /// `churn_reasons(account_id, rank, feature, text, effect)`.
    pub(crate) fn reasons_table(&self) -> Result<Rows, DataFusionError> {
        let all: Vec<(&String, usize, &Reason)> = self
            .accounts
            .iter()
            .flat_map(|(id, score)| score.reasons.iter().enumerate().map(move |(at, it)| (id, at + 1, it)))
            .collect();
        made(
            &[
                ("account_id", DataType::Utf8),
                ("rank", DataType::Int64),
                ("feature", DataType::Utf8),
                ("text", DataType::Utf8),
                ("effect", DataType::Float64),
            ],
            vec![
                Arc::new(StringArray::from_iter_values(all.iter().map(|it| it.0))),
                Arc::new(Int64Array::from_iter(all.iter().map(|it| i64::try_from(it.1).ok()))),
                Arc::new(StringArray::from_iter_values(all.iter().map(|it| &it.2.feature))),
                Arc::new(StringArray::from_iter_values(all.iter().map(|it| &it.2.text))),
                Arc::new(Float64Array::from_iter_values(all.iter().map(|it| it.2.effect))),
            ],
        )
    }
}

/// Why a model is none for this day and this knowledge.
fn stale(model: &ChurnModel, as_of: NaiveDate, knowledge: &Knowledge) -> Option<String> {
    let trained_on = model.hazard.trained_on.0;
    if features_hash(knowledge) != model.knowledge {
        return Some(format!(
            "the knowledge that features come from has changed since the model was trained; {RUN} again"
        ));
    }
    if trained_on > as_of {
        return Some(format!(
            "the model was trained on what was known on {trained_on}; on {as_of} that would be hindsight"
        ));
    }
    let age = as_of.signed_duration_since(trained_on).num_days();
    (age > 2 * i64::from(model.horizon_days))
        .then(|| format!("the model knows nothing after {trained_on}, {age} days ago; {RUN} again"))
}
