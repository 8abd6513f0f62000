use crate::maths::{log_odds_of, logistic_loss};

/// The mean squared distance of the probability from what happened (Brier 1950).
pub fn brier(predictions: &[f64], labels: &[bool]) -> Option<f64> {
    mean(predictions, labels, |p, label| (p - f64::from(u8::from(label))).powi(2))
}

/// The mean of -ln of the probability given to what happened; probabilities of 0 and 1 are held just inside.
pub fn log_loss(predictions: &[f64], labels: &[bool]) -> Option<f64> {
    mean(predictions, labels, |p, label| logistic_loss(log_odds_of(p), label))
}

fn mean(predictions: &[f64], labels: &[bool], loss: impl Fn(f64, bool) -> f64) -> Option<f64> {
    if predictions.is_empty() {
        return None;
    }
    let sum: f64 = predictions.iter().zip(labels).map(|(p, label)| loss(*p, *label)).sum();
    Some(sum / predictions.len() as f64)
}
