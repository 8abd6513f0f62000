use std::collections::BTreeSet;

use agent_csm::assessment::{Ranked, assess};
use agent_csm::deliverable::Snapshot;
use agent_csm::phases::implementation;
use agent_csm::play::{Action, ActionKind};

use super::build::{craft, day, inputs, reading};

fn queue(inputs: &agent_csm::assessment::Inputs) -> Vec<Action> {
    implementation(&assess(inputs), &craft(), None).queue
}

fn of<'a>(queue: &'a [Action], account: &str, kind: ActionKind) -> &'a Action {
    queue.iter().find(|action| action.account_id == account && action.kind == kind).unwrap()
}

#[test]
fn due_dates_count_from_the_day_of_opening_or_back_from_the_opt_out() {
    let queue = queue(&inputs());
    let risk = of(&queue, "A", ActionKind::Risk);
    assert_eq!((risk.play.as_str(), risk.priority), ("at-risk", 1));
    assert_eq!(risk.why, "2 invoices overdue");
    assert_eq!(risk.figure.as_deref(), Some("figure:payment_overdue@account=A"));
    // +1d, +3d, +4d, +10d, +30d from 2026-09-30.
    let due: Vec<String> = risk.steps.iter().map(|step| step.due.to_string()).collect();
    assert_eq!(due, ["2026-10-01", "2026-10-03", "2026-10-04", "2026-10-10", "2026-10-30"]);
    // -90d, -75d, -60d, -30d, -7d from the opt-out on 2026-11-29; the first two days have passed.
    let renewal = of(&queue, "A", ActionKind::Lifecycle);
    let due: Vec<String> = renewal.steps.iter().map(|step| step.due.to_string()).collect();
    assert_eq!(due, ["2026-09-30", "2026-09-30", "2026-09-30", "2026-10-30", "2026-11-22"]);
    assert!(renewal.steps[0].note.is_some() && renewal.steps[2].note.is_none());
}

#[test]
fn an_account_gets_one_action_per_reason_however_often_it_is_named() {
    let mut twice = inputs();
    twice.readings.push(reading("A", "payment_overdue", "risk", "payment", 3, "2 invoices overdue"));
    twice.at_risk.push(Ranked { account_id: "A".into(), rank: 1 });
    twice.renewals.push(twice.renewals[0].clone());
    let queue = queue(&twice);
    let keys: BTreeSet<&str> = queue.iter().map(|action| action.key.as_str()).collect();
    assert_eq!(keys.len(), queue.len());
    assert_eq!(queue.iter().filter(|action| action.kind == ActionKind::Risk).count(), 1);
    assert_eq!(queue[0].key, "A|risk|at_risk");
}

#[test]
fn a_later_session_keeps_the_day_an_action_was_opened() {
    let first = assess(&inputs());
    let opened = implementation(&first, &craft(), None);
    let snapshot = Snapshot::of(&first, &opened, None);
    let mut later = inputs();
    later.as_of = day("2026-10-12");
    let queue = implementation(&assess(&later), &craft(), Some(&snapshot)).queue;
    let risk = of(&queue, "A", ActionKind::Risk);
    assert_eq!(risk.opened_on, day("2026-09-30"));
    assert_eq!(risk.due, day("2026-10-30"));
    // The steps of 2026-10-01, -03, -04 and -10 lie before 2026-10-12, and nobody said that they were done.
    assert!(risk.overdue);
    let asked = "Earlier steps were due from 2026-10-01: done? Then: ";
    assert_eq!(risk.next_step, format!("{asked}{}", risk.steps[4].text));
    let first = of(&opened.queue, "A", ActionKind::Risk);
    assert!(!first.overdue);
    assert_eq!(first.next_step, first.steps[0].text);
    let mut late = inputs();
    late.as_of = day("2026-11-15");
    let queue = implementation(&assess(&late), &craft(), Some(&snapshot)).queue;
    let risk = of(&queue, "A", ActionKind::Risk);
    assert!(risk.overdue);
    assert_eq!(risk.due, day("2026-10-30"));
    assert_eq!(risk.next_step, format!("{asked}{}", risk.steps[4].text));
}

#[test]
fn nobody_is_called_silent_when_no_interactions_are_in_the_data() {
    let mut silent = inputs();
    silent.accounts[2].last_touch_on = None;
    let check_in = |inputs: &agent_csm::assessment::Inputs| {
        queue(inputs).iter().any(|it| it.account_id == "C" && it.reason == "check_in")
    };
    assert!(check_in(&silent));
    silent.empty_tables.push("interactions".into());
    assert!(!check_in(&silent));
}

#[test]
fn a_plan_is_written_for_priority_accounts_and_says_what_is_missing() {
    let plans = implementation(&assess(&inputs()), &craft(), None).plans;
    // Cedar's term ends later, but the day it can opt out is near.
    let paths: Vec<&str> = plans.iter().map(|plan| plan.path.as_str()).collect();
    assert_eq!(paths, ["plans/A.md", "plans/C.md"]);
    let plan = &plans[0];
    assert_eq!(plan.because, ["at risk", "top tier by ARR", "deadline or renewal in the next ninety days"]);
    assert_eq!(plan.why_now[0].signal, "payment_overdue");
    assert!(plan.objectives.iter().all(|objective| objective.proposed));
    assert_eq!(plan.check_in.every_days, 14);
    assert_eq!(plan.check_in.next_on, day("2026-10-09"));
    assert!(plan.unknowns.iter().any(|it| it == "Nothing is measured about sentiment."));
    assert!(plan.unknowns.iter().any(|it| it == "Who is who: no contacts are in the data."));
}

#[test]
fn an_account_id_never_names_another_folder() {
    let mut inputs = inputs();
    inputs.accounts[0].account_id = "../../etc/passwd".into();
    inputs.at_risk[0].account_id = "../../etc/passwd".into();
    inputs.readings.retain(|reading| reading.account_id != "A");
    let plans = implementation(&assess(&inputs), &craft(), None).plans;
    assert_eq!(plans[0].path, "plans/%2E.%2F..%2Fetc%2Fpasswd.md");
}
