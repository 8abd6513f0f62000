//! The MRR waterfall: from the opening to the closing, each movement where the one before ended.

use super::scale::{Scale, ticks};
use super::svg::{Anchor, Mark, Svg};

/// A bar of the waterfall.
#[derive(Clone, Debug)]
pub(in super::super) struct Step {
    /// What it is.
    pub(in super::super) name: String,
    /// Its amount: a level, or a movement with its sign.
    pub(in super::super) amount: f64,
    /// Whether it is a level (opening, closing) and not a movement.
    pub(in super::super) level: bool,
    /// The amount as shown.
    pub(in super::super) shown: String,
    /// What it says and opens.
    pub(in super::super) mark: Mark,
}

const WIDTH: f64 = 1120.0;
const HEIGHT: f64 = 380.0;
const LEFT: f64 = 84.0;
const RIGHT: f64 = 1108.0;
const TOP: f64 = 34.0;
const BOTTOM: f64 = 330.0;

/// Draws it; `axis` writes an amount for the axis.
pub(in super::super) fn waterfall(
    id: &str,
    desc: &str,
    steps: &[Step],
    axis: impl Fn(f64) -> String,
) -> String {
    let mut svg = Svg::new(id, WIDTH, HEIGHT, "MRR waterfall", desc);
    // Where each bar begins and ends.
    let mut level = 0.0;
    let spans: Vec<(f64, f64)> = steps
        .iter()
        .map(|step| {
            let from = if step.level { 0.0 } else { level };
            level = if step.level { step.amount } else { level + step.amount };
            (from, level)
        })
        .collect();
    let high = spans.iter().flat_map(|(a, b)| [*a, *b]).fold(0.0, f64::max);
    let low = spans.iter().flat_map(|(a, b)| [*a, *b]).fold(0.0, f64::min);
    let marks = ticks(low, high, 4);
    let (first, last) = (marks.first().copied().unwrap_or(0.0), marks.last().copied().unwrap_or(1.0));
    let up = Scale::new((first, last), (BOTTOM, TOP));
    for tick in marks {
        svg.line(if tick == 0.0 { "edge" } else { "grid" }, (LEFT, up.at(tick)), (RIGHT, up.at(tick)));
        svg.text("tick", Anchor::End, (LEFT - 10.0, up.at(tick) + 4.0), &axis(tick));
    }
    #[expect(clippy::cast_precision_loss, reason = "a handful of bars")]
    let slot = (RIGHT - LEFT) / steps.len().max(1) as f64;
    let width = (slot * 0.62).min(110.0);
    for (at, (step, (from, to))) in steps.iter().zip(&spans).enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "a handful of bars")]
        let middle = LEFT + slot * (at as f64 + 0.5);
        let (top, bottom) = (up.at(from.max(*to)), up.at(from.min(*to)));
        let class = match (step.level, step.amount >= 0.0) {
            (true, _) => "bar level",
            (false, true) => "bar up",
            (false, false) => "bar down",
        };
        svg.rect(class, (middle - width / 2.0, top), (width, (bottom - top).max(1.5)), &step.mark);
        svg.value("value", Anchor::Middle, (middle, top - 9.0), &step.shown, &step.mark);
        svg.text("tick", Anchor::Middle, (middle, BOTTOM + 24.0), &step.name);
        if at + 1 < steps.len() {
            svg.line("joint", (middle + width / 2.0, up.at(*to)), (middle + slot - width / 2.0, up.at(*to)));
        }
    }
    svg.finish()
}
