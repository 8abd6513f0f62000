//! What fired: each reason with the command that opens it to its rows.

use std::collections::BTreeMap;

use super::command::View;
use super::paper::Paper;
use crate::assessment::{Day, Reason, gravest, opens};
use crate::cli::screen::Ink;

pub(super) fn section(paper: &mut Paper, view: &View<'_>) {
    let account = view.account;
    let since = view.analysis.health.accounts.get(&account.account_id).map(|it| &it.since);
    let risks = gravest(account.risks());
    paper.heading(if account.is_at_risk() { "Why it is at risk" } else { "What speaks against it" });
    if risks.is_empty() {
        paper.line("No risk signal fires.");
    }
    list(paper, since, &risks);
    let growth: Vec<&Reason> = account.fired("growth").collect();
    if !growth.is_empty() {
        paper.heading("What speaks for growth");
        list(paper, since, &growth);
    }
    let context: Vec<&Reason> = account.fired("context").collect();
    if !context.is_empty() {
        paper.heading("Good to know");
        list(paper, since, &context);
    }
}

fn list(paper: &mut Paper, since: Option<&BTreeMap<String, Day>>, reasons: &[&Reason]) {
    for reason in reasons {
        let (mark, ink) = match (reason.kind.as_str(), reason.severity) {
            ("growth", _) => ("+", Some(Ink::Good)),
            ("context", _) => ("-", None),
            (_, 3) => ("!", Some(Ink::Bad)),
            (_, 2) => ("!", Some(Ink::Warn)),
            _ => ("-", None),
        };
        paper.item(mark, &reason.text, ink);
        let since = since.and_then(|it| it.get(&reason.signal));
        let since = since.map(|day| format!(" · since {day}")).unwrap_or_default();
        paper.aside(&format!("{}{since} · {}", reason.dimension, opens(&reason.figure)));
    }
}
