//! The arithmetic of the score.

use std::collections::BTreeMap;

use super::rules::Rules;
use crate::engine::Reading;

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
}

/// One account's score.
#[derive(Clone, Debug, PartialEq)]
pub struct Score {
    /// The account.
    pub account_id: String,
    /// 0..100, whole, rounded half away from zero.
    pub score: u32,
    /// The band the score falls in.
    pub band: String,
    /// Measured share of the weights, 0..1.
    pub coverage: f64,
    /// The firing signal that capped the score; absent when none did.
    pub floored_by: Option<String>,
    /// Version of the rules.
    pub version: String,
}

impl Rules {
    /// Parts and scores of all accounts in `readings`, sorted by account; the unscored are absent.
    #[must_use]
    pub fn score(&self, readings: &[Reading]) -> (Vec<Part>, Vec<Score>) {
        let mut by_account: BTreeMap<&str, Vec<&Reading>> = BTreeMap::new();
        for reading in readings {
            by_account.entry(&reading.account_id).or_default().push(reading);
        }
        let mut parts = Vec::new();
        let mut scores = Vec::new();
        for (account_id, readings) in by_account {
            let measured = self.parts(account_id, &readings);
            scores.extend(self.one(account_id, &measured, &readings));
            parts.extend(measured);
        }
        (parts, scores)
    }

    fn parts(&self, account_id: &str, readings: &[&Reading]) -> Vec<Part> {
        let part = |reading: &&Reading| {
            let component = self.components.iter().find(|it| it.signal == reading.signal)?;
            Some(Part {
                account_id: account_id.to_owned(),
                signal: reading.signal.clone(),
                dimension: reading.dimension.clone(),
                weight: component.weight,
                score: reading.score?,
            })
        };
        readings.iter().filter_map(part).collect()
    }

    fn one(&self, account_id: &str, parts: &[Part], readings: &[&Reading]) -> Option<Score> {
        let all: u64 = self.components.iter().map(|it| u64::from(it.weight)).sum();
        let measured: u64 = parts.iter().map(|it| u64::from(it.weight)).sum();
        if measured == 0 || measured * 100 < all * u64::from(self.minimum_coverage) {
            return None;
        }
        let sum: u64 = parts.iter().map(|it| u64::from(it.weight) * thousandths(it.score)).sum();
        let whole = measured * 1000;
        // Half away from zero, in whole numbers.
        let mut score = u32::try_from((2 * sum + whole) / (2 * whole)).unwrap_or(100);
        let fired = |signal: &str| readings.iter().any(|it| it.fired && it.signal == signal);
        let floor =
            self.floors.iter().filter(|it| it.cap < score && fired(&it.signal)).min_by_key(|it| it.cap);
        if let Some(floor) = floor {
            score = floor.cap;
        }
        let band = self.bands.iter().filter(|band| band.min <= score).max_by_key(|band| band.min)?;
        #[expect(clippy::cast_precision_loss, reason = "weights are small")]
        let coverage = measured as f64 / all as f64;
        Some(Score {
            account_id: account_id.to_owned(),
            score,
            band: band.name.clone(),
            coverage,
            floored_by: floor.map(|it| it.signal.clone()),
            version: self.version.clone(),
        })
    }
}

/// A part in thousandths of a point: what the sum is made of, so that its order can't change it.
fn thousandths(score: f64) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0..100")]
    let whole = (score.clamp(0.0, 100.0) * 1000.0).round() as u64;
    whole
}
