//! The Monday page: what a CSM looks at before the week's first call.

use std::collections::{BTreeMap, BTreeSet};

use protocol::{Figure, Scope};
use serde::Serialize;

use crate::assessment::{Account, Analysis, Day, Number, Reason, SnoozeRow};
use crate::phases::{Growth, Implementation};
use crate::play::Action;
use crate::renewal::Renewal;

use super::{Change, Changes, Deliverable, TemplateError, Templates};

/// Figures at the top of the page, in reading order.
const TILES: [&str; 13] = [
    "accounts_managed",
    "arr",
    "accounts_at_risk",
    "arr_at_risk",
    "renewals_90d",
    "arr_renewing_90d",
    "deadlines_90d",
    "health_score_avg",
    "churn_rate",
    "nrr",
    "grr",
    "renewal_rate",
    "nps_score",
];

/// Figures shown for each CSM.
const OWNER_TILES: [&str; 7] = [
    "accounts_managed",
    "arr",
    "accounts_at_risk",
    "arr_at_risk",
    "renewals_90d",
    "arr_renewing_90d",
    "deadlines_90d",
];

#[derive(Serialize)]
struct Page<'a> {
    company: &'a str,
    as_of: Day,
    data: &'a str,
    tiles: Vec<Number>,
    changes: &'a Changes,
    owners: Vec<Owner<'a>>,
    unknown: Vec<Number>,
    implausible: Vec<Number>,
    handoffs: Vec<Waiting<'a>>,
}

#[derive(Serialize)]
struct Owner<'a> {
    name: &'a str,
    anchor: String,
    tiles: Vec<Number>,
    at_risk: Vec<AtRisk<'a>>,
    /// Those the tile counts.
    renewals: Vec<&'a Renewal>,
    /// Deadlines in the next ninety days for renewals after them.
    early: Vec<&'a Renewal>,
    /// Why no account has a probability; absent where some have one.
    no_chances: Option<&'a str>,
    changes: Vec<&'a Change>,
    today: Vec<&'a Action>,
}

#[derive(Serialize)]
struct AtRisk<'a> {
    account: &'a Account,
    reasons: Vec<&'a Reason>,
    /// The deadline ahead, or the one that has passed.
    decides_by: Option<Day>,
    action: Option<&'a Action>,
    has_plan: bool,
    /// That it is snoozed, where its next step would stand.
    snoozed: Option<String>,
    /// What our own people say of it.
    people_say: Option<String>,
}

#[derive(Serialize)]
struct Waiting<'a> {
    peer: &'a str,
    path: &'a str,
    configured: bool,
}

/// What is to be done for accounts, by account.
struct Ahead<'a> {
    most_pressing: BTreeMap<&'a str, &'a Action>,
    planned: BTreeSet<&'a str>,
}

pub(super) fn page(
    analysis: &Analysis,
    implementation: &Implementation,
    growth: &Growth,
    changes: &Changes,
    templates: &Templates,
) -> Result<Deliverable, TemplateError> {
    let owners = analysis.owners();
    let ahead = Ahead { most_pressing: implementation.most_pressing(), planned: implementation.planned() };
    let page = Page {
        company: &analysis.company,
        as_of: analysis.as_of,
        data: analysis.short_hash(),
        tiles: tiles(analysis, &TILES, &Scope::all()),
        changes,
        owners: owners
            .iter()
            .enumerate()
            .map(|(at, owner)| self::owner(owner, at, analysis, implementation, &ahead, growth, changes))
            .collect(),
        unknown: doubts(analysis, |figure| figure.value.is_none()),
        implausible: doubts(analysis, |figure| figure.value.is_some() && figure.implausible.is_some()),
        handoffs: growth
            .handoffs
            .iter()
            .map(|it| Waiting { peer: &it.peer, path: &it.path, configured: it.is_to_be_sent() })
            .collect(),
    };
    templates.render("monday.html", &page).map(|text| Deliverable::out("monday.html", text))
}

fn tiles(analysis: &Analysis, metrics: &[&str], scope: &Scope) -> Vec<Number> {
    metrics
        .iter()
        .filter_map(|metric| {
            let number = analysis.part(metric, scope);
            number.figure.is_some().then_some(number)
        })
        .collect()
}

fn doubts(analysis: &Analysis, wanted: impl Fn(&Figure) -> bool) -> Vec<Number> {
    analysis.program().filter(|figure| wanted(figure)).map(Number::of).collect()
}

fn owner<'a>(
    name: &'a str,
    at: usize,
    analysis: &'a Analysis,
    implementation: &'a Implementation,
    ahead: &Ahead<'a>,
    growth: &'a Growth,
    changes: &'a Changes,
) -> Owner<'a> {
    let mine = |account: &&Account| account.owner == name;
    Owner {
        name,
        anchor: format!("csm-{}", at + 1),
        tiles: tiles(analysis, &OWNER_TILES, &Scope::one("owner", name)),
        at_risk: analysis
            .ranked(&analysis.at_risk)
            .filter(mine)
            .map(|account| AtRisk {
                account,
                reasons: account.risks().collect(),
                decides_by: account.decides_by(),
                action: ahead.most_pressing.get(account.account_id.as_str()).copied(),
                has_plan: ahead.planned.contains(account.account_id.as_str()),
                snoozed: analysis.people.snoozed(&account.account_id).map(SnoozeRow::says),
                people_say: analysis.people.word_of(&account.account_id),
            })
            .collect(),
        renewals: growth.renewals.iter().filter(|row| row.owner == name && row.in_90_days).collect(),
        early: growth
            .renewals
            .iter()
            .filter(|row| row.owner == name && !row.in_90_days && row.deadline_in_90_days)
            .collect(),
        no_chances: (!analysis.churn.is_trusted()).then_some(analysis.churn.why.as_str()),
        changes: changes.entries.iter().filter(|change| change.owner == name).collect(),
        // The at-risk accounts stand above with their own next step; this is the rest of the week.
        today: implementation
            .queue
            .iter()
            .filter(|action| action.owner == name && (action.overdue || action.due <= analysis.as_of.plus(7)))
            .filter(|action| analysis.accounts.get(&action.account_id).is_some_and(|it| !it.is_at_risk()))
            .collect(),
    }
}
