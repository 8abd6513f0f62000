//! Invariants: they hold, and a file that breaks one stops its figures and nothing else.

use std::fs;

use agent_csm::engine::{CheckResult, Engine};
use agent_csm::knowledge::Knowledge;
use protocol::{FigureStatus, Scope};

use super::hand::company;
use super::world::{World, figure};

const DAY: &str = "2024-12-31";

/// The engine over `world` in a workspace whose `knowledge/` holds `file`.
pub(crate) fn overridden(world: &World, file: &str, text: &str) -> Engine {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("knowledge").join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    world.open_with(&Knowledge::load(Some(folder.path())).unwrap(), DAY)
}

/// An embedded file with a change to it.
fn changed(file: &str, from: &str, to: &str) -> String {
    let text = Knowledge::load(None).unwrap().file(file).unwrap().to_owned();
    assert!(text.contains(from), "{file} does not hold `{from}`");
    text.replace(from, to)
}

fn result<'a>(engine: &'a Engine, name: &str) -> &'a CheckResult {
    engine.checks().unwrap().iter().find(|check| check.name == name).unwrap()
}

#[test]
fn every_invariant_holds_over_a_sound_company() {
    let engine = company().open(DAY);
    for check in engine.checks().unwrap() {
        assert_eq!((check.breaches, &check.skipped), (0, &None), "{}: {:?}", check.name, check.rows);
    }
}

#[test]
fn a_broken_metric_stops_itself() {
    // Without the cap, what the account added counts: 150 of 100.
    let grown = World::new(DAY).table("accounts", "account_id,name\nA,Alpha").table(
        "subscriptions",
        "subscription_id,account_id,mrr_minor,currency,start_date,is_trial
         S1,A,100,USD,2023-01-01,false\nS2,A,50,USD,2024-03-01,false",
    );
    let uncapped = changed("metrics/grr.sql", "least(closing_minor, opening_minor)", "closing_minor");
    let engine = overridden(&grown, "metrics/grr.sql", &uncapped);
    let check = result(&engine, "grr_at_most_100");
    assert_eq!((check.breaches, check.guards.as_slice()), (1, ["grr".to_owned()].as_slice()));
    assert_eq!(check.rows[0]["value"], 150.0);
    let grr = figure(&engine, "grr");
    assert_eq!((grr.status, grr.value), (FigureStatus::Unknown, None));
    let reason = grr.reason.unwrap();
    assert!(reason.starts_with("check `grr_at_most_100` does not hold (1 rows)"), "{reason}");
    // The run goes on, and what is sound is known; of the account, too, the figure is stopped.
    assert_eq!(figure(&engine, "nrr").status, FigureStatus::Known);
    let one = engine.figure("grr", &Scope::one("account", "A")).unwrap();
    assert_eq!(one.status, FigureStatus::Unknown);
    assert!(engine.figures_by("grr", "account").unwrap()["A"].value.is_none());
}

#[test]
fn a_waterfall_that_misses_a_cent_stops_what_stands_on_it() {
    let short = changed(
        "derived/mrr_movements.sql",
        "       delta_minor, after_minor",
        "       delta_minor - 1 AS delta_minor, after_minor",
    );
    let engine = overridden(&company(), "derived/mrr_movements.sql", &short);
    for name in ["waterfall_month", "waterfall_account", "cohort_reconciles", "waterfall_year"] {
        assert!(result(&engine, name).breaches > 0, "{name} holds");
    }
    for metric in ["mrr_churn", "expansion_revenue", "nrr", "churn_rate"] {
        assert_eq!(figure(&engine, metric).status, FigureStatus::Unknown, "{metric}");
    }
    // What billing says on the day does not depend on movements.
    assert_eq!(figure(&engine, "accounts_managed").value, Some(4.into()));
}

#[test]
fn parts_that_do_not_add_up_stop_the_figures_they_are_of() {
    // Bob's accounts fall out of every split.
    let lost = changed(
        "derived/account_dims.sql",
        "LEFT JOIN named AS a ON a.account_id = s.account_id",
        "JOIN named AS a ON a.account_id = s.account_id AND coalesce(a.owner, '') <> 'Bob'",
    );
    let engine = overridden(&company(), "derived/account_dims.sql", &lost);
    let check = result(&engine, "parts_add_up");
    assert!(
        check.guards.contains(&"mrr".to_owned()) && !check.guards.contains(&"nrr".to_owned()),
        "{check:?}"
    );
    assert!(figure(&engine, "mrr").reason.unwrap().contains("parts_add_up"));
    assert_eq!(figure(&engine, "nrr").status, FigureStatus::Known);
}

#[test]
fn a_check_that_guards_nothing_known_is_named_with_its_file() {
    let folder = tempfile::tempdir().unwrap();
    let checks = folder.path().join("knowledge/checks");
    fs::create_dir_all(&checks).unwrap();
    fs::write(checks.join("mine.sql"), "-- check: mine\n-- guards: nrrr\nSELECT 1 AS x FROM snapshot\n")
        .unwrap();
    let error = Knowledge::load(Some(folder.path())).unwrap_err();
    assert_eq!(error.to_string(), "`checks/mine.sql` guards `nrrr`, which no metric file defines");
}
