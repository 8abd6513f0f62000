//! Curves over whole months, each named at its end.

use super::label::{shortened, width_of};
use super::scale::{Scale, ticks};
use super::svg::{Anchor, Mark, Svg};

/// One curve.
#[derive(Clone, Debug)]
pub(in super::super) struct Curve {
    /// Its name, written at its end.
    pub(in super::super) name: String,
    /// Months and shares, in percent; months rise.
    pub(in super::super) points: Vec<(f64, f64)>,
    /// Whether it is the one to look at.
    pub(in super::super) main: bool,
    /// What it says and opens.
    pub(in super::super) mark: Mark,
}

/// Curves on one pair of axes.
#[derive(Clone, Debug)]
pub(in super::super) struct Curves<'a> {
    /// The chart's title.
    pub(in super::super) title: &'a str,
    /// In words, for those who cannot see it.
    pub(in super::super) desc: &'a str,
    /// What stands under the horizontal axis.
    pub(in super::super) across: &'a str,
    /// The curves; at most four keep apart.
    pub(in super::super) curves: &'a [Curve],
    /// By month, how many the main curve counts: stands under the axis as n.
    pub(in super::super) counts: &'a [(f64, i64)],
}

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 358.0;
const LEFT: f64 = 56.0;
const RIGHT: f64 = 600.0;
const TOP: f64 = 20.0;
const BOTTOM: f64 = 284.0;
/// Least distance between two names at the right.
const APART: f64 = 17.0;

/// Draws them.
pub(in super::super) fn curves(id: &str, chart: &Curves<'_>) -> String {
    let mut svg = Svg::new(id, WIDTH, HEIGHT, chart.title, chart.desc);
    let points = || chart.curves.iter().flat_map(|curve| curve.points.iter());
    let months = points().map(|(x, _)| *x).fold(1.0, f64::max);
    let high = points().map(|(_, y)| *y).fold(100.0, f64::max);
    let low = points().map(|(_, y)| *y).fold(100.0, f64::min);
    // From zero unless all of it happens far above; the axis says which.
    let marks = ticks(if low > 60.0 { 50.0 } else { 0.0 }, high, 5);
    let (first, last) = (marks.first().copied().unwrap_or(0.0), marks.last().copied().unwrap_or(100.0));
    let up = Scale::new((first, last), (BOTTOM, TOP));
    let across = Scale::new((0.0, months), (LEFT, RIGHT));
    for tick in marks {
        svg.line(if tick == first { "edge" } else { "grid" }, (LEFT, up.at(tick)), (RIGHT, up.at(tick)));
        svg.text("tick", Anchor::End, (LEFT - 8.0, up.at(tick) + 4.0), &format!("{tick}%"));
    }
    let step = [1.0, 2.0, 3.0, 6.0, 12.0, 24.0].into_iter().find(|step| months / step <= 8.0).unwrap_or(36.0);
    let mut month = 0.0;
    while month <= months {
        svg.text("tick", Anchor::Middle, (across.at(month), BOTTOM + 20.0), &format!("{month}"));
        if let Some((_, count)) = chart.counts.iter().find(|(at, _)| (at - month).abs() < 0.5) {
            svg.text("tick", Anchor::Middle, (across.at(month), BOTTOM + 37.0), &format!("n={count}"));
        }
        month += step;
    }
    svg.text("axis", Anchor::Middle, ((LEFT + RIGHT) / 2.0, HEIGHT - 12.0), chart.across);
    let mut ends: Vec<(f64, f64, usize)> = Vec::new();
    for (at, curve) in chart.curves.iter().enumerate() {
        let places: Vec<(f64, f64)> = curve.points.iter().map(|(x, y)| (across.at(*x), up.at(*y))).collect();
        let class = if curve.main { "curve main".to_owned() } else { format!("curve c{}", at % 4) };
        svg.polyline(&class, &places, &curve.mark);
        if let Some((x, y)) = places.last() {
            ends.push((*y, *x, at));
        }
    }
    ends.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.2.cmp(&b.2)));
    let mut free = TOP;
    for (y, x, at) in ends {
        let Some(curve) = chart.curves.get(at) else { continue };
        let place = y.max(free);
        free = place + APART;
        let name = shortened(&curve.name, 26);
        let left = (RIGHT + 12.0).min(WIDTH - width_of(&name, 12.5));
        svg.line("joint", (x, y), (left - 4.0, place));
        let class = if curve.main { "name main".to_owned() } else { format!("name c{}", at % 4) };
        svg.text(&class, Anchor::Start, (left, place + 4.0), &name);
    }
    svg.finish()
}
