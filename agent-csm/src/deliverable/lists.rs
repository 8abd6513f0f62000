//! The tables in `out/`: one row per account or action, every value with the figure that opens it.

use protocol::Scope;

use crate::advocacy::Advocacy;
use crate::assessment::{Account, Analysis, Number, Reason, SnoozeRow};
use crate::expansion::Expansion;
use crate::phases::Implementation;
use crate::play::Action;
use crate::renewal::Renewal;

use super::{Cell, Deliverable, Sheet};

fn figure(number: &Number) -> Cell {
    Cell::maybe(number.figure.clone())
}

/// A figure in money, in the units of the currency that stands beside it.
fn money(analysis: &Analysis, number: &Number) -> Cell {
    Cell::money(number.whole(), &analysis.currency)
}

/// What our own people say of an account: its snooze, then their newest notes.
fn word(analysis: &Analysis, account: &Account) -> Cell {
    Cell::maybe(analysis.people.word_of(&account.account_id))
}

/// That an account has announced to stop.
fn announced(analysis: &Analysis, account_id: &str) -> Cell {
    Cell::maybe(analysis.accounts.get(account_id).and_then(|account| account.announced_end.clone()))
}

/// The next step of an account; where it would stand, that the account is snoozed.
fn next_step(analysis: &Analysis, account: &Account, action: Option<&Action>) -> Cell {
    let snoozed = || analysis.people.snoozed(&account.account_id).map(SnoozeRow::says);
    Cell::maybe(action.map(|action| action.next_step.clone()).or_else(snoozed))
}

fn reasons<'a>(reasons: impl Iterator<Item = &'a Reason>) -> (Cell, Cell) {
    let (texts, ids): (Vec<&str>, Vec<&str>) =
        reasons.map(|reason| (reason.text.as_str(), reason.figure.as_str())).unzip();
    (Cell::from(texts.join("; ")), Cell::from(ids.join(" ")))
}

/// `out/at-risk.csv`
pub(super) fn at_risk(analysis: &Analysis, implementation: &Implementation) -> Deliverable {
    let mut sheet = Sheet::new(&[
        "rank",
        "account_id",
        "account",
        "owner",
        "segment",
        "tier",
        "health",
        "health_figure",
        "band",
        "arr",
        "expected_loss",
        "currency",
        "arr_figure",
        "deadline_on",
        "churn_probability",
        "churn_figure",
        "reasons",
        "reason_figures",
        "churn_reasons",
        "play",
        "next_step",
        "due",
        "announced_end",
        "people_say",
    ]);
    let most_pressing = implementation.most_pressing();
    for account in analysis.ranked(&analysis.at_risk) {
        let (why, ids) = reasons(account.risks());
        let action = most_pressing.get(account.account_id.as_str()).copied();
        // Empty where no backtest trusts probabilities.
        let churn = analysis.churn.accounts.get(&account.account_id);
        let scope = Scope::one("account", &account.account_id);
        let probability = churn.map(|_| analysis.part("churn_probability", &scope));
        sheet.push(vec![
            account.risk_rank.map_or(Cell::Empty, Cell::Whole),
            Cell::from(account.account_id.as_str()),
            Cell::from(account.name.as_str()),
            Cell::from(account.owner.as_str()),
            Cell::maybe(account.segment.clone()),
            Cell::maybe(account.tier.clone()),
            Cell::value(&account.health),
            figure(&account.health),
            Cell::maybe(account.band.clone()),
            money(analysis, &account.arr),
            Cell::money(churn.and_then(|it| it.expected_loss_minor), &analysis.currency),
            Cell::from(analysis.currency.as_str()),
            figure(&account.arr),
            Cell::day(account.decides_by()),
            probability.as_ref().map_or(Cell::Empty, Cell::value),
            probability.as_ref().map_or(Cell::Empty, figure),
            why,
            ids,
            Cell::maybe(churn.map(|it| it.says(analysis.churn.horizon_days))),
            Cell::maybe(action.map(|action| action.play.clone())),
            next_step(analysis, account, action),
            Cell::day(action.map(|action| action.due)),
            Cell::maybe(account.announced_end.clone()),
            word(analysis, account),
        ]);
    }
    Deliverable::out("at-risk.csv", sheet.into_bytes())
}

/// `out/growth.csv`
pub(super) fn growth(analysis: &Analysis) -> Deliverable {
    let mut sheet = Sheet::new(&[
        "rank",
        "account_id",
        "account",
        "owner",
        "segment",
        "tier",
        "health",
        "health_figure",
        "band",
        "arr",
        "currency",
        "arr_figure",
        "reasons",
        "reason_figures",
        "announced_end",
        "people_say",
    ]);
    for account in analysis.ranked(&analysis.growth) {
        let (why, ids) = reasons(account.fired("growth"));
        sheet.push(vec![
            account.growth_rank.map_or(Cell::Empty, Cell::Whole),
            Cell::from(account.account_id.as_str()),
            Cell::from(account.name.as_str()),
            Cell::from(account.owner.as_str()),
            Cell::maybe(account.segment.clone()),
            Cell::maybe(account.tier.clone()),
            Cell::value(&account.health),
            figure(&account.health),
            Cell::maybe(account.band.clone()),
            money(analysis, &account.arr),
            Cell::from(analysis.currency.as_str()),
            figure(&account.arr),
            why,
            ids,
            Cell::maybe(account.announced_end.clone()),
            word(analysis, account),
        ]);
    }
    Deliverable::out("growth.csv", sheet.into_bytes())
}

/// `out/renewals.csv`: every renewal ahead. The rows that renew in 90 days are those the figure `renewals_90d` counts, and
/// their ARR that renews sums to `arr_renewing_90d`.
pub(super) fn renewals(analysis: &Analysis, renewals: &[Renewal]) -> Deliverable {
    let mut sheet = Sheet::new(&[
        "deadline_on",
        "deadline_passed",
        "deadline_in_90_days",
        "opt_out_on",
        "renewal_date",
        "quarter",
        "auto_renew",
        "in_90_days",
        "account_id",
        "account",
        "owner",
        "arr",
        "currency",
        "arr_figure",
        "renewing_arr",
        "renewing_arr_figure",
        "health",
        "health_figure",
        "band",
        "risk_rank",
        "next_step",
        "due",
        "probability",
        "announced_end",
        "people_say",
    ]);
    for renewal in renewals {
        sheet.push(vec![
            Cell::day(renewal.deadline_on),
            Cell::yes(Some(renewal.deadline_passed)),
            Cell::yes(Some(renewal.deadline_in_90_days)),
            Cell::day(renewal.opt_out_on),
            Cell::day(Some(renewal.renewal_date)),
            Cell::maybe(renewal.quarter.clone()),
            Cell::yes(renewal.auto_renew),
            Cell::yes(Some(renewal.in_90_days)),
            Cell::from(renewal.account_id.as_str()),
            Cell::from(renewal.account.as_str()),
            Cell::from(renewal.owner.as_str()),
            money(analysis, &renewal.arr),
            Cell::from(analysis.currency.as_str()),
            figure(&renewal.arr),
            if renewal.in_90_days { money(analysis, &renewal.renewing) } else { Cell::Empty },
            if renewal.in_90_days { figure(&renewal.renewing) } else { Cell::Empty },
            Cell::value(&renewal.health),
            figure(&renewal.health),
            Cell::maybe(renewal.band.clone()),
            renewal.risk_rank.map_or(Cell::Empty, Cell::Whole),
            Cell::maybe(renewal.next_step.clone()),
            Cell::day(renewal.due),
            Cell::from(renewal.chance.as_str()),
            Cell::maybe(renewal.announced_end.clone()),
            Cell::maybe(renewal.people_say.clone()),
        ]);
    }
    Deliverable::out("renewals.csv", sheet.into_bytes())
}

/// `out/expansion.csv`
pub(super) fn expansion(analysis: &Analysis, expansion: &Expansion) -> Deliverable {
    let mut sheet = Sheet::new(&[
        "state",
        "account_id",
        "account",
        "owner",
        "health",
        "health_figure",
        "arr",
        "size_arr",
        "currency",
        "arr_figure",
        "signals",
        "signal_figures",
        "opportunity_id",
        "size",
        "size_from",
        "size_figures",
        "motion",
        "next_step",
        "held_back_because",
        "announced_end",
        "people_say",
    ]);
    for candidate in &expansion.candidates {
        let (why, ids) = reasons(candidate.signals.iter());
        sheet.push(vec![
            Cell::from("candidate"),
            Cell::from(candidate.account_id.as_str()),
            Cell::from(candidate.account.as_str()),
            Cell::from(candidate.owner.as_str()),
            Cell::value(&candidate.health),
            figure(&candidate.health),
            money(analysis, &candidate.arr),
            Cell::money(candidate.size.arr_minor, &analysis.currency),
            Cell::from(analysis.currency.as_str()),
            figure(&candidate.arr),
            why,
            ids,
            Cell::maybe(candidate.opportunity_id.clone()),
            Cell::from(candidate.size.shown.as_str()),
            Cell::from(candidate.size.formula.as_str()),
            Cell::from(candidate.size.figures.join(" ")),
            Cell::from(candidate.motion.as_str()),
            Cell::from(candidate.next_step.as_str()),
            Cell::Empty,
            announced(analysis, &candidate.account_id),
            Cell::maybe(analysis.people.word_of(&candidate.account_id)),
        ]);
    }
    for held in &expansion.held_back {
        let mut row = vec![
            Cell::from("held back"),
            Cell::from(held.account_id.as_str()),
            Cell::from(held.account.as_str()),
            Cell::from(held.owner.as_str()),
        ];
        row.resize(18, Cell::Empty);
        row.push(Cell::from(held.because.as_str()));
        row.push(announced(analysis, &held.account_id));
        row.push(Cell::maybe(analysis.people.word_of(&held.account_id)));
        sheet.push(row);
    }
    Deliverable::out("expansion.csv", sheet.into_bytes())
}

/// `out/advocacy.csv`
pub(super) fn advocacy(analysis: &Analysis, advocacy: &Advocacy) -> Deliverable {
    let mut sheet = Sheet::new(&[
        "state",
        "account_id",
        "account",
        "owner",
        "segment",
        "reason",
        "health",
        "health_figure",
        "last_asked_on",
        "next_ask_on",
        "approval",
        "people_say",
    ]);
    for candidate in &advocacy.candidates {
        sheet.push(vec![
            Cell::from("ask"),
            Cell::from(candidate.account_id.as_str()),
            Cell::from(candidate.account.as_str()),
            Cell::from(candidate.owner.as_str()),
            Cell::maybe(candidate.segment.clone()),
            Cell::from(candidate.reason.as_str()),
            Cell::value(&candidate.health),
            figure(&candidate.health),
            Cell::day(candidate.last_asked_on),
            Cell::Empty,
            Cell::from("needs your approval; send by hand"),
            Cell::maybe(analysis.people.word_of(&candidate.account_id)),
        ]);
    }
    for left in &advocacy.left_alone {
        sheet.push(vec![
            Cell::from("leave alone"),
            Cell::from(left.account_id.as_str()),
            Cell::from(left.account.as_str()),
            Cell::Empty,
            Cell::Empty,
            Cell::from(left.because.as_str()),
            Cell::Empty,
            Cell::Empty,
            Cell::Empty,
            Cell::day(left.next_on),
            Cell::Empty,
            Cell::maybe(analysis.people.word_of(&left.account_id)),
        ]);
    }
    Deliverable::out("advocacy.csv", sheet.into_bytes())
}

/// `out/actions.csv`
pub(super) fn actions(implementation: &Implementation) -> Deliverable {
    let mut sheet = Sheet::new(&[
        "priority",
        "type",
        "account_id",
        "account",
        "reason",
        "why",
        "figure",
        "severity",
        "play",
        "owner",
        "opened_on",
        "due",
        "overdue",
        "next_step",
        "approval",
        "key",
    ]);
    for action in &implementation.queue {
        sheet.push(vec![
            Cell::Whole(i64::try_from(action.priority).unwrap_or(i64::MAX)),
            Cell::from(action.kind.word()),
            Cell::from(action.account_id.as_str()),
            Cell::from(action.account.as_str()),
            Cell::from(action.reason.as_str()),
            Cell::from(action.why.as_str()),
            Cell::maybe(action.figure.clone()),
            Cell::Whole(action.severity),
            Cell::from(action.play.as_str()),
            Cell::from(action.owner.as_str()),
            Cell::day(Some(action.opened_on)),
            Cell::day(Some(action.due)),
            Cell::yes(Some(action.overdue)),
            Cell::from(action.next_step.as_str()),
            Cell::from(if action.needs_approval { "needs your approval; send by hand" } else { "" }),
            Cell::from(action.key.as_str()),
        ]);
    }
    Deliverable::out("actions.csv", sheet.into_bytes())
}

/// `out/monday.csv`: the Monday page for a spreadsheet, one row per managed account somebody should look at.
pub(super) fn monday(analysis: &Analysis, implementation: &Implementation) -> Deliverable {
    let mut sheet = Sheet::new(&[
        "owner",
        "account_id",
        "account",
        "at_risk_rank",
        "why",
        "why_figures",
        "arr",
        "currency",
        "arr_figure",
        "health",
        "health_figure",
        "band",
        "deadline_on",
        "renewal_date",
        "renews_in_90_days",
        "next_step",
        "due",
        "announced_end",
        "people_say",
    ]);
    let mut rows: Vec<&Account> =
        analysis.managed().filter(|account| account.is_at_risk() || account.is_renewing()).collect();
    rows.sort_by_key(|account| {
        (
            account.owner.clone(),
            account.risk_rank.unwrap_or(i64::MAX),
            account.decides_by(),
            account.account_id.clone(),
        )
    });
    let most_pressing = implementation.most_pressing();
    for account in rows {
        let (why, ids) = reasons(account.risks());
        let action = most_pressing.get(account.account_id.as_str()).copied();
        sheet.push(vec![
            Cell::from(account.owner.as_str()),
            Cell::from(account.account_id.as_str()),
            Cell::from(account.name.as_str()),
            account.risk_rank.map_or(Cell::Empty, Cell::Whole),
            why,
            ids,
            money(analysis, &account.arr),
            Cell::from(analysis.currency.as_str()),
            figure(&account.arr),
            Cell::value(&account.health),
            figure(&account.health),
            Cell::maybe(account.band.clone()),
            Cell::day(account.decides_by()),
            Cell::day(account.renewal_date),
            Cell::yes(Some(account.renews_in_90_days)),
            next_step(analysis, account, action),
            Cell::day(action.map(|action| action.due)),
            Cell::maybe(account.announced_end.clone()),
            word(analysis, account),
        ]);
    }
    Deliverable::out("monday.csv", sheet.into_bytes())
}
