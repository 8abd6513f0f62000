//! The arithmetic of the score and of its confidence.

use std::collections::BTreeMap;

use super::band;
use super::past::Past;
use super::rules::{Component, Rules};
use crate::engine::Reading;

/// Age in days of the newest row of each source, as the table `data_freshness` has it.
pub type Freshness = BTreeMap<String, i64>;

/// A measured part of one account's score.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The account.
    pub account_id: String,
    /// The signal.
    pub signal: String,
    /// Its health dimension.
    pub dimension: String,
    /// Its weight.
    pub weight: u32,
    /// 0..100.
    pub score: f64,
    /// What the reading is over.
    pub n: u64,
    /// How far it is trusted, in thousandths: by its n and the age of its source.
    pub trust: u64,
}

/// The parts of one dimension together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dimension {
    /// The account.
    pub account_id: String,
    /// The dimension.
    pub dimension: String,
    /// Weighted mean of its measured parts, 0..100, rounded half away from zero.
    pub score: u32,
    /// Weight of its measured parts.
    pub weight: u32,
}

/// One account's score.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// The account.
    pub account_id: String,
    /// 0..100, whole, rounded half away from zero.
    pub score: u32,
    /// The band, held against flicker.
    pub band: String,
    /// The band by the score alone.
    pub plain_band: String,
    /// The band of the last session, where there was one of the same version.
    pub previous_band: Option<String>,
    /// Measured share of the weights, 0..1.
    pub coverage: f64,
    /// How far the score can be trusted, 0..1; never above the coverage.
    pub confidence: f64,
    /// The word for it.
    pub level: String,
    /// The firing signal that capped the score; absent when none did.
    pub floored_by: Option<String>,
    /// Version of the rules.
    pub version: String,
}

/// Everything health says of one day.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scored {
    /// Measured parts, by account and signal.
    pub parts: Vec<Part>,
    /// Parts together, by account and dimension.
    pub dimensions: Vec<Dimension>,
    /// Scores by account; the unscored are absent.
    pub scores: Vec<Score>,
}

impl Rules {
    /// Parts and scores of all accounts in `readings`, sorted by account. `past` holds the bands of the last session.
    #[must_use]
    pub fn score(&self, readings: &[Reading], freshness: &Freshness, past: &Past) -> Scored {
        let mut by_account: BTreeMap<&str, Vec<&Reading>> = BTreeMap::new();
        for reading in readings {
            by_account.entry(&reading.account_id).or_default().push(reading);
        }
        let mut scored = Scored::default();
        for (account_id, readings) in by_account {
            let parts = self.parts(account_id, &readings, freshness);
            scored.scores.extend(self.one(account_id, &parts, &readings, past));
            scored.dimensions.extend(dimensions(account_id, &parts));
            scored.parts.extend(parts);
        }
        scored
    }

    fn parts(&self, account_id: &str, readings: &[&Reading], freshness: &Freshness) -> Vec<Part> {
        let part = |reading: &&Reading| {
            let component = self.component(&reading.signal)?;
            Some(Part {
                account_id: account_id.to_owned(),
                signal: reading.signal.clone(),
                dimension: reading.dimension.clone(),
                weight: component.weight,
                score: reading.score?,
                n: reading.n,
                trust: trust(component, reading.n, freshness),
            })
        };
        readings.iter().filter_map(part).collect()
    }

    fn one(&self, account_id: &str, parts: &[Part], readings: &[&Reading], past: &Past) -> Option<Score> {
        let all = self.weight();
        let measured: u64 = parts.iter().map(|it| u64::from(it.weight)).sum();
        if measured == 0 || measured * 100 < all * u64::from(self.minimum_coverage) {
            return None;
        }
        let mut score = mean(parts)?;
        let fired = |signal: &str| readings.iter().any(|it| it.fired && it.signal == signal);
        let floor =
            self.floors.iter().filter(|it| it.cap < score && fired(&it.signal)).min_by_key(|it| it.cap);
        if let Some(floor) = floor {
            score = floor.cap;
        }
        let previous = past.band(account_id, &self.version);
        let trusted: u64 = parts.iter().map(|it| u64::from(it.weight) * it.trust).sum();
        let percent = u32::try_from(trusted / (10 * all)).unwrap_or(100);
        Some(Score {
            account_id: account_id.to_owned(),
            score,
            band: self.band(score, previous, floor.is_some())?.name.clone(),
            plain_band: band::plain(&self.bands, score)?.name.clone(),
            previous_band: previous.map(str::to_owned),
            coverage: share(measured, all),
            confidence: share(trusted, 1000 * all),
            level: band::plain(&self.levels, percent)?.name.clone(),
            floored_by: floor.map(|it| it.signal.clone()),
            version: self.version.clone(),
        })
    }
}

/// Weighted mean of some parts, rounded half away from zero, in whole numbers.
fn mean<'a>(parts: impl IntoIterator<Item = &'a Part>) -> Option<u32> {
    let (mut sum, mut weight) = (0, 0);
    for part in parts {
        sum += u64::from(part.weight) * thousandths(part.score);
        weight += u64::from(part.weight);
    }
    let whole = weight * 1000;
    if whole == 0 {
        return None;
    }
    Some(u32::try_from((2 * sum + whole) / (2 * whole)).unwrap_or(100))
}

fn dimensions(account_id: &str, parts: &[Part]) -> Vec<Dimension> {
    let mut by_name: BTreeMap<&str, Vec<&Part>> = BTreeMap::new();
    for part in parts {
        by_name.entry(&part.dimension).or_default().push(part);
    }
    by_name
        .into_iter()
        .filter_map(|(name, parts)| {
            Some(Dimension {
                account_id: account_id.to_owned(),
                dimension: name.to_owned(),
                weight: parts.iter().map(|it| it.weight).sum(),
                score: mean(parts)?,
            })
        })
        .collect()
}

/// Trust in a part, in thousandths: n ÷ enough, times 1 while its source is fresh, falling to 0 at four times that age.
fn trust(component: &Component, n: u64, freshness: &Freshness) -> u64 {
    let enough = match u64::from(component.enough) {
        0 => 1000,
        enough => (1000 * n / enough).min(1000),
    };
    let fresh = match &component.source {
        None => 1000,
        Some(source) => freshness.get(source).map_or(0, |days_old| {
            let (old, days) = (u64::try_from(*days_old).unwrap_or(0), u64::from(component.fresh_days).max(1));
            1000 - (1000 * old.saturating_sub(days) / (3 * days)).min(1000)
        }),
    };
    enough * fresh / 1000
}

fn share(part: u64, whole: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "weights are small")]
    let share = part as f64 / whole as f64;
    share
}

/// A part in thousandths of a point: what the sum is made of, so that its order can't change it.
fn thousandths(score: f64) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0..100")]
    let whole = (score.clamp(0.0, 100.0) * 1000.0).round() as u64;
    whole
}
