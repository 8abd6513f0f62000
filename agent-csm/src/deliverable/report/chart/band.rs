//! Bands as classes: a fixed few, so that a band's name never becomes markup.

/// The class of a band by its place among the bands, the lowest first: `low`, `middle`, `high` or `none`.
pub(in super::super) fn band_class(bands: &[String], band: Option<&str>) -> &'static str {
    let Some(at) = band.and_then(|band| bands.iter().position(|it| it == band)) else { return "none" };
    if at == 0 {
        "low"
    } else if at + 1 == bands.len() {
        "high"
    } else {
        "middle"
    }
}
