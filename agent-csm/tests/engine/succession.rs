//! What goes on when a paid term ends: grace, succession, lapses. Every figure worked by hand, MRR in cents.

use agent_csm::engine::Engine;
use agent_csm::tables::Rule;
use protocol::Scope;
use serde::Deserialize;

use super::world::{World, value_of};

/// One account for each way of going on, known day by day.
fn company() -> World {
    let date = |name: &str| Rule::Column(name.to_owned());
    let rows = "subscription_id,account_id,product,mrr_minor,currency,start_date,end_date,renewal_date,cancelled_on,is_trial
        L1,late,Core,100,USD,2025-06-01,2026-06-01,2026-06-01,,false
        L2,late,Core,100,USD,2026-06-11,,2027-06-11,,false
        F1,fourteen,Core,100,USD,2025-06-01,2026-06-01,2026-06-01,,false
        F2,fourteen,Core,100,USD,2026-06-15,,2027-06-15,,false
        G1,fifteen,Core,100,USD,2025-06-01,2026-06-01,2026-06-01,,false
        G2,fifteen,Core,100,USD,2026-06-16,,2027-06-16,,false
        U1,upgraded,Core,100,USD,2025-05-06,2026-05-06,2026-05-06,,false
        U2,upgraded,Core,160,USD,2026-05-01,2027-05-01,2027-05-01,,false
        S1,smaller,Core,100,USD,2025-06-01,2026-06-01,2026-06-01,,false
        S2,smaller,Core,70,USD,2026-06-04,2027-06-04,2027-06-04,,false
        M1,merged,Core,100,USD,2025-06-01,2026-06-01,2026-06-01,,false
        M2,merged,Core,50,USD,2025-06-01,2026-06-01,2026-06-01,,false
        M3,merged,Core,120,USD,2026-06-01,,2027-06-01,,false
        P1,parted,Core,150,USD,2025-06-01,2026-06-01,2026-06-01,,false
        P2,parted,Core,100,USD,2026-06-01,,2027-06-01,,false
        P3,parted,Core,50,USD,2026-06-01,,2027-06-01,,false
        O1,other,Core,100,USD,2025-06-01,2026-06-01,2026-06-01,,false
        O2,other,Plus,130,USD,2026-06-10,,2027-06-10,,false
        C1,cancelled,Core,100,USD,2025-06-01,2026-06-01,2026-06-01,2026-04-02,false
        A1,grown,Core,100,USD,2025-01-01,2025-12-01,,,false
        A1,grown,Core,300,USD,2025-12-01,2026-06-01,,2026-05-01,false
        B1,upanddown,Core,100,USD,2025-01-01,2025-11-01,,,false
        B1,upanddown,Core,60,USD,2025-11-01,2026-02-01,,,false
        B1,upanddown,Core,200,USD,2026-02-01,2026-07-01,,,false
        B1,upanddown,Core,50,USD,2026-07-01,,,,false
        N1,newcomer,Core,500,USD,2025-11-01,2026-06-01,,2026-05-01,false";
    let ids = [
        "late",
        "fourteen",
        "fifteen",
        "upgraded",
        "smaller",
        "merged",
        "parted",
        "other",
        "cancelled",
        "grown",
        "upanddown",
        "newcomer",
    ];
    World::new("2026-09-30")
        .table("accounts", &format!("account_id,name\n{}", ids.map(|id| format!("{id},{id}")).join("\n")))
        .known("subscriptions", rows, date("start_date"), &[("cancelled_on", date("cancelled_on"))])
}

#[derive(Debug, Deserialize)]
struct Movement {
    movement_date: String,
    kind: String,
    delta_minor: i64,
}

/// The movements of an account since its first.
fn moved(engine: &Engine, account: &str) -> Vec<String> {
    let query = format!(
        "SELECT * FROM mrr_movements WHERE account_id = '{account}' AND kind <> 'new' ORDER BY movement_date, kind"
    );
    let rows: Vec<Movement> = engine.query(&query).unwrap();
    rows.iter().map(|it| format!("{} {} {}", it.movement_date, it.kind, it.delta_minor)).collect()
}

#[test]
fn a_paid_term_goes_on_in_what_succeeds_it() {
    let engine = company().open("2026-09-30");
    let renewed = engine.figures_by("renewal_rate", "account").unwrap();
    let cases: [(&str, &[&str], Option<f64>); 9] = [
        // Ended on 1 June, signed again on 11 June under another id at the same price.
        ("late", &[], Some(100.0)),
        ("fourteen", &[], Some(100.0)),
        // A day later than the grace: gone, and back.
        ("fifteen", &["2026-06-01 churn -100", "2026-06-16 reactivation 100"], Some(0.0)),
        // Five days both run: paid once, the difference on the successor's first day.
        ("upgraded", &["2026-05-01 expansion 60"], Some(100.0)),
        ("smaller", &["2026-06-04 contraction -30"], Some(70.0)),
        // 100 and 50 gathered into 120: 30 are gone.
        ("merged", &["2026-06-01 contraction -30"], Some(80.0)),
        ("parted", &[], Some(100.0)),
        // Another product is no renewal, yet nothing was lost in the nine days between.
        ("other", &["2026-06-10 expansion 30"], Some(0.0)),
        ("cancelled", &["2026-06-01 churn -100"], Some(0.0)),
    ];
    for (account, movements, rate) in cases {
        assert_eq!(moved(&engine, account), movements, "{account}");
        assert_eq!(renewed[account].as_f64(), rate, "renewal rate of {account}");
    }
    // Opening 100 each at 2025-09-30. `grown` paid 300 when it left: 100 of 100 lost. `upanddown` lost 40 of 100, and
    // after growth 50 more below what it paid then. The newcomer paid nothing then.
    let gross = engine.figures_by("mrr_churn_gross_rate", "account").unwrap();
    for (account, rate) in [("grown", Some(100.0)), ("upanddown", Some(90.0)), ("newcomer", None)] {
        assert_eq!(gross[account].as_f64(), rate, "gross MRR churn of {account}");
    }
}

#[test]
fn a_term_that_ended_within_the_grace_is_lapsed_and_undecided() {
    let engine = company().open("2026-06-03");
    for account in ["late", "fourteen", "fifteen", "smaller", "other"] {
        assert_eq!(moved(&engine, account), ["2026-06-01 lapsed -100"], "{account}");
    }
    // The cancelled one has left on its last day: its customer had decided.
    assert_eq!(moved(&engine, "cancelled"), ["2026-06-01 churn -100"]);
    assert_eq!(value_of(&engine, "accounts_lapsed"), 5.0);
    assert_eq!(value_of(&engine, "mrr_lapsed"), 500.0);
    let lost = engine.figure("mrr_churn", &Scope::one("account", "late")).unwrap();
    assert_eq!(lost.as_f64(), Some(0.0), "nothing of it has churned");
    let decided = engine.figures_by("renewal_rate", "account").unwrap();
    assert_eq!(decided["late"].value, None, "nor is its renewal decided");
    assert_eq!(decided["merged"].as_f64(), Some(80.0));
}

#[test]
fn the_window_of_grace_is_what_the_workspace_says() {
    let mut world = company();
    world.config.thresholds.insert("grace_days".to_owned(), 13.0);
    let engine = world.open("2026-09-30");
    assert_eq!(moved(&engine, "fourteen"), ["2026-06-01 churn -100", "2026-06-15 reactivation 100"]);
}
