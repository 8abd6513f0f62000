//! What may be said of churn: probabilities with reasons where a backtest trusts them, else why there are none.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Day;
use crate::churn::Backtest;
use crate::engine::{Engine, EngineError};

/// Churn, as pages may show it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ChurnView {
    /// `none` (no backtest was run), `refused`, `stale` or `trusted`.
    pub standing: String,
    /// Why, or why not.
    pub why: String,
    /// Days within which a decision counts; 0 without a backtest.
    pub horizon_days: u32,
    /// First twelve characters of the model's hash.
    pub model: Option<String>,
    /// Newest day the model knows.
    pub trained_on: Option<Day>,
    /// By account; empty without trust.
    pub accounts: BTreeMap<String, AccountChurn>,
    /// The backtest, with its calibration table.
    pub backtest: Option<Backtest>,
}

/// One account's chances.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccountChurn {
    /// Probability of a decision to leave within the horizon, 0..1.
    pub probability: f64,
    /// The same by the end of the term, where that lies within the horizon.
    pub at_renewal: Option<f64>,
    /// ARR x probability, minor units; absent where the ARR is unknown.
    pub expected_loss_minor: Option<i64>,
    /// The strongest first.
    pub reasons: Vec<ChurnReason>,
}

impl AccountChurn {
    /// How likely it is to leave, in words.
    #[must_use]
    pub fn likely(&self, horizon_days: u32) -> String {
        format!("{:.0}% likely to leave within {horizon_days} days", 100.0 * self.probability)
    }

    /// How likely it is to leave and what speaks most for that, in one line for lists.
    #[must_use]
    pub fn says(&self, horizon_days: u32) -> String {
        let said = self.likely(horizon_days);
        let raising = self.reasons.iter().filter(|reason| reason.effect > 0.0).take(2);
        let raising: Vec<&str> = raising.map(|reason| reason.text.as_str()).collect();
        if raising.is_empty() { said } else { format!("{said} ({})", raising.join("; ")) }
    }
}

/// What the model saw, in plain words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChurnReason {
    /// The column that speaks loudest in it.
    pub feature: String,
    /// What is so.
    pub text: String,
    /// Log-odds it adds; above zero it raises the risk.
    pub effect: f64,
}

impl ChurnView {
    /// How likely an account is to leave, in words; else why nobody can say.
    #[must_use]
    pub fn word_of(&self, account_id: &str) -> String {
        match self.accounts.get(account_id) {
            Some(account) => account.likely(self.horizon_days),
            None if self.is_trusted() => "none for this account".to_owned(),
            None => format!("none: {}", self.why),
        }
    }

    /// Whether probabilities may be shown.
    #[must_use]
    pub fn is_trusted(&self) -> bool {
        self.standing == "trusted"
    }

    /// What the engine says of its day.
    ///
    /// # Errors
    /// SQL that does not run.
    pub fn gather(engine: &Engine) -> Result<Self, EngineError> {
        #[derive(Deserialize)]
        struct Loss {
            account_id: String,
            expected_loss_minor: Option<i64>,
        }
        let losses: Vec<Loss> = engine.query(
            "SELECT c.account_id, CAST(round(CAST(a.arr_minor AS DOUBLE) * c.probability) AS BIGINT) AS expected_loss_minor \
             FROM churn_scores AS c JOIN account_status AS a ON a.account_id = c.account_id ORDER BY c.account_id",
        )?;
        let losses: BTreeMap<String, Option<i64>> =
            losses.into_iter().map(|it| (it.account_id, it.expected_loss_minor)).collect();
        let judged = engine.churn();
        let account = |(id, score): (&String, &crate::churn::AccountScore)| {
            let reasons = score.reasons.iter().map(|it| ChurnReason {
                feature: it.feature.clone(),
                text: it.text.clone(),
                effect: it.effect,
            });
            let account = AccountChurn {
                probability: score.probability,
                at_renewal: score.at_renewal,
                expected_loss_minor: losses.get(id).copied().flatten(),
                reasons: reasons.collect(),
            };
            (id.clone(), account)
        };
        Ok(Self {
            standing: judged.standing.word().to_owned(),
            why: judged.why.clone(),
            horizon_days: judged.horizon_days,
            model: judged.model.clone(),
            trained_on: judged.trained_on.map(Day),
            accounts: judged.accounts.iter().map(account).collect(),
            backtest: judged.backtest.clone(),
        })
    }
}
