//! The backlog as it is read: on the wire and as a page.

use std::fmt::Write;

use protocol::{Members, Meta};
use serde_json::{Value, json};

use crate::backlog::{Backlog, Line};
use crate::figures;
use crate::shared::page::plain;

/// The payload of `product_context`.
pub(crate) fn context(backlog: &Backlog) -> Members {
    let lines: Vec<Value> =
        backlog.lines.iter().enumerate().map(|(at, line)| on_the_wire(at + 1, line)).collect();
    let mut payload = Members::new();
    payload.insert("backlog".to_owned(), lines.into());
    payload.insert("as_of".to_owned(), backlog.as_of.clone().into());
    payload.insert("ranked_by".to_owned(), "ARR behind the request, then how many customers asked".into());
    // Nobody has decided anything: the asker wanted to know, and this is the answer.
    payload.insert("planned".to_owned(), json!([]));
    payload.insert("declined".to_owned(), json!([]));
    payload.insert("decided_by".to_owned(), "nobody yet: this is a proposal to a person".into());
    payload
}

fn on_the_wire(rank: usize, line: &Line) -> Value {
    let (arr, reach) = figures::ids(&line.title);
    let arr = match &line.arr.known {
        Some((minor, currency)) => json!({"shown": line.shown(), "value_minor": minor, "currency": currency,
                                          "figure": arr, "sum_of": line.arr.sum_of}),
        None => json!({"shown": "unknown", "value_minor": null, "reason": line.arr.reason,
                       "figure": arr, "sum_of": line.arr.sum_of}),
    };
    let requests: Vec<&String> = line.accounts.iter().flat_map(|asker| &asker.requests).collect();
    json!({"rank": rank, "title": line.title, "arr": arr,
           "reach": {"value": line.reach(), "figure": reach,
                     "accounts": line.accounts.iter().map(|asker| &asker.account_id).collect::<Vec<_>>()},
           "requests": requests})
}

/// What stands in the progress of every message from then on.
pub(crate) fn progress(backlog: &Backlog) -> Members {
    let mut progress = Members::new();
    progress.insert("requests_ranked".to_owned(), backlog.lines.len().into());
    progress.insert("arr_known".to_owned(), backlog.known().into());
    progress.insert("arr_unknown".to_owned(), (backlog.lines.len() - backlog.known()).into());
    if let Some(top) = backlog.top() {
        progress.insert("top_request".to_owned(), top.title.clone().into());
        progress.insert("top_request_arr".to_owned(), top.shown().into());
    }
    progress
}

/// The figures behind those members.
pub(crate) fn evidence(backlog: &Backlog) -> Meta {
    let mut meta = Meta::new();
    if let Some(top) = backlog.top() {
        meta.set("evidence", json!({"top_request_arr": figures::ids(&top.title).0}));
    }
    meta
}

/// The sentence of the delivery.
pub(crate) fn sentence(backlog: &Backlog) -> String {
    let (all, known) = (backlog.lines.len(), backlog.known());
    let mut said = format!("Ranked {all} requests; the ARR behind {known} of them is known.");
    if let Some(top) = backlog.top() {
        let _ = write!(said, " First is \"{}\": {} of {} customers.", top.title, top.shown(), top.reach());
    }
    said
}

/// `out/backlog.md`.
pub(crate) fn markdown(backlog: &Backlog, from: &str) -> String {
    let mut page = format!(
        "# Backlog, ranked by the revenue behind each request\n\n\
         From what {} handed over, as of {}.\n\
         This is a proposal: nothing is planned and nothing is declined until a person says so.\n\n\
         | # | request | ARR behind it | customers |\n|--:|---|--:|--:|\n",
        plain(from),
        plain(&backlog.as_of),
    );
    for (at, line) in backlog.lines.iter().enumerate() {
        let _ =
            writeln!(page, "| {} | {} | {} | {} |", at + 1, plain(&line.title), line.shown(), line.reach());
    }
    for (at, line) in backlog.lines.iter().enumerate() {
        let (arr, reach) = figures::ids(&line.title);
        let _ = write!(page, "\n## {}. {}\n\n", at + 1, plain(&line.title));
        let _ = match line.arr.known {
            Some(_) => writeln!(page, "- ARR behind it: {}, the sum of", line.shown()),
            None => writeln!(
                page,
                "- ARR behind it: unknown, because {}; its figures are",
                plain(&line.arr.reason)
            ),
        };
        for id in &line.arr.sum_of {
            let _ = writeln!(page, "  - {}", plain(id));
        }
        let _ = writeln!(page, "- Customers who asked: {}", line.reach());
        for asker in &line.accounts {
            let rows: Vec<String> = asker.requests.iter().map(|id| plain(id)).collect();
            let _ = writeln!(
                page,
                "  - {} ({}): {}",
                plain(&asker.name),
                plain(&asker.account_id),
                rows.join(", ")
            );
        }
        let _ = writeln!(page, "- Open it: {}, {}", plain(arr.as_str()), plain(reach.as_str()));
    }
    page
}
