use serde::Serialize;

/// The area under the ROC curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Auc {
    /// The chance that a positive row is ranked above a negative one, ties counting half.
    pub value: f64,
    /// Its standard error (DeLong, DeLong and Clarke-Pearson 1988).
    pub standard_error: f64,
}

/// The area under the ROC curve; `None` without rows of both classes.
///
/// Computed from midranks, after Sun and Xu (2014).
pub fn auc(predictions: &[f64], labels: &[bool]) -> Option<Auc> {
    let of = |class: bool| -> Vec<f64> {
        let both = predictions.iter().zip(labels);
        both.filter(|(_, label)| **label == class).map(|(prediction, _)| *prediction).collect()
    };
    let (positive, negative) = (of(true), of(false));
    if positive.is_empty() || negative.is_empty() {
        return None;
    }
    // The share of the other class that each row is on the right side of.
    let above = placements(&positive, &negative);
    let below: Vec<f64> = placements(&negative, &positive).iter().map(|share| 1.0 - share).collect();
    let value = above.iter().sum::<f64>() / above.len() as f64;
    let spread = |shares: &[f64]| {
        let n = shares.len() as f64;
        if n < 2.0 {
            return 0.25;
        }
        shares.iter().map(|share| (share - value).powi(2)).sum::<f64>() / (n - 1.0) / n
    };
    Some(Auc { value, standard_error: (spread(&above) + spread(&below)).sqrt() })
}

/// For each of `values` the share of `others` that lies below it, equal ones counting half.
fn placements(values: &[f64], others: &[f64]) -> Vec<f64> {
    let mut sorted = others.to_vec();
    sorted.sort_by(f64::total_cmp);
    let share = |value: &f64| {
        let below = sorted.partition_point(|other| other < value);
        let up_to = sorted.partition_point(|other| other <= value);
        (below + up_to) as f64 / 2.0 / sorted.len() as f64
    };
    values.iter().map(share).collect()
}
