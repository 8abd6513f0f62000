//! The health map: days to the opt-out across, health upwards, the area of a bubble is ARR.

use super::label::{Area, Room, shortened, width_of};
use super::scale::Scale;
use super::svg::{Anchor, Mark, Svg};

/// One account.
#[derive(Clone, Debug)]
pub(in super::super) struct Bubble {
    /// Its name.
    pub(in super::super) name: String,
    /// Days to the opt-out; none when unknown or passed.
    pub(in super::super) days: Option<i64>,
    /// Health, 0 to 100.
    pub(in super::super) health: f64,
    /// Its weight: ARR, any unit.
    pub(in super::super) size: f64,
    /// `low`, `middle`, `high` or `none`.
    pub(in super::super) class: &'static str,
    /// Whether its name should stand on the map.
    pub(in super::super) named: bool,
    /// What it says and opens.
    pub(in super::super) mark: Mark,
}

/// The map's frame.
#[derive(Clone, Debug)]
pub(in super::super) struct BubbleMap<'a> {
    /// Names and least scores of the bands, the lowest first.
    pub(in super::super) bands: &'a [(String, f64)],
    /// In words, for those who cannot see it.
    pub(in super::super) desc: &'a str,
}

const WIDTH: f64 = 1120.0;
const HEIGHT: f64 = 560.0;
/// The plot's own edges; right of it stand accounts without a date ahead.
const PLOT: Area = Area { left: 96.0, top: 34.0, right: 900.0, bottom: 500.0 };
const BESIDE: f64 = 1012.0;
const LARGEST: f64 = 36.0;
const SMALLEST: f64 = 4.0;
/// Days that stand on the axis; the last is the edge, later dates lie on it.
const DAYS: [f64; 7] = [0.0, 30.0, 60.0, 90.0, 180.0, 270.0, 365.0];

/// Draws the map; `id` names it within the page.
pub(in super::super) fn bubbles(id: &str, map: &BubbleMap<'_>, accounts: &[Bubble]) -> String {
    let mut svg = Svg::new(id, WIDTH, HEIGHT, "Health and the time left to opt out, by account", map.desc);
    let across = Scale::new((0.0, 365.0), (PLOT.left, PLOT.right));
    // Nobody is as low as that: the axis begins one step below the lowest.
    let lowest = accounts.iter().map(|it| it.health).fold(100.0, f64::min);
    let floor = (((lowest - 5.0) / 20.0).floor() * 20.0).clamp(0.0, 60.0);
    let up = Scale::new((floor, 100.0), (PLOT.bottom, PLOT.top));
    zones(&mut svg, map, up, floor);
    svg.rect(
        "soon",
        (across.at(0.0), PLOT.top),
        (across.at(90.0) - across.at(0.0), PLOT.bottom - PLOT.top),
        &Mark::default(),
    );
    svg.text("zone", Anchor::Start, (across.at(0.0) + 6.0, PLOT.top - 10.0), "can opt out within 90 days");
    for day in DAYS {
        svg.line("grid", (across.at(day), PLOT.top), (across.at(day), PLOT.bottom));
        svg.text("tick", Anchor::Middle, (across.at(day), PLOT.bottom + 20.0), &format!("{day}"));
    }
    svg.text(
        "axis",
        Anchor::Middle,
        ((PLOT.left + PLOT.right) / 2.0, HEIGHT - 12.0),
        "days to the opt-out date",
    );
    for score in [0.0, 20.0, 40.0, 60.0, 80.0, 100.0].into_iter().filter(|it| *it >= floor) {
        svg.text("tick", Anchor::End, (PLOT.left - 10.0, up.at(score) + 4.0), &format!("{score}"));
    }
    svg.text("axis", Anchor::Start, (8.0, PLOT.top - 10.0), "health");
    svg.line("edge", (PLOT.right + 18.0, PLOT.top), (PLOT.right + 18.0, PLOT.bottom));
    svg.text("tick", Anchor::Middle, (BESIDE, PLOT.bottom + 20.0), "passed, or");
    svg.text("tick", Anchor::Middle, (BESIDE, PLOT.bottom + 36.0), "no date known");

    let most = accounts.iter().map(|it| it.size).fold(0.0, f64::max);
    let radius = |size: f64| {
        if most > 0.0 { (LARGEST * (size.max(0.0) / most).sqrt()).max(SMALLEST) } else { SMALLEST }
    };
    let mut drawn: Vec<(&Bubble, (f64, f64), f64)> = accounts
        .iter()
        .enumerate()
        .map(|(at, it)| {
            #[expect(clippy::cast_precision_loss, reason = "days and a count of accounts")]
            let x = match it.days {
                Some(days) => across.within(days as f64),
                // Side by side in their column, so that equal scores do not hide each other.
                None => BESIDE + ((at * 3 % 7) as f64 - 3.0) * 26.0,
            };
            (it, (x, up.within(it.health)), radius(it.size))
        })
        .collect();
    // The largest first, so that none lies under one that hides it.
    drawn.sort_by(|a, b| b.2.total_cmp(&a.2).then_with(|| a.0.name.cmp(&b.0.name)));
    for (bubble, at, r) in &drawn {
        svg.circle(&format!("bubble {}", bubble.class), *at, *r, &bubble.mark);
    }
    let mut room =
        Room::new(Area { left: PLOT.left, top: 4.0, right: WIDTH - 4.0, bottom: PLOT.bottom - 2.0 });
    for (_, at, r) in drawn.iter().filter(|it| it.0.named || it.2 > 9.0) {
        room.take(Area::around(*at, *r * 0.85));
    }
    for (bubble, at, r) in drawn.iter().filter(|it| it.0.named) {
        let name = shortened(&bubble.name, 24);
        if let Some(place) = room.beside(*at, *r, width_of(&name, 12.5), 15.0) {
            svg.text("name", Anchor::Start, place, &name);
        }
    }
    svg.finish()
}

/// The bands as stripes with their names, so that no colour has to be told apart.
fn zones(svg: &mut Svg, map: &BubbleMap<'_>, up: Scale, floor: f64) {
    let names: Vec<String> = map.bands.iter().map(|(name, _)| name.clone()).collect();
    for (at, (name, least)) in map.bands.iter().enumerate() {
        let most = map.bands.get(at + 1).map_or(100.0, |(_, next)| *next);
        if most <= floor {
            continue;
        }
        let class = super::band_class(&names, Some(name));
        let (top, bottom) = (up.at(most), up.at(least.max(floor)));
        svg.rect(
            &format!("stripe {class}"),
            (PLOT.left, top),
            (WIDTH - PLOT.left - 4.0, bottom - top),
            &Mark::default(),
        );
        svg.text("zone", Anchor::Start, (8.0, (top + bottom) / 2.0 + 4.0), &shortened(name, 9));
    }
}
