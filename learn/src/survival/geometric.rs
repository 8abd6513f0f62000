use serde::{Deserialize, Serialize};

use crate::error::LearnError;

/// The shifted-beta-geometric model of contract renewals (Fader and Hardie 2007, "How to project customer
/// retention"): at every renewal each customer leaves with a chance of their own, and those chances are beta
/// distributed over the cohort. Retention rises with age because those likely to leave have left.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ShiftedBetaGeometric {
    /// First parameter of the beta distribution.
    pub alpha: f64,
    /// Second parameter.
    pub beta: f64,
    /// The logarithm of the likelihood at these parameters.
    pub log_likelihood: f64,
}

impl ShiftedBetaGeometric {
    /// The parameters under which a cohort is likeliest that lost `lost[0]` customers at its first renewal,
    /// `lost[1]` at its second and so on, and has `remaining` left.
    ///
    /// # Errors
    ///
    /// Nobody lost, or a count below 0: there is nothing to fit.
    pub fn fit(lost: &[f64], remaining: f64) -> Result<Self, LearnError> {
        let counts = lost.iter().chain([&remaining]);
        if counts.clone().any(|count| !count.is_finite() || *count < 0.0) {
            return Err(LearnError::Invalid("customers lost and remaining: each is 0 or more".to_owned()));
        }
        if lost.iter().sum::<f64>() <= 0.0 {
            return Err(LearnError::Invalid("no customer was lost: no retention curve to fit".to_owned()));
        }
        let loss = |[alpha, beta]: [f64; 2]| -log_likelihood(alpha.exp(), beta.exp(), lost, remaining);
        let [alpha, beta] = lowest(loss, [0.0, 0.0]);
        Ok(ShiftedBetaGeometric {
            alpha: alpha.exp(),
            beta: beta.exp(),
            log_likelihood: -loss([alpha, beta]),
        })
    }

    /// The share of the cohort still there after `renewals` renewals.
    pub fn survival(&self, renewals: usize) -> f64 {
        (1..=renewals).map(|renewal| self.retention(renewal)).product()
    }

    /// The share of those before the `renewal`th renewal (from 1) who renew.
    pub fn retention(&self, renewal: usize) -> f64 {
        let past = renewal.max(1) as f64 - 1.0;
        (self.beta + past) / (self.alpha + self.beta + past)
    }
}

/// Equation 7 of the paper, by the recursion of its equation 6.
fn log_likelihood(alpha: f64, beta: f64, lost: &[f64], remaining: f64) -> f64 {
    let (mut survival, mut sum) = (1.0f64, 0.0);
    for (past, lost) in lost.iter().enumerate() {
        let leaving = alpha / (alpha + beta + past as f64);
        if *lost > 0.0 {
            sum += lost * (survival * leaving).ln();
        }
        survival *= 1.0 - leaving;
    }
    if remaining > 0.0 { sum + remaining * survival.ln() } else { sum }
}

/// The lowest point near `start`, by the simplex of Nelder and Mead (1965), within ±12 of 0.
fn lowest(loss: impl Fn([f64; 2]) -> f64, start: [f64; 2]) -> [f64; 2] {
    const STEPS: usize = 500;
    let held = |point: [f64; 2]| point.map(|value| value.clamp(-12.0, 12.0));
    let judged = |point: [f64; 2]| (loss(held(point)), held(point));
    let between = |from: [f64; 2], to: [f64; 2], share: f64| {
        [from[0] + share * (to[0] - from[0]), from[1] + share * (to[1] - from[1])]
    };
    let [x, y] = start;
    let mut corners = [judged([x, y]), judged([x + 1.0, y]), judged([x, y + 1.0])];
    for _ in 0..STEPS {
        corners.sort_by(|a, b| a.0.total_cmp(&b.0));
        let [best, middle, worst] = corners;
        if (worst.0 - best.0).abs() < 1e-13 * (1.0 + best.0.abs()) {
            break;
        }
        let centre = between(best.1, middle.1, 0.5);
        let mirrored = judged(between(worst.1, centre, 2.0));
        corners[2] = if mirrored.0 < best.0 {
            let further = judged(between(worst.1, centre, 3.0));
            if further.0 < mirrored.0 { further } else { mirrored }
        } else if mirrored.0 < middle.0 {
            mirrored
        } else {
            let nearer = judged(between(worst.1, centre, if mirrored.0 < worst.0 { 1.5 } else { 0.5 }));
            if nearer.0 < worst.0.min(mirrored.0) {
                nearer
            } else {
                corners[1] = judged(between(middle.1, best.1, 0.5));
                judged(between(worst.1, best.1, 0.5))
            }
        };
    }
    corners.sort_by(|a, b| a.0.total_cmp(&b.0));
    corners[0].1
}
