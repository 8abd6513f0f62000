//! The plan of an account as a page.

use serde::Serialize;

use crate::assessment::{Analysis, Day};
use crate::phases::Craft;
use crate::plan::SuccessPlan;
use crate::play::Action;

use super::{Deliverable, Placing, TemplateError};

#[derive(Serialize)]
struct Page<'a> {
    company: &'a str,
    as_of: Day,
    data: &'a str,
    plan: &'a SuccessPlan,
    actions: Vec<WithPlay<'a>>,
    /// Coverage in words, for those who wonder what the score rests on.
    coverage: Option<&'static str>,
}

#[derive(Serialize)]
struct WithPlay<'a> {
    action: &'a Action,
    title: &'a str,
    win: Option<&'a str>,
    fail: Option<&'a str>,
}

/// `plans/<account>.md`: a person's edit stays, ours goes beside it.
pub(super) fn plan(
    plan: &SuccessPlan,
    analysis: &Analysis,
    craft: &Craft,
) -> Result<Deliverable, TemplateError> {
    let page = Page {
        company: &analysis.company,
        as_of: analysis.as_of,
        data: analysis.short_hash(),
        plan,
        actions: plan
            .actions
            .iter()
            .map(|action| {
                let play = craft.playbooks.get(&action.play);
                WithPlay {
                    action,
                    title: play.map_or("Check-in", |play| &play.title),
                    win: play.map(|play| play.exit.win.as_str()),
                    fail: play.map(|play| play.exit.fail.as_str()),
                }
            })
            .collect(),
        coverage: plan.account.coverage.map(|share| match share {
            share if share >= 0.999 => "everything in the score is measured",
            share if share >= 0.5 => "part of the score is not measured",
            _ => "most of the score is not measured",
        }),
    };
    let text = craft.templates.render("plan.md", &page)?;
    let beside = format!("{}.proposed.md", plan.path.trim_end_matches(".md"));
    Ok(Deliverable {
        path: plan.path.clone(),
        bytes: text.into_bytes(),
        placing: Placing::LeaveTheirs { beside },
    })
}
