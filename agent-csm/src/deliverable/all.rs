//! Every file of a session, in the order they are placed.

use serde_json::Value;

use crate::assessment::Analysis;
use crate::phases::{Craft, Growth, Implementation};

use super::{
    Deliverable, Placing, Snapshot, TemplateError, changes, lists, monday, pages, portfolio, report,
};

/// What a session writes. `baseline` is the snapshot to compare with (see [`Snapshot::baseline`]).
pub fn deliverables(
    analysis: &Analysis,
    implementation: &Implementation,
    growth: &Growth,
    craft: &Craft,
    baseline: Option<&Snapshot>,
) -> Result<Vec<Deliverable>, TemplateError> {
    let changes = changes(analysis, baseline);
    let templates = &craft.templates;
    let mut files = vec![
        monday::page(analysis, implementation, growth, &changes, templates)?,
        lists::monday(analysis, implementation),
        portfolio::page(analysis, growth, templates)?,
        report::page(analysis, implementation, growth, templates)?,
        lists::at_risk(analysis, implementation),
        lists::growth(analysis),
        lists::renewals(analysis, &growth.renewals),
        lists::expansion(analysis, &growth.expansion),
        lists::advocacy(analysis, &growth.advocacy),
        lists::actions(implementation),
    ];
    for plan in &implementation.plans {
        files.push(pages::plan(plan, analysis, craft)?);
    }
    for handoff in &growth.handoffs {
        files.push(Deliverable {
            path: handoff.path.clone(),
            bytes: json_bytes(&handoff.request(analysis)),
            placing: Placing::SetAside,
        });
    }
    Ok(files)
}

fn json_bytes(value: &Value) -> Vec<u8> {
    let mut text = format!("{value:#}");
    text.push('\n');
    text.into_bytes()
}
