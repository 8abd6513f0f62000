//! How MRR got from twelve months ago to now.

use serde::Serialize;

use super::chart::{Step, waterfall};
use super::figure::Shown;
use crate::assessment::{Analysis, money};

/// Metric, its name under the bar, whether it is a level, whether it lowers MRR.
const STEPS: [(&str, &str, bool, bool); 7] = [
    ("mrr_opening", "a year ago", true, false),
    ("mrr_new", "new", false, false),
    ("mrr_expansion", "expansion", false, false),
    ("mrr_reactivation", "won back", false, false),
    ("mrr_contraction", "contraction", false, true),
    ("mrr_churn", "churn", false, true),
    ("mrr", "now", true, false),
];

/// The chart, or why there is none.
#[derive(Debug, Serialize)]
pub(super) struct Waterfall {
    svg: Option<String>,
    why: String,
    steps: Vec<Shown>,
    /// Whether opening and movements add up to the closing, in words.
    sum: String,
}

impl Waterfall {
    pub(super) fn of(analysis: &Analysis) -> Self {
        let steps: Vec<Shown> =
            STEPS.iter().filter_map(|(metric, ..)| Shown::program(analysis, metric)).collect();
        let unknown = steps.iter().find(|step| step.value.is_none());
        if let Some(unknown) = unknown {
            let reason = unknown.reason.as_deref().unwrap_or("not computed");
            let why = format!("{} is unknown: {reason}", unknown.title);
            return Self { svg: None, why, steps, sum: String::new() };
        }
        if steps.len() < STEPS.len() {
            let why = "not all of its movements are computed in this workspace".to_owned();
            return Self { svg: None, why, steps, sum: String::new() };
        }
        let minor = |metric: &str| analysis.number(metric).whole().unwrap_or_default();
        let bars: Vec<Step> = STEPS
            .iter()
            .zip(&steps)
            .map(|((metric, name, level, lowers), shown)| {
                let amount = minor(metric) * if *lowers { -1 } else { 1 };
                let signed = if *level {
                    shown.shown.clone()
                } else {
                    format!(
                        "{}{}",
                        if amount < 0 { "−" } else { "+" },
                        money(amount.abs(), &analysis.currency)
                    )
                };
                #[expect(clippy::cast_precision_loss, reason = "a place on a chart")]
                let amount = amount as f64;
                Step {
                    name: (*name).to_owned(),
                    amount,
                    level: *level,
                    mark: shown.mark(&format!("{}: {signed}", shown.title)),
                    shown: signed,
                }
            })
            .collect();
        let moved: i64 = STEPS
            .iter()
            .filter(|step| step.0 != "mrr")
            .map(|(metric, _, _, lowers)| minor(metric) * if *lowers { -1 } else { 1 })
            .sum();
        let off = minor("mrr") - moved;
        let sum = if off == 0 {
            "Opening and movements add up to today's MRR to the cent.".to_owned()
        } else {
            format!("Opening and movements miss today's MRR by {}.", money(off, &analysis.currency))
        };
        #[expect(clippy::cast_possible_truncation, reason = "an axis label")]
        let axis = |value: f64| money(value as i64, &analysis.currency);
        let desc =
            "Monthly recurring revenue twelve months ago, what came and went since, and what it is now.";
        Self { svg: Some(waterfall("mrr", desc, &bars, axis)), why: String::new(), steps, sum }
    }
}
