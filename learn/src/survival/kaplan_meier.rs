use serde::Serialize;

use crate::maths::normal_quantile;

/// The share still there after one of the times at which something was seen.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct KaplanMeierStep {
    /// The time.
    pub time: f64,
    /// How many were still there just before.
    pub at_risk: usize,
    /// How many had the event at this time.
    pub events: usize,
    /// How many were last seen at this time without it.
    pub censored: usize,
    /// The share still there just after.
    pub survival: f64,
    /// Lower end of its 95 % interval: Greenwood's variance on the scale of ln(-ln).
    pub low: f64,
    /// Its upper end.
    pub high: f64,
}

/// The curve of Kaplan and Meier (1958): a step for each time at which a duration ended, in order of time.
///
/// `events` tells durations that ended with the event from those that were only last seen then; the latter
/// count as at risk at their own time. The interval (Greenwood 1926; Kalbfleisch and Prentice 1980) is the
/// point itself where the curve is at 1 or 0.
pub fn kaplan_meier(durations: &[f64], events: &[bool]) -> Vec<KaplanMeierStep> {
    let z = normal_quantile(0.975);
    let mut order: Vec<usize> = (0..durations.len()).collect();
    order.sort_by(|a, b| durations[*a].total_cmp(&durations[*b]));
    let (mut at_risk, mut survival, mut variance) = (durations.len(), 1.0, 0.0);
    let mut steps = Vec::new();
    for ending in order.chunk_by(|a, b| durations[*a] == durations[*b]) {
        let lost = ending.iter().filter(|row| events[**row]).count();
        if lost > 0 {
            let (d, n) = (lost as f64, at_risk as f64);
            survival *= 1.0 - d / n;
            variance += d / (n * (n - d));
        }
        let (low, high) = if survival > 0.0 && survival < 1.0 {
            let reach = z * variance.sqrt() / f64::ln(survival);
            (survival.powf((-reach).exp()), survival.powf(reach.exp()))
        } else {
            (survival, survival)
        };
        let censored = ending.len() - lost;
        steps.push(KaplanMeierStep {
            time: durations[ending[0]],
            at_risk,
            events: lost,
            censored,
            survival,
            low,
            high,
        });
        at_risk -= ending.len();
    }
    steps
}
