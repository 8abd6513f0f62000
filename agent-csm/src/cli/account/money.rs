//! What it pays, until when, and by when it can leave.

use super::command::View;
use super::paper::Paper;
use crate::assessment::{Account, Analysis, Number, Term, money, opens};

const WIDTH: usize = 10;

pub(super) fn section(paper: &mut Paper, view: &View<'_>) {
    let (account, analysis) = (view.account, view.analysis);
    paper.heading("Contract and money");
    paper.pair(
        "Recurring",
        WIDTH,
        &format!("{} a month, {} a year", shown(&account.mrr), shown(&account.arr)),
    );
    if let Some(figure) = account.arr.figure.as_deref() {
        paper.aside(&opens(figure));
    }
    deadline(paper, account, analysis);
    match account.seat_utilisation.value {
        Some(_) => {
            let seats = account.seats.map(|seats| format!(" of {seats} seats")).unwrap_or_default();
            paper.pair("Seats", WIDTH, &format!("{}{seats} in use", account.seat_utilisation.shown));
            if let Some(figure) = account.seat_utilisation.figure.as_deref() {
                paper.aside(&opens(figure));
            }
        }
        None => paper.pair("Seats", WIDTH, &format!("use unknown: {}", because(&account.seat_utilisation))),
    }
    for term in analysis.sight.terms.get(&account.account_id).map_or(&[][..], Vec::as_slice) {
        paper.item("-", &words(term, &analysis.currency), None);
    }
    let payment: Vec<_> = account.readings.iter().filter(|it| it.dimension == "payment").collect();
    match payment.iter().find(|it| it.fired) {
        Some(reason) => paper.pair("Payments", WIDTH, &reason.text),
        None if payment.is_empty() => {
            let why = if analysis.is_empty_table("invoices") {
                "no invoices are in the data"
            } else {
                "no invoice of its own"
            };
            paper.pair("Payments", WIDTH, &format!("unknown: {why}"));
        }
        None => {
            paper.pair("Payments", WIDTH, "nothing is late");
            if let Some(reading) = payment.first() {
                paper.aside(&opens(&reading.figure));
            }
        }
    }
}

/// By when they decide: the opt-out where it renews by itself, else the end of the term.
fn deadline(paper: &mut Paper, account: &Account, analysis: &Analysis) {
    let Some(ends) = account.renewal_date else {
        paper.pair("Decision", WIDTH, "date unknown: no renewal date ahead in its subscriptions");
        return;
    };
    let left = analysis.as_of.days_to(ends);
    if account.auto_renew == Some(false) {
        paper.pair("Decision", WIDTH, &format!("by {ends}, in {left} days: it ends then unless they sign"));
        return;
    }
    let renews = match account.auto_renew {
        Some(_) => "renews by itself",
        None => "whether it renews by itself is unknown",
    };
    match (account.opt_out_on, account.days_to_opt_out) {
        (Some(day), Some(days)) if days >= 0 => {
            paper.pair("Opt-out", WIDTH, &format!("by {day}, in {days} days"));
        }
        (Some(day), _) => paper.pair("Opt-out", WIDTH, &format!("passed on {day}")),
        (None, _) => {}
    }
    paper.pair("Term", WIDTH, &format!("ends {ends}, in {left} days; {renews}"));
}

fn shown(number: &Number) -> String {
    match number.value {
        Some(_) => number.shown.clone(),
        None => format!("unknown ({})", because(number)),
    }
}

fn because(number: &Number) -> &str {
    number.reason.as_deref().unwrap_or("not computed")
}

/// A subscription in a line.
fn words(term: &Term, currency: &str) -> String {
    let mut said: Vec<String> = [term.product.clone(), term.plan.clone()].into_iter().flatten().collect();
    said.extend(term.seats.map(|seats| format!("{seats} seats")));
    said.push(match term.mrr_minor {
        Some(minor) => format!("{} a month", money(minor, currency)),
        None => "money unknown: no exchange rate".to_owned(),
    });
    said.push(format!("since {}", term.start_date));
    said.extend(term.notice_days.map(|days| format!("{days} days' notice")));
    said.extend(term.cancelled_on.map(|day| format!("cancelled on {day}")));
    format!("{}: {}", term.subscription_id, said.join(", "))
}
