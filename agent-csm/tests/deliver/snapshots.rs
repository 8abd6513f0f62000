use agent_csm::assessment::{Inputs, Ranked, assess};
use agent_csm::deliverable::{Snapshot, changes};
use agent_csm::phases::implementation;
use protocol::{Scope, Unit};

use super::build::{account, craft, day, inputs, scoped, written_after};

fn snapshot(inputs: &Inputs, baseline: Option<&Snapshot>) -> Snapshot {
    let analysis = assess(inputs);
    Snapshot::of(&analysis, &implementation(&analysis, &craft(), baseline), baseline)
}

fn october() -> Inputs {
    let mut inputs = inputs();
    inputs.as_of = day("2026-10-31");
    inputs.data_hash = "f".repeat(64);
    inputs
}

#[test]
fn a_first_session_says_it_has_nothing_to_compare_with() {
    let found = changes(&assess(&inputs()), None);
    assert_eq!(found.since, None);
    let page = &written_after(&inputs(), None)["out/monday.html"];
    assert!(page.contains("First session: there is nothing to compare with yet."));
}

#[test]
fn every_kind_of_change_is_found() {
    let before = snapshot(&inputs(), None);
    let mut now = october();
    now.at_risk = vec![Ranked { account_id: "B".into(), rank: 1 }];
    now.accounts[1].band = Some("red".into());
    now.accounts[2].status = "churned".into();
    now.accounts.push(account("E", "Elm", "Ada"));
    now.figures.retain(|figure| figure.id.as_str() != "figure:arr@account=A");
    now.figures.push(scoped("arr", &Scope::one("account", "A"), 9_000_000.0, "$90,000", Unit::Money));
    let found = changes(&assess(&now), Some(&before));
    assert_eq!(found.since, Some(day("2026-09-30")));
    let told: Vec<(&str, &str, Option<&str>, Option<&str>)> = found
        .entries
        .iter()
        .map(|it| (it.kind, it.account_id.as_str(), it.before.as_deref(), it.now.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            ("lost account", "C", Some("$6,000"), None),
            ("newly at risk", "B", None, Some("$12,000")),
            ("health", "B", Some("green (88)"), Some("red (88)")),
            ("ARR", "A", Some("$120,000"), Some("$90,000")),
            ("recovered", "A", None, Some("$90,000")),
            ("new account", "E", None, Some("unknown")),
        ]
    );
}

#[test]
fn a_figure_of_another_definition_is_not_compared() {
    let before = snapshot(&inputs(), None);
    let mut now = october();
    let all = before.comparable(&assess(&now));
    assert_eq!(all, before.figures);
    let churn = now.figures.iter_mut().find(|figure| figure.id.as_str() == "figure:churn_rate").unwrap();
    churn.definition.sha256 = "0".repeat(64);
    let some = before.comparable(&assess(&now));
    assert!(!some.contains_key("churn_rate") && some.len() == all.len() - 1, "{some:?}");
    // A version before this one did not say how it defined them.
    let older = Snapshot { definitions: Default::default(), ..before };
    assert!(older.comparable(&assess(&now)).is_empty());
}

#[test]
fn doing_a_session_again_compares_with_the_same_past() {
    let september = snapshot(&inputs(), None);
    let first = assess(&october());
    let baseline = Snapshot::baseline(&first, Some(&september));
    assert_eq!(baseline, Some(&september));
    let october_first = snapshot(&october(), baseline);
    let again = Snapshot::baseline(&first, Some(&october_first)).cloned();
    assert_eq!(again.as_ref(), Some(&september));
    assert_eq!(written_after(&october(), again.as_ref()), written_after(&october(), baseline));
    // A later day is no past, and a session repeated from nothing is a first session again.
    assert_eq!(Snapshot::baseline(&assess(&inputs()), Some(&october_first)), None);
    assert_eq!(Snapshot::baseline(&assess(&inputs()), Some(&september)), None);
}
