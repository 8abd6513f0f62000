//! Who it is and how it stands, in three lines.

use super::command::View;
use super::paper::Paper;
use crate::assessment::opens;
use crate::cli::screen::Ink;

pub(super) fn section(paper: &mut Paper, view: &View<'_>) {
    let account = view.account;
    let named = if account.name == account.account_id {
        account.name.clone()
    } else {
        format!("{} ({})", account.name, account.account_id)
    };
    paper.heading(&named);
    let mut who = vec![account.status.clone(), format!("CSM {}", account.owner)];
    who.extend(account.segment.clone());
    who.extend(account.tier.as_ref().map(|tier| format!("tier {tier}")));
    who.extend(account.first_paid_on.map(|day| format!("customer since {day}")));
    paper.line(&who.join(" · "));
    paper.line(&standing(view));
    if let Some(end) = &account.announced_end {
        let said = paper.ink(Ink::Bad, &format!("Announced: {end}"));
        paper.set(&said);
    }
    let (score, ink) = health(view);
    let score = paper.ink(ink, &score);
    paper.set(&score);
    for text in rests_on(view) {
        paper.aside(&text);
    }
    if let Some(action) = view.actions.first() {
        paper.line(&format!("Next: {} by {}: {}", action.owner, action.due, action.next_step));
    }
}

/// What the score rests on, and what opens it.
fn rests_on(view: &View<'_>) -> Vec<String> {
    let account = view.account;
    let Some(figure) = account.health.figure.as_deref().filter(|_| account.health.value.is_some()) else {
        return Vec::new();
    };
    let mut said = Vec::new();
    let covered = account.coverage.map(|it| format!("{:.0}% of its weight is measured", 100.0 * it));
    let floor = account.floored_by.as_ref().map(|floor| {
        let title = view.analysis.sight.signals.get(floor).unwrap_or(floor);
        format!("held down by: {title}")
    });
    let rests: Vec<String> = covered.into_iter().chain(floor).collect();
    if !rests.is_empty() {
        said.push(rests.join(" · "));
    }
    said.push(opens(figure));
    said
}

/// Where it stands among the others.
fn standing(view: &View<'_>) -> String {
    let account = view.account;
    let mut said = Vec::new();
    if let Some(rank) = account.risk_rank {
        said.push(format!("at risk: number {rank} of {} to look at", view.analysis.at_risk.len()));
    }
    if let Some(rank) = account.growth_rank {
        said.push(format!("can grow: number {rank} of {}", view.analysis.growth.len()));
    }
    if said.is_empty() {
        said.push(match account.status.as_str() {
            "managed" if account.risks().next().is_some() => {
                "not at risk by the rules of this workspace, but not all is well".to_owned()
            }
            "managed" => "quiet: nothing speaks against it, and nothing for growth".to_owned(),
            "churned" => match account.churned_on {
                Some(day) => format!("gone: recurring revenue fell to zero on {day}"),
                None => "gone: no paid subscription is in force any more".to_owned(),
            },
            other => format!("not a customer to look after: {other}"),
        });
    }
    format!("As of {}: {}", view.analysis.as_of, said.join("; "))
}

fn health(view: &View<'_>) -> (String, Ink) {
    let account = view.account;
    if account.health.value.is_none() {
        let why = account.health.reason.as_deref().unwrap_or("too little of the score is measured");
        return (format!("Health unknown: {why}"), Ink::Warn);
    }
    let bands = &view.analysis.sight.bands;
    let place = bands.iter().position(|band| Some(&band.name) == account.band.as_ref());
    let ink = match place {
        Some(0) => Ink::Bad,
        Some(at) if at + 1 == bands.len() => Ink::Good,
        _ => Ink::Warn,
    };
    let band = account.band.as_deref().unwrap_or("no band");
    (format!("Health {} of 100, {band}", account.health.shown), ink)
}
