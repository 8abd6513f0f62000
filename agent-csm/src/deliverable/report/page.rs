//! Every panel of the report, in reading order.

use serde::Serialize;

use super::accounts::Listed;
use super::blockers::BlockersPanel;
use super::calibration::Calibration;
use super::checks::Invariants;
use super::disagreements::Disagreements;
use super::head::Head;
use super::health_map::HealthMap;
use super::quality::Quality;
use super::retention::Retention;
use super::voice::VoicePanel;
use super::waterfall::Waterfall;
use crate::assessment::{Analysis, Day};
use crate::deliverable::{Deliverable, TemplateError, Templates};
use crate::phases::{Growth, Implementation};

#[derive(Debug, Serialize)]
struct Page<'a> {
    company: &'a str,
    as_of: Day,
    data: &'a str,
    goals: &'a [String],
    head: Head,
    map: HealthMap,
    at_risk: Listed,
    waterfall: Waterfall,
    growth: Listed,
    disagreements: Disagreements,
    retention: Retention,
    calibration: Calibration,
    checks: Invariants,
    blockers: BlockersPanel,
    voice: VoicePanel,
    quality: Quality,
}

/// `out/report.html`.
pub(in super::super) fn page(
    analysis: &Analysis,
    implementation: &Implementation,
    growth: &Growth,
    templates: &Templates,
) -> Result<Deliverable, TemplateError> {
    let page = Page {
        company: &analysis.company,
        as_of: analysis.as_of,
        data: analysis.short_hash(),
        goals: &analysis.goals,
        head: Head::of(analysis),
        map: HealthMap::of(analysis),
        at_risk: Listed::at_risk(analysis, implementation),
        waterfall: Waterfall::of(analysis),
        growth: Listed::growing(analysis, growth),
        disagreements: Disagreements::of(analysis),
        retention: Retention::of(analysis),
        calibration: Calibration::of(analysis),
        checks: Invariants::of(analysis),
        blockers: BlockersPanel::of(analysis),
        voice: VoicePanel::of(analysis),
        quality: Quality::of(analysis),
    };
    templates.render("report.html", &page).map(|text| Deliverable::out("report.html", text))
}
