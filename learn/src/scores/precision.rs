use serde::Serialize;

use super::highest_first;

/// What the highest predictions caught.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Top {
    /// How many rows were taken.
    pub n: usize,
    /// How many of them were positive; a share where equal predictions straddle the last place.
    pub positives: f64,
    /// The share of the taken that was positive.
    pub precision: f64,
    /// The share of all positives that was taken.
    pub recall: f64,
    /// Precision over the share of positives among all rows.
    pub lift: f64,
}

/// Average precision: the mean, over the positives, of the precision at each one's prediction. Equal
/// predictions are taken together.
pub fn pr_auc(predictions: &[f64], labels: &[bool]) -> Option<f64> {
    let all = labels.iter().filter(|label| **label).count();
    if all == 0 {
        return None;
    }
    let order = highest_first(predictions);
    let (mut taken, mut caught, mut sum) = (0, 0, 0.0);
    for tied in order.chunk_by(|a, b| predictions[*a] == predictions[*b]) {
        let positives = tied.iter().filter(|row| labels[**row]).count();
        taken += tied.len();
        caught += positives;
        sum += positives as f64 * caught as f64 / taken as f64;
    }
    Some(sum / all as f64)
}

/// What the highest `share` of the predictions caught, rounded up to whole rows.
pub fn lift(predictions: &[f64], labels: &[bool], share: f64) -> Option<Top> {
    let n = (share * predictions.len() as f64 - 1e-9).ceil().max(0.0) as usize;
    at_budget(predictions, labels, n)
}

/// What the `k` highest predictions caught. Of equal predictions at the last place each counts by its chance
/// of being taken, so that the order of the rows does not matter.
pub fn at_budget(predictions: &[f64], labels: &[bool], k: usize) -> Option<Top> {
    let all = labels.iter().filter(|label| **label).count();
    let n = k.min(predictions.len());
    if all == 0 || n == 0 {
        return None;
    }
    let order = highest_first(predictions);
    let (mut taken, mut caught) = (0, 0.0);
    for tied in order.chunk_by(|a, b| predictions[*a] == predictions[*b]) {
        let positives = tied.iter().filter(|row| labels[**row]).count() as f64;
        let room = tied.len().min(n - taken);
        caught += positives * room as f64 / tied.len() as f64;
        taken += room;
    }
    let precision = caught / n as f64;
    let base = all as f64 / predictions.len() as f64;
    Some(Top { n, positives: caught, precision, recall: caught / all as f64, lift: precision / base })
}
