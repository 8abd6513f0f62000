//! Rows that pages draw and that no other part of the analysis holds: terms, bands, what nothing can measure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Day;
use crate::engine::{Engine, EngineError};
use crate::health::Rules;
use crate::knowledge::Knowledge;

/// What a page shows beside figures and readings.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sight {
    /// Paid subscriptions in force, by account.
    pub terms: BTreeMap<String, Vec<Term>>,
    /// Bands of the score, the lowest first.
    pub bands: Vec<BandRow>,
    /// Signals that this data cannot measure for anybody, by name.
    pub unmeasured: Vec<UnmeasuredRow>,
    /// How many customers of each cohort, and how much of their money, were there after so many months.
    #[serde(default)]
    pub retention: Vec<CurvePoint>,
    /// What each signal is called, by name.
    pub signals: BTreeMap<String, String>,
}

/// A paid subscription in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// The subscription.
    pub subscription_id: String,
    /// Product as the source states it.
    pub product: Option<String>,
    /// Plan as the source states it.
    pub plan: Option<String>,
    /// Purchased seats.
    pub seats: Option<i64>,
    /// Recurring revenue a month, minor units of the workspace's currency; absent when there is no rate.
    pub mrr_minor: Option<i64>,
    /// First day of this version.
    pub start_date: Day,
    /// Day the term ends.
    pub renewal_date: Option<Day>,
    /// Days before the term's end by which the customer must opt out.
    pub notice_days: Option<i64>,
    /// Renews unless the customer opts out.
    pub auto_renew: Option<bool>,
    /// Day the decision to leave was taken.
    pub cancelled_on: Option<Day>,
}

/// A cohort after some months.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// Month of the first paid day, `2024-03`; a year, `2024`, whose months all have a month of that number; `all` for
    /// those old enough to have one.
    pub cohort: String,
    /// 0 is the end of the first month.
    pub month_n: i64,
    /// Customers the cohort began with.
    pub accounts_at_start: i64,
    /// Of those, how many pay.
    pub kept: i64,
    /// MRR the cohort began with, minor units.
    pub opening_minor: Option<i64>,
    /// What they pay, minor units.
    pub kept_minor: Option<i64>,
    /// Whether accounts enough are left at the start for a line to be drawn to here.
    pub enough: bool,
}

/// A band of the score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BandRow {
    /// Name people use.
    pub name: String,
    /// Lowest score in it.
    pub min: i64,
}

/// A signal nobody can be measured by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnmeasuredRow {
    /// The signal.
    pub signal: String,
    /// Its title.
    pub title: String,
    /// Why, and what would help.
    pub reason: String,
}

impl Sight {
    /// Reads it from the engine's tables and the knowledge files.
    pub(super) fn gather(engine: &Engine, knowledge: &Knowledge) -> Result<Self, EngineError> {
        let rules = Rules::parse(knowledge.file("health.toml").unwrap_or_default())
            .map_err(|problem| EngineError::Settings { file: "health.toml".to_owned(), problem })?;
        let mut bands: Vec<BandRow> = rules
            .bands
            .iter()
            .map(|band| BandRow { name: band.name.clone(), min: i64::from(band.min) })
            .collect();
        bands.sort_by_key(|band| band.min);
        let mut terms: BTreeMap<String, Vec<Term>> = BTreeMap::new();
        for row in engine.query::<TermRow>(TERMS)? {
            terms.entry(row.account_id).or_default().push(row.term);
        }
        let retention = engine.query(RETENTION)?;
        let unmeasured = engine
            .unmeasured()
            .iter()
            .map(|it| UnmeasuredRow {
                signal: it.signal.clone(),
                title: it.title.clone(),
                reason: it.reason.clone(),
            })
            .collect();
        let signals =
            knowledge.signals().iter().map(|signal| (signal.name.clone(), signal.title.clone())).collect();
        Ok(Self { terms, bands, unmeasured, retention, signals })
    }
}

const TERMS: &str = "\
SELECT account_id, subscription_id, product, plan, seats, mrr_minor, start_date, renewal_date,
       CAST(notice_days AS BIGINT) AS notice_days, auto_renew, cancelled_on
FROM subscriptions_in_force
ORDER BY account_id, subscription_id, start_date";

const RETENTION: &str = "\
SELECT cohort, month_n, accounts_at_start, kept, opening_minor, kept_minor, enough
FROM retention_curve
ORDER BY cohort, month_n";

#[derive(Deserialize)]
struct TermRow {
    account_id: String,
    #[serde(flatten)]
    term: Term,
}
