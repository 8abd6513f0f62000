//! The answers as they are read: on the wire and as a page.

use std::fmt::Write;

use protocol::{Members, Meta};
use serde_json::{Value, json};

use crate::brief::{Brief, Outline};
use crate::figures;
use crate::policy::Policy;
use crate::shared::page::plain;

/// The payload of `sales_context`.
pub(crate) fn context(briefs: &[Brief]) -> Members {
    let answers: Vec<Value> = briefs
        .iter()
        .map(|brief| {
            json!({"about": brief.title, "answer": answer(brief), "reason": brief.reason,
                   "proposals": brief.outlines.iter().map(on_the_wire).collect::<Vec<_>>()})
        })
        .collect();
    let mut payload = progress(briefs);
    payload.insert("briefs".to_owned(), answers.into());
    payload
        .insert("decided_by".to_owned(), "nobody yet: an outline for a person to make an offer from".into());
    payload
}

fn answer(brief: &Brief) -> &'static str {
    if brief.accepted { "accepted" } else { "rejected" }
}

fn on_the_wire(outline: &Outline) -> Value {
    let mut size = json!({"shown": outline.size.shown(), "formula": outline.size.formula,
                          "figures": outline.size.figures});
    match &outline.size.known {
        Some((minor, currency)) => {
            size["value_minor"] = json!(minor);
            size["currency"] = json!(currency);
            size["figure"] = json!(figures::id(&outline.account_id));
        }
        None => size["needs"] = json!(outline.size.needs),
    }
    json!({"account_id": outline.account_id, "account": outline.account,
           "arr": {"shown": outline.arr, "figure": outline.arr_figure},
           "size": size, "claim": outline.claim})
}

/// What stands in the progress of every message from then on.
pub(crate) fn progress(briefs: &[Brief]) -> Members {
    let outlines = || briefs.iter().flat_map(|brief| &brief.outlines);
    let accepted = briefs.iter().filter(|brief| brief.accepted).count();
    let mut progress = Members::new();
    progress.insert("briefs_read".to_owned(), briefs.len().into());
    progress.insert("briefs_accepted".to_owned(), accepted.into());
    progress.insert("briefs_rejected".to_owned(), (briefs.len() - accepted).into());
    progress.insert(
        "proposals_sized".to_owned(),
        outlines().filter(|one| one.size.known.is_some()).count().into(),
    );
    progress.insert(
        "proposals_unsized".to_owned(),
        outlines().filter(|one| one.size.known.is_none()).count().into(),
    );
    progress
}

/// The figures behind the proposals, by account.
pub(crate) fn evidence(briefs: &[Brief]) -> Meta {
    let sized =
        briefs.iter().flat_map(|brief| &brief.outlines).filter(|outline| outline.size.known.is_some());
    let ids: Members =
        sized.map(|outline| (outline.account_id.clone(), json!(figures::id(&outline.account_id)))).collect();
    let mut meta = Meta::new();
    if !ids.is_empty() {
        meta.set("evidence", ids);
    }
    meta
}

/// The sentence of the delivery.
pub(crate) fn sentence(briefs: &[Brief]) -> String {
    let accepted = briefs.iter().filter(|brief| brief.accepted).count();
    let outlines = || briefs.iter().flat_map(|brief| &brief.outlines);
    let sized = outlines().filter(|outline| outline.size.known.is_some()).count();
    format!(
        "Accepted {accepted} of {} briefs; sized {sized} of {} proposals.",
        briefs.len(),
        outlines().count()
    )
}

/// The page people make offers from.
pub(crate) fn markdown(briefs: &[Brief], from: &str, policy: Option<&Policy>) -> String {
    let mut page = format!(
        "# Proposal outlines\n\nFrom what {} handed over. For a person to make an offer from: nothing was sent to anyone.\n",
        plain(from)
    );
    let _ = match policy {
        Some(policy) => writeln!(
            page,
            "Seats are proposed until at most {}% of them are used, as decided by {}.",
            policy.seats_used_at_most_percent,
            plain(&policy.decided_by)
        ),
        None => writeln!(page, "There is no `policy.json`, so nothing is sized."),
    };
    for brief in briefs {
        let _ =
            write!(page, "\n## {}\n\n{}: {}.\n", plain(&brief.title), answer(brief), plain(&brief.reason));
        for outline in &brief.outlines {
            one(&mut page, brief, outline);
        }
    }
    page
}

fn one(page: &mut String, brief: &Brief, outline: &Outline) {
    if brief.is_request {
        let _ = writeln!(page, "\n### {}", plain(&outline.account));
    }
    let figure = outline.arr_figure.as_deref().unwrap_or("no figure");
    let _ = writeln!(page, "\n- pays today: {} ({})", plain(&outline.arr), plain(figure));
    let a_year = if outline.size.known.is_some() { " a year more" } else { "" };
    let _ = writeln!(page, "- proposal: {}{a_year}", outline.size.shown());
    let _ = writeln!(page, "  - {}", plain(&outline.size.formula));
    for id in &outline.size.figures {
        let _ = writeln!(page, "  - from {}", plain(id));
    }
    for id in &outline.size.needs {
        let _ = writeln!(page, "  - needs {}", plain(id));
    }
    if let Some(claim) = &outline.claim {
        let _ = writeln!(page, "- open deal {}", plain(claim));
    }
    for signal in &outline.because {
        let _ = writeln!(page, "- {}", plain(signal));
    }
    if !outline.next_step.is_empty() {
        let _ = writeln!(page, "- next: {}", plain(&outline.next_step));
    }
}
