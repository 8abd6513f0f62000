//! Health of every customer in full: parts, dimensions, confidence, what it was, and where others see it differently.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Analysis, Day, Reason, gravest};
use crate::engine::{Engine, EngineError};
use crate::health::{Cleared, DAYS_KEPT, Past, PastAccount, PastReason, Records};

/// Health in full.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HealthView {
    /// Version of the rules.
    pub version: String,
    /// Points beyond a border before a band is left.
    pub margin: u32,
    /// Days that scores are kept of, oldest first; the last one is today's.
    pub days: Vec<Day>,
    /// Every managed account, scored or not, by id.
    pub accounts: BTreeMap<String, HealthDetail>,
    /// Where the score, the CSM and the money say different things; the most ARR first.
    pub disagreements: Vec<Disagreement>,
    /// Bands in the last session and now.
    pub migration: Migration,
    /// What stopped firing in 90 days.
    pub cleared: Vec<Cleared>,
    /// Value segment of every managed account with known ARR, by id.
    pub segments: BTreeMap<String, ValueSegment>,
    /// Borders of the segments, the lowest first.
    pub bounds: Vec<SegmentBound>,
}

/// One account's health.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HealthDetail {
    /// Score, 0 to 100; absent when unscored.
    pub score: Option<i64>,
    /// Band, held against flicker.
    pub band: Option<String>,
    /// Band by the score alone.
    pub plain_band: Option<String>,
    /// Band in the last session.
    pub previous_band: Option<String>,
    /// Whether the band is held though the score is beyond its border.
    pub held: bool,
    /// Measured share of the weights, 0..1.
    pub coverage: Option<f64>,
    /// How far the score can be trusted, 0..1.
    pub confidence: Option<f64>,
    /// The word for it.
    pub level: Option<String>,
    /// Why there is no score.
    pub unknown: Option<String>,
    /// The signal that capped it.
    pub floored_by: Option<String>,
    /// Measured parts, by signal.
    pub parts: Vec<HealthPart>,
    /// Parts together, by dimension.
    pub dimensions: Vec<DimensionScore>,
    /// Scores, one per day of [`HealthView::days`].
    pub scores: Vec<Option<i64>>,
    /// Signals that fire, and the day of the first session they fired in without a break.
    pub since: BTreeMap<String, Day>,
}

/// A measured part of a score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HealthPart {
    /// The signal.
    pub signal: String,
    /// Its dimension.
    pub dimension: String,
    /// Its weight.
    pub weight: i64,
    /// 0 to 100.
    pub score: f64,
    /// What the reading is over.
    pub n: i64,
    /// How far it is trusted, 0..1.
    pub trust: f64,
    /// The figure that opens to its rows.
    #[serde(default)]
    pub figure: String,
}

/// The parts of a dimension together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DimensionScore {
    /// The dimension.
    pub dimension: String,
    /// 0 to 100.
    pub score: i64,
    /// Weight of its measured parts.
    pub weight: i64,
    /// Weight of all its parts.
    pub of_weight: i64,
}

/// One account about which not all agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disagreement {
    /// The account.
    pub account_id: String,
    /// Its name.
    pub name: String,
    /// Score.
    pub score: Option<i64>,
    /// Band.
    pub band: Option<String>,
    /// The CSM's own word.
    pub csm_rating: Option<String>,
    /// What contract and payments say: `good`, `neutral` or `bad`; absent when not known.
    pub commercial: Option<String>,
    /// Who says good and who says bad.
    pub differ: String,
    /// What each of them rests on.
    pub because: String,
    /// ARR, minor units.
    pub arr_minor: Option<i64>,
    /// The figures behind it.
    #[serde(default)]
    pub figures: Vec<String>,
}

/// Bands then and now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Migration {
    /// Day of the last session; absent in the first one.
    pub since: Option<Day>,
    /// Pairs that have accounts.
    pub cells: Vec<MigrationCell>,
}

/// Accounts that went from one band to another, or stayed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MigrationCell {
    /// Band then; `unscored`, or `new` where it was no customer.
    pub from_band: String,
    /// Band now; `unscored`, or `left` where it is no customer.
    pub to_band: String,
    /// Accounts.
    pub accounts: i64,
    /// Their ARR, minor units; absent where one of them is not known.
    pub arr_minor: Option<i64>,
}

/// What an account is worth, and may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValueSegment {
    /// The segment.
    pub segment: String,
    /// How its border is worked out.
    pub how: String,
    /// `high`, `possible`, `low` or `unknown`.
    pub potential: String,
    /// Why.
    pub potential_because: String,
    /// Whether it is held though its ARR is beyond a border.
    pub held: bool,
}

/// Border of a value segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentBound {
    /// The segment.
    pub segment: String,
    /// 1 is the lowest.
    pub place: i64,
    /// Least ARR, minor units.
    pub min_arr_minor: i64,
    /// How it is worked out.
    pub how: String,
}

impl HealthView {
    /// Reads it from the engine's tables.
    pub(super) fn gather(engine: &Engine) -> Result<Self, EngineError> {
        let past = engine.past();
        let today = Day(engine.as_of());
        let days = kept(past, today);
        let mut accounts: BTreeMap<String, HealthDetail> = BTreeMap::new();
        for row in engine.query::<Keyed<ScoreRow>>(SCORES)? {
            let scores = scores(past, &row.account_id, &days, today, row.rest.score);
            accounts.insert(row.account_id, row.rest.detail(scores));
        }
        for row in engine.query::<Keyed<HealthPart>>(PARTS)? {
            if let Some(account) = accounts.get_mut(&row.account_id) {
                let figure = format!("figure:{}@account={}", row.rest.signal, row.account_id);
                account.parts.push(HealthPart { figure, ..row.rest });
            }
        }
        for row in engine.query::<Keyed<DimensionScore>>(DIMENSIONS)? {
            if let Some(account) = accounts.get_mut(&row.account_id) {
                account.dimensions.push(row.rest);
            }
        }
        for ((account_id, signal), since) in &engine.dates().since {
            if let Some(account) = accounts.get_mut(account_id) {
                account.since.insert(signal.clone(), *since);
            }
        }
        let mut disagreements: Vec<Disagreement> = engine.query(DISAGREEMENTS)?;
        let fired: BTreeSet<(String, String)> = engine.dates().since.keys().cloned().collect();
        for it in &mut disagreements {
            let opens = |signal: &str| fired.contains(&(it.account_id.clone(), signal.to_owned()));
            let commercial = COMMERCIAL.into_iter().filter(|signal| opens(signal));
            let scored = it.score.map(|_| "health_score");
            let rated = it.csm_rating.as_ref().map(|_| "csm_rating");
            it.figures = scored
                .into_iter()
                .chain(rated)
                .chain(commercial)
                .map(|name| format!("figure:{name}@account={}", it.account_id))
                .collect();
        }
        let segments: Vec<Keyed<ValueSegment>> = engine.query(SEGMENTS)?;
        Ok(Self {
            version: engine.rules().version.clone(),
            margin: engine.rules().margin,
            days,
            accounts,
            disagreements,
            migration: Migration { since: past.as_of, cells: engine.query(MIGRATION)? },
            cleared: engine.dates().cleared.clone(),
            segments: segments.into_iter().map(|row| (row.account_id, row.rest)).collect(),
            bounds: engine.query("SELECT * FROM segment_bounds ORDER BY place")?,
        })
    }

    /// What the next session is to know of this one: all but its actions and what was on record before it, which
    /// [`crate::deliverable::Snapshot::of`] adds.
    #[must_use]
    pub fn past(analysis: &Analysis) -> Past {
        let health = &analysis.health;
        let account = |(id, detail): (&String, &HealthDetail)| {
            let archetype = analysis.trend.archetypes.get(id);
            let assessed = analysis.accounts.get(id);
            let rank = assessed.and_then(|account| account.risk_rank);
            let reasons: Vec<&Reason> =
                rank.and(assessed).map(|account| gravest(account.risks())).unwrap_or_default();
            let then = PastAccount {
                score: detail.score,
                band: detail.band.clone(),
                parts: detail.parts.iter().map(|part| (part.signal.clone(), part.score)).collect(),
                arr_minor: assessed.and_then(|account| account.arr.whole()),
                segment: health.segments.get(id).map(|it| it.segment.clone()),
                archetype: archetype.map(|it| it.archetype.clone()),
                archetype_since: archetype.map(|it| it.since.unwrap_or(analysis.as_of)),
                fired: detail.since.clone(),
                scores: detail.scores.clone(),
                at_risk: Some(rank.is_some()),
                rank,
                probability: analysis.churn.accounts.get(id).map(|chances| chances.probability),
                reasons: reasons
                    .into_iter()
                    .map(|reason| PastReason {
                        signal: reason.signal.clone(),
                        severity: reason.severity,
                        text: reason.text.clone(),
                    })
                    .collect(),
                actions: Vec::new(),
            };
            (id.clone(), then)
        };
        Past {
            as_of: Some(analysis.as_of),
            version: health.version.clone(),
            days: health.days.clone(),
            accounts: health.accounts.iter().map(account).collect(),
            cleared: health.cleared.clone(),
            records: Records::default(),
        }
    }
}

/// A row that belongs to an account.
#[derive(Deserialize)]
pub(super) struct Keyed<T> {
    pub(super) account_id: String,
    #[serde(flatten)]
    pub(super) rest: T,
}

#[derive(Deserialize)]
struct ScoreRow {
    score: Option<i64>,
    band: Option<String>,
    plain_band: Option<String>,
    previous_band: Option<String>,
    coverage: Option<f64>,
    confidence: Option<f64>,
    level: Option<String>,
    floored_by: Option<String>,
}

impl ScoreRow {
    fn detail(self, scores: Vec<Option<i64>>) -> HealthDetail {
        let unknown = self.score.is_none().then(|| "too little of the score is measured".to_owned());
        HealthDetail {
            held: self.band != self.plain_band,
            score: self.score,
            band: self.band,
            plain_band: self.plain_band,
            previous_band: self.previous_band,
            coverage: self.coverage,
            confidence: self.confidence,
            level: self.level,
            unknown,
            floored_by: self.floored_by,
            scores,
            ..HealthDetail::default()
        }
    }
}

/// Days of the last sessions and today; a day that was looked at twice is there once.
fn kept(past: &Past, today: Day) -> Vec<Day> {
    let mut days: Vec<Day> = past.days.iter().copied().filter(|day| *day < today).collect();
    days.push(today);
    days.split_off(days.len().saturating_sub(DAYS_KEPT))
}

/// The account's scores on `days`; what an earlier session did not know is absent.
fn scores(past: &Past, id: &str, days: &[Day], today: Day, score: Option<i64>) -> Vec<Option<i64>> {
    let then: BTreeMap<Day, Option<i64>> = past
        .accounts
        .get(id)
        .map(|it| past.days.iter().copied().zip(it.scores.iter().copied()).collect())
        .unwrap_or_default();
    days.iter().map(|day| if *day == today { score } else { then.get(day).copied().flatten() }).collect()
}

/// Signals whose firing is the commercial side's word.
const COMMERCIAL: [&str; 4] =
    ["cancellation_announced", "contraction_recent", "invoice_overdue", "payment_failed"];

const SCORES: &str = "\
SELECT a.account_id, h.score, h.band, h.plain_band, h.previous_band, h.coverage, h.confidence, h.level, h.floored_by
FROM account_status a LEFT JOIN health_scores h ON h.account_id = a.account_id
WHERE a.status = 'managed' ORDER BY a.account_id";

const PARTS: &str = "\
SELECT account_id, signal, dimension, weight, score, n, trust FROM health_parts ORDER BY account_id, signal";

const DIMENSIONS: &str = "\
SELECT account_id, dimension, score, weight, of_weight FROM health_dimensions ORDER BY account_id, dimension";

const DISAGREEMENTS: &str = "\
SELECT account_id, name, score, band, csm_rating, commercial, differ, because, arr_minor FROM disagreements
ORDER BY coalesce(arr_minor, 0) DESC, account_id";

const MIGRATION: &str = "\
SELECT from_band, to_band, accounts, arr_minor FROM health_migration ORDER BY from_band, to_band";

const SEGMENTS: &str = "\
SELECT account_id, segment, how, potential, potential_because, held FROM value_segments ORDER BY account_id";
