//! The calibration plot: what was said against what came, bin by bin; on the diagonal a probability is honest.

use super::scale::{Scale, ticks};
use super::svg::{Anchor, Mark, Svg};

/// Predictions of about the same size.
#[derive(Clone, Copy, Debug)]
pub(in super::super) struct Bin {
    /// Mean of what was said, percent.
    pub(in super::super) said: f64,
    /// What came, percent.
    pub(in super::super) came: f64,
    /// Account-dates in it.
    pub(in super::super) n: u64,
}

const SIDE: f64 = 420.0;
const LEFT: f64 = 58.0;
const BOTTOM: f64 = 360.0;
const TOP: f64 = 16.0;
const RIGHT: f64 = 402.0;

/// Draws it, with 95 % Wilson intervals of what came (E. B. Wilson 1927).
pub(in super::super) fn calibration(id: &str, desc: &str, bins: &[Bin]) -> String {
    let mut svg = Svg::new(id, SIDE, SIDE, "Calibration: what was said and what came", desc);
    let spans: Vec<(f64, f64)> = bins.iter().map(|bin| wilson(bin.came / 100.0, bin.n)).collect();
    let high = bins
        .iter()
        .zip(&spans)
        .map(|(bin, (_, high))| bin.said.max(100.0 * high))
        .fold(5.0, f64::max)
        .min(100.0);
    let marks = ticks(0.0, high, 5);
    let last = marks.last().copied().unwrap_or(100.0);
    let across = Scale::new((0.0, last), (LEFT, RIGHT));
    let up = Scale::new((0.0, last), (BOTTOM, TOP));
    for tick in marks {
        svg.line(if tick == 0.0 { "edge" } else { "grid" }, (LEFT, up.at(tick)), (RIGHT, up.at(tick)));
        svg.text("tick", Anchor::End, (LEFT - 8.0, up.at(tick) + 4.0), &format!("{tick}%"));
        svg.text("tick", Anchor::Middle, (across.at(tick), BOTTOM + 20.0), &format!("{tick}%"));
    }
    svg.line("diagonal", (across.at(0.0), up.at(0.0)), (across.at(last), up.at(last)));
    svg.text("axis", Anchor::Middle, ((LEFT + RIGHT) / 2.0, SIDE - 14.0), "said");
    svg.text("axis", Anchor::Start, (4.0, TOP - 2.0), "came");
    for (bin, (low, high)) in bins.iter().zip(&spans) {
        let x = across.at(bin.said);
        svg.line("whisker", (x, up.within(100.0 * low)), (x, up.within(100.0 * high)));
        #[expect(clippy::cast_precision_loss, reason = "counts")]
        let r = 3.0 + (bin.n as f64).sqrt().min(60.0) / 10.0;
        let words = format!("said {:.1}%, came {:.1}% of {}", bin.said, bin.came, bin.n);
        svg.circle("point", (x, up.within(bin.came)), r, &Mark::said(words));
    }
    svg.finish()
}

/// The interval in which a share seen as `share` of `n` lies with 95 %.
fn wilson(share: f64, n: u64) -> (f64, f64) {
    if n == 0 {
        return (0.0, 1.0);
    }
    #[expect(clippy::cast_precision_loss, reason = "counts")]
    let n = n as f64;
    let z = 1.959_964;
    let middle = share + z * z / (2.0 * n);
    let reach = z * (share * (1.0 - share) / n + z * z / (4.0 * n * n)).sqrt();
    let whole = 1.0 + z * z / n;
    (((middle - reach) / whole).max(0.0), ((middle + reach) / whole).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::wilson;

    #[test]
    fn the_interval_is_wilsons() {
        // statsmodels.stats.proportion.proportion_confint(7, 50, method="wilson")
        let (low, high) = wilson(0.14, 50);
        assert!((low - 0.069_5).abs() < 5e-4 && (high - 0.261_9).abs() < 5e-4, "{low} {high}");
    }
}
