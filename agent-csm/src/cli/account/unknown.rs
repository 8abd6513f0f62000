//! What nobody could tell us about it.

use super::command::View;
use super::paper::Paper;

pub(super) fn section(paper: &mut Paper, view: &View<'_>) {
    let analysis = view.analysis;
    let mut said: Vec<String> = Vec::new();
    if view.account.is_managed() {
        said.extend(view.account.unmeasured.iter().map(|it| format!("Nothing is measured about {it}.")));
    }
    let own = view.plan.map_or(&[][..], |plan| plan.unknowns.as_slice());
    said.extend(own.iter().filter(|it| !it.starts_with("Nothing is measured")).cloned());
    said.extend(analysis.sight.unmeasured.iter().map(|it| format!("{}: {}.", it.title, it.reason)));
    if said.is_empty() {
        return;
    }
    paper.heading("What we don't know");
    for text in said {
        paper.item("?", &text, None);
    }
}
