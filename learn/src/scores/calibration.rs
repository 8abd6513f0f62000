use serde::Serialize;

use super::highest_first;
use crate::maths::normal_quantile;
use crate::random::Random;

/// Rows of about equal prediction: what was said of them and what happened.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CalibrationBin {
    /// How many rows.
    pub n: usize,
    /// Their mean prediction.
    pub predicted: f64,
    /// The share that was positive.
    pub observed: f64,
    /// Lower end of Wilson's 95 % interval of that share.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

/// The calibration error that a perfectly calibrated model with the same predictions would show by chance.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct EceFloor {
    /// The mean over the draws.
    pub mean: f64,
    /// What 95 % of the draws stay within: a larger error is a significant one.
    pub p95: f64,
}

/// The expected calibration error over `bins` bins of equal numbers of rows: the mean distance of what was said
/// from what happened, weighted by rows (Naeini, Cooper and Hauskrecht 2015, with equal mass).
pub fn ece(predictions: &[f64], labels: &[bool], bins: usize) -> Option<f64> {
    Binned::new(predictions, bins).map(|binned| binned.error(labels))
}

/// How large [`ece`] would be if the predictions were the true probabilities: `draws` times labels are drawn
/// from them, by `seed`.
pub fn ece_floor(predictions: &[f64], bins: usize, draws: usize, seed: u64) -> Option<EceFloor> {
    let binned = Binned::new(predictions, bins)?;
    let mut random = Random::new(seed);
    let mut errors: Vec<f64> = (0..draws)
        .map(|_| {
            let labels: Vec<bool> = predictions.iter().map(|p| random.unit() < *p).collect();
            binned.error(&labels)
        })
        .collect();
    errors.sort_by(f64::total_cmp);
    let at = (0.95 * draws as f64).ceil() as usize;
    let p95 = *errors.get(at.checked_sub(1)?)?;
    Some(EceFloor { mean: errors.iter().sum::<f64>() / draws as f64, p95 })
}

/// Per bin of [`ece`], from the lowest prediction to the highest, what was said and what happened.
pub fn calibration_table(predictions: &[f64], labels: &[bool], bins: usize) -> Vec<CalibrationBin> {
    let Some(binned) = Binned::new(predictions, bins) else { return Vec::new() };
    let shares = binned.shares(labels);
    let bin = |range: &std::ops::Range<usize>| {
        let n = range.len();
        let observed = shares[range.clone()].iter().sum::<f64>() / n as f64;
        let (low, high) = wilson(observed, n);
        CalibrationBin { n, predicted: binned.said(range), observed, low, high }
    };
    binned.bins.iter().map(bin).collect()
}

/// Predictions from lowest to highest, cut into bins.
struct Binned<'a> {
    predictions: &'a [f64],
    order: Vec<usize>,
    bins: Vec<std::ops::Range<usize>>,
}

impl<'a> Binned<'a> {
    fn new(predictions: &'a [f64], bins: usize) -> Option<Self> {
        let n = predictions.len();
        if n == 0 || bins == 0 {
            return None;
        }
        let mut order = highest_first(predictions);
        order.reverse();
        let bins = bins.min(n);
        let bins = (0..bins).map(|bin| bin * n / bins..(bin + 1) * n / bins).collect();
        Some(Binned { predictions, order, bins })
    }

    fn said(&self, range: &std::ops::Range<usize>) -> f64 {
        let rows = &self.order[range.clone()];
        rows.iter().map(|row| self.predictions[*row]).sum::<f64>() / rows.len() as f64
    }

    /// In order of prediction, what happened; rows of equal prediction share it, so that how they are cut into
    /// bins does not matter.
    fn shares(&self, labels: &[bool]) -> Vec<f64> {
        let mut shares = Vec::with_capacity(self.order.len());
        for tied in self.order.chunk_by(|a, b| self.predictions[*a] == self.predictions[*b]) {
            let positives = tied.iter().filter(|row| labels[**row]).count();
            let share = positives as f64 / tied.len() as f64;
            shares.extend(std::iter::repeat_n(share, tied.len()));
        }
        shares
    }

    fn error(&self, labels: &[bool]) -> f64 {
        let shares = self.shares(labels);
        let distance = |range: &std::ops::Range<usize>| {
            let seen: f64 = shares[range.clone()].iter().sum();
            (seen - self.said(range) * range.len() as f64).abs()
        };
        self.bins.iter().map(distance).sum::<f64>() / shares.len() as f64
    }
}

/// Wilson's score interval (1927) of a share, 95 %.
fn wilson(share: f64, n: usize) -> (f64, f64) {
    let (n, z) = (n as f64, normal_quantile(0.975));
    let centre = (share + z * z / (2.0 * n)) / (1.0 + z * z / n);
    let half = z / (1.0 + z * z / n) * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    ((centre - half).max(0.0), (centre + half).min(1.0))
}
