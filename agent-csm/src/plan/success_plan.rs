//! A success plan: why now, what for, who does what by when, and what we don't know.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::assessment::{Account, Analysis, ChangeRow, Day, GapRow, NoteRow, Reason, SnoozeRow};
use crate::phases::Craft;
use crate::play::Action;

/// Notes and changes that a plan repeats; the rest is in the files it names.
const NOTES: usize = 5;
const CHANGES: usize = 5;

/// The plan of one account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SuccessPlan {
    /// Where it lies in the workspace.
    pub path: String,
    /// The account as assessed.
    pub account: Account,
    /// Why it has a plan: rules of `plans.toml` that hold.
    pub because: Vec<String>,
    /// Fired readings, risks first.
    pub why_now: Vec<Reason>,
    /// What it is for.
    pub objectives: Vec<Objective>,
    /// What is done, by whom, by when.
    pub actions: Vec<Action>,
    /// When we talk next.
    pub check_in: CheckIn,
    /// Who is who.
    pub stakeholders: Stakeholders,
    /// That it is snoozed, or back from it.
    #[serde(default)]
    pub snooze: Option<String>,
    /// What our own people noted, the newest first.
    #[serde(default)]
    pub notes: Vec<NoteRow>,
    /// What happened at the customer, the newest first.
    #[serde(default)]
    pub changes: Vec<ChangeRow>,
    /// What is missing on the map of stakeholders.
    #[serde(default)]
    pub gaps: Vec<GapRow>,
    /// What nobody could tell us.
    pub unknowns: Vec<String>,
}

/// An objective: the customer's own, or our proposal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Objective {
    /// In the customer's words, or ours where proposed.
    pub title: String,
    /// The row it comes from; absent for a proposal.
    pub objective_id: Option<String>,
    /// Where it stands, from the row's baseline, current and target.
    pub standing: Option<String>,
    /// Due.
    pub due_on: Option<Day>,
    /// Confirmed by the customer.
    pub proven_on: Option<Day>,
    /// Owner on the customer's side.
    pub owner_them: Option<String>,
    /// Whether nobody at the customer has agreed to it yet.
    pub proposed: bool,
}

/// How often we talk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckIn {
    /// Days between check-ins, from `plans.toml`.
    pub every_days: u32,
    /// Last dated interaction.
    pub last_on: Option<Day>,
    /// The next one; never before the as-of date.
    pub next_on: Day,
    /// Whether it should have been held before the as-of date.
    pub overdue: bool,
}

/// Who is who at the account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stakeholders {
    /// People in a role.
    pub known: Vec<Person>,
    /// Roles nobody is named in.
    pub missing: Vec<String>,
    /// People in a role who left.
    pub left: Vec<Person>,
}

/// A person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Full name, else the contact's id.
    pub name: String,
    /// Job title.
    pub title: Option<String>,
    /// Role.
    pub role: Option<String>,
    /// When the person left.
    pub left_on: Option<Day>,
}

/// Plans of the priority accounts: those at risk in rank order, then by opt-out date, then by id.
#[must_use]
pub fn success_plans(analysis: &Analysis, craft: &Craft, queue: &[Action]) -> Vec<SuccessPlan> {
    let mut actions: BTreeMap<&str, Vec<&Action>> = BTreeMap::new();
    for action in queue {
        actions.entry(&action.account_id).or_default().push(action);
    }
    let names = analysis.file_names();
    let mut plans: Vec<SuccessPlan> = analysis
        .managed()
        .filter_map(|account| {
            let because = because(account, analysis, craft);
            let own = actions.get(account.account_id.as_str()).into_iter().flatten().copied().cloned();
            (!because.is_empty()).then(|| {
                let path = names.plan(&account.account_id);
                plan(path, account, because, analysis, craft, own.collect())
            })
        })
        .collect();
    plans.sort_by_key(|plan| {
        let account = &plan.account;
        (
            account.risk_rank.unwrap_or(i64::MAX),
            account.opt_out_on.map_or(i64::MAX, |day| analysis.as_of.days_to(day)),
            account.account_id.clone(),
        )
    });
    plans
}

fn because(account: &Account, analysis: &Analysis, craft: &Craft) -> Vec<String> {
    let rules = &craft.settings.priority;
    let top = craft.settings.standing(account, &analysis.tiers) == crate::plan::Standing::Top;
    [
        (rules.at_risk && account.is_at_risk(), "at risk"),
        (rules.top_tier && top, "top tier by ARR"),
        (rules.renewing && account.is_renewing(), "deadline or renewal in the next ninety days"),
    ]
    .into_iter()
    .filter(|(holds, _)| *holds)
    .map(|(_, word)| word.to_owned())
    .collect()
}

fn plan(
    path: String,
    account: &Account,
    because: Vec<String>,
    analysis: &Analysis,
    craft: &Craft,
    actions: Vec<Action>,
) -> SuccessPlan {
    let (people, id) = (&analysis.people, account.account_id.as_str());
    let stakeholders = stakeholders(account, analysis, craft);
    let objectives = objectives(account, analysis, craft, &actions);
    let unknowns = unknowns(account, analysis, &objectives, &stakeholders);
    SuccessPlan {
        path,
        because,
        why_now: account
            .risks()
            .chain(account.fired("context"))
            .chain(account.fired("growth"))
            .cloned()
            .collect(),
        check_in: check_in(account, analysis, craft),
        snooze: people.snooze_of(id).map(SnoozeRow::says),
        notes: people.notes_of(id).filter(|note| note.kind == "note").take(NOTES).cloned().collect(),
        changes: people.changes_of(id).take(CHANGES).cloned().collect(),
        gaps: people.gaps_of(id).cloned().collect(),
        objectives,
        actions,
        stakeholders,
        unknowns,
        account: account.clone(),
    }
}

fn check_in(account: &Account, analysis: &Analysis, craft: &Craft) -> CheckIn {
    let standing = craft.settings.standing(account, &analysis.tiers);
    let every_days = craft.settings.cadence.days(account, standing);
    let wanted = account.last_touch_on.map(|last| last.plus(i64::from(every_days)));
    CheckIn {
        every_days,
        last_on: account.last_touch_on,
        next_on: wanted.map_or(analysis.as_of.plus(7), |day| day.max(analysis.as_of.plus(1))),
        overdue: wanted.is_some_and(|day| day < analysis.as_of),
    }
}

fn objectives(account: &Account, analysis: &Analysis, craft: &Craft, actions: &[Action]) -> Vec<Objective> {
    let own: Vec<Objective> = analysis
        .objectives_of(&account.account_id)
        .map(|row| Objective {
            title: row.title.clone(),
            objective_id: Some(row.objective_id.clone()),
            standing: standing(row.baseline, row.current, row.target),
            due_on: row.due_on,
            proven_on: row.proven_on,
            owner_them: row.owner_them.clone(),
            proposed: false,
        })
        .collect();
    if !own.is_empty() {
        return own;
    }
    let mut proposals: Vec<&str> = actions
        .iter()
        .filter_map(|action| craft.playbooks.get(&action.play).and_then(|play| play.proposes.as_deref()))
        .collect();
    let mut seen = std::collections::BTreeSet::new();
    proposals.retain(|text| seen.insert(*text));
    proposals
        .into_iter()
        .map(|title| Objective {
            title: title.to_owned(),
            objective_id: None,
            standing: None,
            due_on: None,
            proven_on: None,
            owner_them: None,
            proposed: true,
        })
        .collect()
}

fn standing(baseline: Option<f64>, current: Option<f64>, target: Option<f64>) -> Option<String> {
    let parts: Vec<String> = [("baseline", baseline), ("now", current), ("target", target)]
        .into_iter()
        .filter_map(|(word, value)| value.map(|value| format!("{word} {value}")))
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn stakeholders(account: &Account, analysis: &Analysis, craft: &Craft) -> Stakeholders {
    // Where the source states no role, the map of stakeholders tells it by title.
    let by_title = |contact: &str| {
        let mut map = analysis.people.stakeholders_of(&account.account_id);
        map.find(|it| it.contact_id == contact).and_then(|it| it.role.clone())
    };
    let people: Vec<Person> = analysis
        .contacts_of(&account.account_id)
        .map(|row| Person {
            name: row.name.clone().unwrap_or_else(|| row.contact_id.clone()),
            title: row.title.clone(),
            role: row.role.clone().or_else(|| by_title(&row.contact_id)),
            left_on: row.left_on,
        })
        .collect();
    let (left, here): (Vec<Person>, Vec<Person>) =
        people.into_iter().partition(|person| person.left_on.is_some());
    let missing = craft
        .settings
        .stakeholder_roles
        .iter()
        .filter(|role| !here.iter().any(|person| person.role.as_ref() == Some(role)))
        .cloned()
        .collect();
    // Everybody who plays a part; plain users would only make the list long.
    let known =
        here.into_iter().filter(|person| person.role.as_deref().is_some_and(|role| role != "user")).collect();
    Stakeholders { known, missing, left }
}

fn unknowns(
    account: &Account,
    analysis: &Analysis,
    objectives: &[Objective],
    stakeholders: &Stakeholders,
) -> Vec<String> {
    let mut unknowns = Vec::new();
    if account.health.value.is_none() {
        let reason = account.health.reason.as_deref().unwrap_or("too little is measured");
        unknowns.push(format!("Health: {reason}."));
    }
    for dimension in &account.unmeasured {
        unknowns.push(format!("Nothing is measured about {dimension}."));
    }
    if account.opt_out_on.is_none() {
        unknowns.push("When they can opt out: no renewal date in the subscriptions.".to_owned());
    }
    if analysis.is_empty_table("interactions") {
        unknowns.push("When we last talked: no interactions are in the data.".to_owned());
    } else if account.last_touch_on.is_none() {
        unknowns.push("When we last talked: no contact on record.".to_owned());
    }
    if analysis.is_empty_table("contacts") {
        unknowns.push("Who is who: no contacts are in the data.".to_owned());
    } else {
        for role in &stakeholders.missing {
            unknowns.push(format!("Who the {} is.", role.replace('_', " ")));
        }
    }
    if objectives.iter().all(|objective| objective.proposed) {
        unknowns.push("What they bought the product for: no objective of theirs is on record.".to_owned());
    }
    unknowns
}
