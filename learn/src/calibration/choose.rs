use super::linear::{Point, beta, line};
use super::map::Calibration;
use super::steps::steps;
use crate::learner::HeldOut;
use crate::maths::logistic_loss;

/// A calibration learnt from all held-out rows, and for each of them its log-odds under one learnt without
/// its split.
pub(super) struct Chosen {
    pub(super) calibration: Calibration,
    pub(super) held_out: Vec<HeldOut>,
    pub(super) name: &'static str,
}

struct Candidate {
    name: &'static str,
    learn: fn(&[Point]) -> Calibration,
    /// The least number of held-out rows of either class at which it is tried.
    least: usize,
}

static CANDIDATES: [Candidate; 3] = [
    Candidate { name: "line", learn: line, least: 0 },
    Candidate { name: "beta", learn: beta, least: 200 },
    Candidate { name: "isotonic", learn: steps, least: 1000 },
];

/// The line, unless a richer map does better on splits it was not learnt from by more than one standard error
/// of the difference.
pub(super) fn choose(points: &[Point], held_out: &[HeldOut], splits: usize) -> Chosen {
    let positives = points.iter().filter(|point| point.label).count();
    let rarer = positives.min(points.len() - positives);
    let crossed = |candidate: &Candidate| cross(held_out, points, splits, candidate.learn);
    let mut best = &CANDIDATES[0];
    let mut said = crossed(best);
    for candidate in CANDIDATES[1..].iter().filter(|candidate| rarer >= candidate.least) {
        let other = crossed(candidate);
        let gains: Vec<f64> = points
            .iter()
            .zip(said.iter().zip(&other))
            .map(|(point, (now, then))| {
                let gain = logistic_loss(*now, point.label) - logistic_loss(*then, point.label);
                point.weight * gain
            })
            .collect();
        let n = gains.len() as f64;
        let mean = gains.iter().sum::<f64>() / n;
        let variance = gains.iter().map(|gain| (gain - mean).powi(2)).sum::<f64>() / n;
        if splits > 1 && mean > (variance / n).sqrt() {
            (best, said) = (candidate, other);
        }
    }
    let held_out = held_out.iter().zip(said).map(|(held, log_odds)| HeldOut { log_odds, ..*held }).collect();
    Chosen { calibration: (best.learn)(points), held_out, name: best.name }
}

/// Each held-out row's log-odds under the map learnt from the other splits; from all, where there is one only.
fn cross(
    held_out: &[HeldOut],
    points: &[Point],
    splits: usize,
    learn: fn(&[Point]) -> Calibration,
) -> Vec<f64> {
    let of_split = |split: usize| {
        let others: Vec<Point> = (held_out.iter().zip(points))
            .filter(|(held, _)| splits < 2 || held.split != split)
            .map(|(_, point)| *point)
            .collect();
        learn(&others)
    };
    let maps: Vec<Calibration> = (0..splits).map(of_split).collect();
    held_out.iter().map(|held| maps[held.split].apply(held.log_odds)).collect()
}
