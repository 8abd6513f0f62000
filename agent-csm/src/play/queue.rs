//! The queue: every action that is due to somebody, the most pressing first.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::assessment::{Account, Analysis, Day};
use crate::phases::Craft;

use super::playbook::Match;
use super::{Action, ActionKind, Condition, Step};

/// When an action was first opened, as an earlier session recorded it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    /// The as-of date of that session.
    pub on: Day,
}

/// The queue for everybody. `earlier` maps action keys to when they were first opened,
/// so that due dates do not slide from session to session.
#[must_use]
pub fn action_queue(analysis: &Analysis, craft: &Craft, earlier: &BTreeMap<String, Opened>) -> Vec<Action> {
    let mut by_key: BTreeMap<String, Action> = BTreeMap::new();
    let mut add = |action: Action| {
        by_key.entry(action.key.clone()).or_insert(action);
    };
    for account in analysis.accounts.values() {
        // Somebody put it aside: it stays in every list and figure, and nothing is asked of anybody until then.
        if analysis.people.snoozed(&account.account_id).is_some() {
            continue;
        }
        let opener = Opener { analysis, craft, earlier, account };
        if account.is_at_risk() {
            opener.best(ActionKind::Risk).into_iter().for_each(&mut add);
        }
        opener.every(ActionKind::Lifecycle).into_iter().for_each(&mut add);
        if account.growth_rank.is_some() && !account.is_at_risk() {
            opener.best(ActionKind::Opportunity).into_iter().for_each(&mut add);
        }
        if account.is_managed() {
            opener.every(ActionKind::Activity).into_iter().for_each(&mut add);
            opener.check_in().into_iter().for_each(&mut add);
        }
    }
    let mut queue: Vec<Action> = by_key.into_values().collect();
    queue.sort_by(|a, b| urgency(a, analysis).cmp(&urgency(b, analysis)));
    for (at, action) in queue.iter_mut().enumerate() {
        action.priority = at + 1;
    }
    queue
}

/// Kind first, then the account's place among those at risk (or growing), then the date.
fn urgency<'a>(action: &'a Action, analysis: &Analysis) -> (ActionKind, i64, Day, &'a str) {
    let account = analysis.accounts.get(&action.account_id);
    let rank = match action.kind {
        ActionKind::Risk => account.and_then(|account| account.risk_rank),
        ActionKind::Opportunity => account.and_then(|account| account.growth_rank),
        ActionKind::Lifecycle | ActionKind::Activity => None,
    };
    (action.kind, rank.unwrap_or(0), action.due, &action.key)
}

struct Opener<'a> {
    analysis: &'a Analysis,
    craft: &'a Craft,
    earlier: &'a BTreeMap<String, Opened>,
    account: &'a Account,
}

impl Opener<'_> {
    fn best(&self, kind: ActionKind) -> Option<Action> {
        let Craft { playbooks, settings, .. } = self.craft;
        playbooks
            .choose(kind, self.account, settings, &self.analysis.tiers, self.analysis.as_of)
            .map(|found| self.open(&found))
    }

    fn every(&self, kind: ActionKind) -> Vec<Action> {
        let Craft { playbooks, settings, .. } = self.craft;
        playbooks
            .all_of(kind, self.account, settings, &self.analysis.tiers, self.analysis.as_of)
            .iter()
            .map(|found| self.open(found))
            .collect()
    }

    fn open(&self, found: &Match<'_>) -> Action {
        let play = found.play;
        let signal =
            self.account.readings.iter().find(|reason| reason.fired && reason.signal == found.reason);
        // A condition such as `at_risk` is opened by the account's worst reason, which is what people need to read.
        let worst = match found.reason.as_str() {
            "at_risk" => self.account.risks().next(),
            "growth" => self.account.fired("growth").next(),
            _ => None,
        };
        let evidence = signal.or(worst);
        let why = evidence.map_or_else(
            || {
                Condition::named(&found.reason)
                    .map_or_else(|| found.reason.clone(), |it| it.says().to_owned())
            },
            |reason| reason.text.clone(),
        );
        let (opened_on, key) = self.opened(play.kind, &found.reason);
        let steps: Vec<Step> = play
            .steps
            .iter()
            .map(|step| {
                let (due, note) = step.due.on(opened_on, self.account.decides_by());
                Step {
                    text: step.text.clone(),
                    owner: self.who(&step.owner_role),
                    due,
                    note: note.map(str::to_owned),
                    needs_approval: step.reaches_customer,
                    draft: step.draft.clone(),
                }
            })
            .collect();
        self.action(key, play.kind, found.reason.clone(), why, opened_on, steps).with(|action| {
            action.play.clone_from(&play.name);
            action.owner = self.who(&play.owner_role);
            action.figure = evidence.map(|reason| reason.figure.clone());
            action.severity = evidence.map_or(0, |reason| reason.severity);
        })
    }

    /// Staying in touch: the last interaction plus the tier's cadence, once that is near.
    ///
    /// Without any interactions in the data nobody can say who was not talked to, so nothing is opened.
    fn check_in(&self) -> Option<Action> {
        let Craft { settings, .. } = self.craft;
        if self.analysis.is_empty_table("interactions") {
            return None;
        }
        let standing = settings.standing(self.account, &self.analysis.tiers);
        let days = i64::from(settings.cadence.days(self.account, standing));
        let (opened_on, key) = self.opened(ActionKind::Activity, "check_in");
        let (due, why) = match self.account.last_touch_on {
            Some(last) => (last.plus(days), format!("last contact on {last}")),
            None => (opened_on.plus(7), "no contact on record".to_owned()),
        };
        if self.analysis.as_of.days_to(due) > settings.cadence.ahead_days {
            return None;
        }
        let step = Step {
            text: "Call or write: what do they need next, and who else should we know?".to_owned(),
            owner: self.account.owner.clone(),
            due,
            note: None,
            needs_approval: true,
            draft: None,
        };
        let action =
            self.action(key, ActionKind::Activity, "check_in".to_owned(), why, opened_on, vec![step]);
        Some(action.with(|action| action.play = "check-in".to_owned()))
    }

    fn opened(&self, kind: ActionKind, reason: &str) -> (Day, String) {
        let key = Action::key_of(&self.account.account_id, kind, reason);
        let as_of = self.analysis.as_of;
        (self.earlier.get(&key).map_or(as_of, |opened| opened.on.min(as_of)), key)
    }

    fn who(&self, role: &str) -> String {
        if role == "csm" { self.account.owner.clone() } else { role.to_owned() }
    }

    fn action(
        &self,
        key: String,
        kind: ActionKind,
        reason: String,
        why: String,
        opened_on: Day,
        steps: Vec<Step>,
    ) -> Action {
        let as_of = self.analysis.as_of;
        // What is next is the first step that is not past; with none left, the last one is overdue.
        let at = steps.iter().position(|step| step.due >= as_of).or(steps.len().checked_sub(1));
        let (due, text, needs_approval) = at.and_then(|at| steps.get(at)).map_or_else(
            || (opened_on, String::new(), false),
            |step| (step.due, step.text.clone(), step.needs_approval),
        );
        // Nobody records that a step was done, so one whose day has passed is asked about, not passed over.
        let earlier = steps
            .iter()
            .enumerate()
            .filter(|(other, step)| Some(*other) != at && step.due < as_of)
            .map(|(_, step)| step.due)
            .min();
        let next_step = match earlier {
            Some(first) => format!("Earlier steps were due from {first}: done? Then: {text}"),
            None => text,
        };
        Action {
            key,
            priority: 0,
            kind,
            account_id: self.account.account_id.clone(),
            account: self.account.name.clone(),
            reason,
            why,
            figure: None,
            severity: 0,
            play: String::new(),
            owner: self.account.owner.clone(),
            opened_on,
            due,
            overdue: due < as_of || earlier.is_some(),
            next_step,
            needs_approval,
            steps,
        }
    }
}

impl Action {
    fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }
}
