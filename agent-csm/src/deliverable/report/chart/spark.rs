//! A line no larger than a word.

use super::scale::Scale;
use super::svg::{Mark, Svg};

/// Draws `values`, the oldest first, from zero up; `words` say what they are.
pub(in super::super) fn spark(id: &str, words: &str, values: &[i64]) -> String {
    let (width, height) = (112.0, 26.0);
    let mut svg = Svg::new(id, width, height, "Uses week by week", words);
    #[expect(clippy::cast_precision_loss, reason = "weekly uses")]
    let values: Vec<f64> = values.iter().map(|value| *value as f64).collect();
    let most = values.iter().copied().fold(1.0, f64::max);
    #[expect(clippy::cast_precision_loss, reason = "a few weeks")]
    let across = Scale::new((0.0, values.len().saturating_sub(1).max(1) as f64), (3.0, width - 5.0));
    let up = Scale::new((0.0, most), (height - 3.0, 3.0));
    #[expect(clippy::cast_precision_loss, reason = "a few weeks")]
    let points: Vec<(f64, f64)> =
        values.iter().enumerate().map(|(at, value)| (across.at(at as f64), up.at(*value))).collect();
    if let (Some(first), Some(last)) = (points.first(), points.last()) {
        let mut area = points.clone();
        area.extend([(last.0, height - 3.0), (first.0, height - 3.0)]);
        svg.polygon("under", &area);
        svg.polyline("curve main", &points, &Mark::default());
        svg.circle("point", *last, 2.4, &Mark::default());
    }
    svg.finish()
}
