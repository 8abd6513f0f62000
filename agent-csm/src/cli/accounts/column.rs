//! What can be seen, sorted and filtered by.

use super::field::Field;
use crate::assessment::{Account, Analysis, gravest};
use crate::cli::CliError;
use crate::workspace::nearest;

/// A column of the table.
pub(super) struct Column {
    /// What a person types.
    pub(super) key: &'static str,
    /// Other words for it.
    also: &'static [&'static str],
    /// What stands above it.
    pub(super) header: &'static str,
    /// Whether its figures are money: filters are typed in whole units.
    pub(super) money: bool,
    /// Its value for an account.
    pub(super) of: fn(&Account, &Analysis) -> Field,
}

/// Every column, in the order in which `--columns all` shows them.
pub(super) const COLUMNS: &[Column] = &[
    Column { key: "account", also: &["name"], header: "account", money: false, of: |a, _| text(&a.name) },
    Column { key: "id", also: &["account_id"], header: "id", money: false, of: |a, _| text(&a.account_id) },
    Column { key: "owner", also: &["csm"], header: "owner", money: false, of: |a, _| text(&a.owner) },
    Column {
        key: "segment",
        also: &[],
        header: "segment",
        money: false,
        of: |a, _| Field::Text(a.segment.clone()),
    },
    Column { key: "tier", also: &[], header: "tier", money: false, of: |a, _| Field::Text(a.tier.clone()) },
    Column { key: "status", also: &[], header: "status", money: false, of: |a, _| text(&a.status) },
    Column {
        key: "health",
        also: &["score"],
        header: "health",
        money: false,
        of: |a, _| Field::Figure(a.health.clone()),
    },
    Column { key: "band", also: &[], header: "band", money: false, of: |a, _| Field::Text(a.band.clone()) },
    Column {
        key: "coverage",
        also: &["cov"],
        header: "cov.",
        money: false,
        of: |a, _| Field::Share(a.coverage),
    },
    Column { key: "arr", also: &[], header: "ARR", money: true, of: |a, _| Field::Figure(a.arr.clone()) },
    Column { key: "mrr", also: &[], header: "MRR", money: true, of: |a, _| Field::Figure(a.mrr.clone()) },
    Column { key: "seats", also: &[], header: "seats", money: false, of: |a, _| Field::Whole(a.seats) },
    Column {
        key: "days",
        also: &["days_to_decision", "days_to_opt_out"],
        header: "decide in",
        money: false,
        of: |a, all| Field::Whole(a.decides_by().map(|day| all.as_of.days_to(day))),
    },
    Column {
        key: "opt_out",
        also: &["opt_out_on"],
        header: "opt out by",
        money: false,
        of: |a, _| Field::Day(a.opt_out_on),
    },
    Column {
        key: "renewal",
        also: &["renewal_date"],
        header: "term ends",
        money: false,
        of: |a, _| Field::Day(a.renewal_date),
    },
    Column {
        key: "ends",
        also: &["ends_on"],
        header: "ends",
        money: false,
        of: |a, _| Field::Day(a.ends_on),
    },
    Column {
        key: "announced_end",
        also: &["announced"],
        header: "announced",
        money: false,
        of: |a, _| Field::Text(a.announced_end.clone()),
    },
    Column {
        key: "touch",
        also: &["last_touch", "last_touch_on"],
        header: "last touch",
        money: false,
        of: |a, _| Field::Day(a.last_touch_on),
    },
    Column {
        key: "risk",
        also: &["risk_rank"],
        header: "risk",
        money: false,
        of: |a, _| Field::Whole(a.risk_rank),
    },
    Column {
        key: "growth",
        also: &["growth_rank"],
        header: "grow",
        money: false,
        of: |a, _| Field::Whole(a.growth_rank),
    },
    Column {
        key: "value_segment",
        also: &["value"],
        header: "value",
        money: false,
        of: |a, all| Field::Text(all.health.segments.get(&a.account_id).map(|it| it.segment.clone())),
    },
    Column {
        key: "archetype",
        also: &["usage"],
        header: "usage",
        money: false,
        of: |a, all| Field::Text(all.trend.archetypes.get(&a.account_id).map(|it| it.archetype.clone())),
    },
    Column {
        key: "sentiment",
        also: &["mood"],
        header: "sentiment",
        money: false,
        of: |a, all| Field::Text(all.voice.accounts.get(&a.account_id).map(|it| it.label.clone())),
    },
    Column {
        key: "churn",
        also: &["churn_probability"],
        header: "churn",
        money: false,
        of: |a, all| Field::Share(all.churn.accounts.get(&a.account_id).map(|it| it.probability)),
    },
    Column {
        key: "snoozed",
        also: &["snoozed_until"],
        header: "snoozed to",
        money: false,
        of: |a, all| Field::Day(all.people.snoozed(&a.account_id).map(|it| it.until_on)),
    },
    Column { key: "reason", also: &["why"], header: "top reason", money: false, of: reason },
];

/// What is shown when nobody says.
pub(super) const SHOWN: [&str; 10] =
    ["account", "owner", "tier", "health", "band", "arr", "days", "risk", "growth", "reason"];

/// Columns that a narrow terminal leaves out when nobody asks for them, with the least width that has room for them.
pub(super) const ROOM: [(&str, usize); 3] = [("tier", 130), ("growth", 116), ("owner", 104)];

/// The column that `name` means; its nearest is offered where there is none.
pub(super) fn column(name: &str) -> Result<&'static Column, CliError> {
    let wanted = name.trim().to_lowercase().replace('-', "_");
    if let Some(found) = COLUMNS.iter().find(|it| it.key == wanted || it.also.contains(&wanted.as_str())) {
        return Ok(found);
    }
    let known: Vec<&str> = COLUMNS.iter().map(|it| it.key).collect();
    let failed = CliError::usage(format!("`{}` is nothing that accounts are listed by", name.trim()));
    let words = COLUMNS.iter().flat_map(|it| std::iter::once(it.key).chain(it.also.iter().copied()));
    Err(failed.hint(match nearest(&wanted, words) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("known are {}", known.join(", ")),
    }))
}

fn text(text: &str) -> Field {
    Field::Text(Some(text.to_owned()))
}

/// The first thing to know: why it is at risk, else why it can grow, else the gravest that fired.
fn reason(account: &Account, _: &Analysis) -> Field {
    let risk = account.is_at_risk().then(|| gravest(account.risks()).first().copied()).flatten();
    let growth = || account.growth_rank.and_then(|_| account.fired("growth").next());
    let any = || account.risks().next().or_else(|| account.readings.iter().find(|it| it.fired));
    Field::Text(risk.or_else(growth).or_else(any).map(|it| it.text.clone()))
}
