//! A small chart kit: one chart per file, each a function from values to an SVG that needs no script.
//!
//! Colours and type come from the page's classes, so that light, dark and print each have their own. Every mark
//! that stands for a figure names it (`data-figure`, `data-value`) and says it in words (`<title>`).
//! Start at `Svg` and `Scale`.

mod band;
mod bars;
mod bubbles;
mod calibration;
mod curves;
mod label;
mod scale;
mod spark;
mod svg;
mod waterfall;

pub(super) use band::band_class;
pub(super) use bars::{Bar, bars};
pub(super) use bubbles::{Bubble, BubbleMap, bubbles};
pub(super) use calibration::{Bin, calibration};
pub(super) use curves::{Curve, Curves, curves};
pub(super) use spark::spark;
pub(super) use svg::Mark;
pub(super) use waterfall::{Step, waterfall};
