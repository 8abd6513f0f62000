//! The weeks at which the level of a series of counts changed.
//!
//! Exact penalised segmentation (optimal partitioning: Jackson et al. 2005; Killick, Fearnhead and Eckley 2012)
//! with the Poisson likelihood as cost. The penalty is the chi-square quantile at which a series without a
//! change shows one about as rarely as asked, by Bonferroni's bound over the weeks. Counts vary more than
//! Poisson's where people work together; the cost is divided by the dispersion that neighbouring weeks show.

use serde::Serialize;

use crate::maths::normal_quantile;

/// How sure a change point has to be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChangePointSettings {
    /// The share of series without a change in which one may be found.
    pub false_alarms: f64,
    /// The least number of known weeks on either side.
    pub shortest: usize,
}

impl Default for ChangePointSettings {
    fn default() -> Self {
        ChangePointSettings { false_alarms: 0.01, shortest: 4 }
    }
}

/// A lasting change of level.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct ChangePoint {
    /// The position of the first week on the new level.
    pub at: usize,
    /// The mean of the weeks back to the previous change.
    pub before: f64,
    /// The mean of the weeks up to the next one.
    pub after: f64,
    /// Twice the gain in log-likelihood over one level for both, over the dispersion: without a change about 1,
    /// above 15 hardly ever.
    pub strength: f64,
}

/// The change points of counts per week, in order; NaN where a week's count is not known.
///
/// A negative count counts as not known. Fewer than twice the shortest stretch of known weeks has none.
pub fn change_points(weeks: &[f64], settings: &ChangePointSettings) -> Vec<ChangePoint> {
    let known: Vec<usize> = (0..weeks.len()).filter(|week| weeks[*week] >= 0.0).collect();
    let counts: Vec<f64> = known.iter().map(|week| weeks[*week]).collect();
    let shortest = settings.shortest.max(1);
    if counts.len() < 2 * shortest {
        return Vec::new();
    }
    let series = Series::new(&counts);
    let alarms = settings.false_alarms.clamp(1e-12, 1.0) / counts.len() as f64;
    let penalty = normal_quantile(1.0 - alarms / 2.0).powi(2);
    let mut ends = vec![0];
    ends.extend(best_cuts(&series, shortest, penalty));
    ends.push(counts.len());
    ends.windows(3)
        .map(|window| {
            let (from, at, to) = (window[0], window[1], window[2]);
            ChangePoint {
                at: known[at],
                before: series.mean(from, at),
                after: series.mean(at, to),
                strength: series.cost(from, to) - series.cost(from, at) - series.cost(at, to),
            }
        })
        .collect()
}

/// The positions that make the cost of all stretches plus a penalty per cut least.
fn best_cuts(series: &Series, shortest: usize, penalty: f64) -> Vec<usize> {
    let n = series.len();
    let mut least = vec![f64::INFINITY; n + 1];
    let mut from = vec![0; n + 1];
    least[0] = -penalty;
    for end in shortest..=n {
        for start in (0..=end - shortest).filter(|start| *start == 0 || *start >= shortest) {
            let cost = least[start] + penalty + series.cost(start, end);
            if cost < least[end] {
                (least[end], from[end]) = (cost, start);
            }
        }
    }
    let mut cuts = Vec::new();
    let mut at = from[n];
    while at > 0 {
        cuts.push(at);
        at = from[at];
    }
    cuts.reverse();
    cuts
}

/// Running sums of counts, for the cost of any stretch.
struct Series {
    sums: Vec<f64>,
    dispersion: f64,
}

impl Series {
    fn new(counts: &[f64]) -> Self {
        let mut sums = vec![0.0];
        sums.extend(counts.iter().scan(0.0, |sum, count| {
            *sum += count;
            Some(*sum)
        }));
        Series { sums, dispersion: dispersion(counts) }
    }

    fn len(&self) -> usize {
        self.sums.len() - 1
    }

    fn mean(&self, from: usize, to: usize) -> f64 {
        (self.sums[to] - self.sums[from]) / (to - from) as f64
    }

    /// Minus twice the part of the log-likelihood that depends on where the cuts are, over the dispersion.
    fn cost(&self, from: usize, to: usize) -> f64 {
        let sum = self.sums[to] - self.sums[from];
        if sum > 0.0 { -2.0 * sum * self.mean(from, to).ln() / self.dispersion } else { 0.0 }
    }
}

/// The variance of a week's count over its mean, from the differences of neighbouring weeks (von Neumann 1941),
/// which a change of level hardly touches; at least Poisson's 1.
fn dispersion(counts: &[f64]) -> f64 {
    let ratio = |pair: &[f64]| {
        let sum = pair[0] + pair[1];
        (sum > 0.0).then(|| (pair[0] - pair[1]).powi(2) / sum)
    };
    let ratios: Vec<f64> = counts.windows(2).filter_map(ratio).collect();
    if ratios.is_empty() {
        return 1.0;
    }
    (ratios.iter().sum::<f64>() / ratios.len() as f64).max(1.0)
}
