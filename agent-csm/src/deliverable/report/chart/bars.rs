//! Bars side by side with their names and amounts: themes, segments, whatever is ranked.

use super::label::shortened;
use super::scale::Scale;
use super::svg::{Anchor, Mark, Svg};

/// A bar.
#[derive(Clone, Debug)]
pub(in super::super) struct Bar {
    /// What it is.
    pub(in super::super) name: String,
    /// Its length.
    pub(in super::super) amount: f64,
    /// What stands at its end.
    pub(in super::super) shown: String,
    /// What it says and opens.
    pub(in super::super) mark: Mark,
}

const WIDTH: f64 = 760.0;
const ROW: f64 = 30.0;
const LEFT: f64 = 250.0;
const RIGHT: f64 = 560.0;

/// Draws them, in their order.
pub(in super::super) fn bars(id: &str, title: &str, desc: &str, rows: &[Bar]) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a handful of bars")]
    let height = ROW * rows.len().max(1) as f64 + 8.0;
    let mut svg = Svg::new(id, WIDTH, height, title, desc);
    let most = rows.iter().map(|row| row.amount).fold(0.0, f64::max);
    let along = Scale::new((0.0, if most > 0.0 { most } else { 1.0 }), (LEFT, RIGHT));
    for (at, row) in rows.iter().enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "a handful of bars")]
        let top = ROW * at as f64 + 6.0;
        svg.text("name", Anchor::End, (LEFT - 12.0, top + 15.0), &shortened(&row.name, 34));
        let end = along.at(row.amount.max(0.0));
        svg.rect("bar plain", (LEFT, top), ((end - LEFT).max(1.5), 20.0), &row.mark);
        svg.value("value", Anchor::Start, (end + 8.0, top + 15.0), &row.shown, &row.mark);
    }
    svg.finish()
}
