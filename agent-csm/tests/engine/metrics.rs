//! The terms of the field over the company of `hand`, expected values worked by hand.

use std::fmt::Write as _;

use protocol::{FigureStatus, Scope};
use serde::Deserialize;

use super::hand::company;
use super::world::{World, figure, value_of};

const DAY: &str = "2024-12-31";

#[derive(Debug, PartialEq, Deserialize)]
struct Amount {
    kind: String,
    amount_minor: i64,
}

#[test]
fn the_monthly_waterfall_opens_moves_and_closes() {
    let engine = company().open(DAY);
    // 2023: G1, S1 and the trial are no movement of 2024; A 100, B 120, C 70, D 60 are in force at its end.
    let months = [
        ("2024-02-01", [350, 0, 0, 0, 0, -70, 0, 280]),
        ("2024-03-01", [280, 0, 50, 0, 0, 0, 0, 330]),
        ("2024-05-01", [360, 0, 0, 0, -40, 0, 0, 320]),
        ("2024-06-01", [320, 0, 0, 90, 0, 0, 0, 410]),
        ("2024-12-01", [350, 0, 0, 0, 0, 0, 0, 350]),
    ];
    for (month, amounts) in months {
        let rows: Vec<Amount> = engine
            .query(&format!("SELECT kind, amount_minor FROM mrr_waterfall WHERE month = DATE '{month}'"))
            .unwrap();
        let kinds =
            ["opening", "new", "expansion", "reactivation", "contraction", "churn", "lapsed", "closing"];
        for (kind, amount_minor) in kinds.into_iter().zip(amounts) {
            let expected = Amount { kind: kind.to_owned(), amount_minor };
            assert!(rows.contains(&expected), "{month}: {expected:?} is not in {rows:?}");
        }
        assert_eq!(rows.len(), 8);
    }
}

#[derive(Debug, PartialEq, Deserialize)]
struct Cell {
    accounts_at_start: i64,
    kept: i64,
    opening_minor: i64,
    kept_minor: i64,
}

#[test]
fn the_retention_triangle_counts_who_is_old_enough() {
    let engine = company().open(DAY);
    // C began in 2023-02 with 70, left on 2024-02-01 and is back with 90 from 2024-06-01.
    // All: five began with 380; A, B, C and D are old enough for a sixteenth month, and D left just then.
    let cells = [
        ("2023-02", 11, [1, 1, 70, 70]),
        ("2023-02", 12, [1, 0, 70, 0]),
        ("2023-02", 16, [1, 1, 70, 90]),
        ("all", 0, [5, 5, 380, 380]),
        ("all", 16, [4, 3, 350, 150 + 80 + 90]),
    ];
    for (cohort, month_n, [accounts_at_start, kept, opening_minor, kept_minor]) in cells {
        let rows: Vec<Cell> = engine
            .query(&format!(
                "SELECT accounts_at_start, kept, opening_minor, kept_minor FROM retention_curve \
                 WHERE cohort = '{cohort}' AND month_n = {month_n}"
            ))
            .unwrap();
        let expected = Cell { accounts_at_start, kept, opening_minor, kept_minor };
        assert_eq!(rows, [expected], "{cohort}, month {month_n}");
    }
}

#[test]
fn rates_and_stages_follow_from_the_movements() {
    let engine = company().open(DAY);
    assert_eq!(value_of(&engine, "mrr_churn_gross_rate"), 100.0 * (130.0 + 40.0) / 350.0);
    assert_eq!(value_of(&engine, "mrr_churn_net_rate"), 100.0 * (170.0 - 50.0 - 90.0) / 350.0);
    // Up within the year: S3 80, S4 40, S5 70, S7 60, S8 30.
    assert_eq!(value_of(&engine, "atr"), 12.0 * 280.0);
    let august = company().open("2024-08-16");
    // In force on 2024-05-18: A, B, D, E; D has left since, and is past the 14 days of grace: 1 - (3/4)^(365/90).
    let rescaled = 100.0 * (1.0 - 0.75_f64.powf(365.0 / 90.0));
    assert!((value_of(&august, "churn_rate_90d_annualised") - rescaled).abs() < 1e-9);
    // A's term ends within 90 days, C returned, D left; B and E do nothing special.
    let stages = [("renewal", 1), ("won_back", 1), ("churned", 1), ("adoption", 2), ("expansion", 0)];
    for (stage, count) in stages {
        assert_eq!(figure(&engine, &format!("lifecycle_{stage}")).value, Some(count.into()), "{stage}");
    }
    // S1 renews by itself? Nobody says so; no health, no contact: there is nothing dated to go by.
    assert_eq!(value_of(&engine, "forecast_omitted"), 1200.0);
    assert_eq!(value_of(&engine, "forecast_commit"), 0.0);
}

#[test]
fn expansion_tells_its_causes() {
    // Seats 10 to 12 at 100 a seat, and the seat's price from 100 to 110: 200 by seats, 120 by price.
    // Plan Basic to Pro: 200. A second product: 300. More of the same product: 50.
    // A subscription replaced on the day by a dearer one of the same plan: 40 by price.
    let engine = World::new(DAY)
        .table("accounts", "account_id,name\nA,Alpha\nB,Beta\nC,Gamma\nD,Delta\nE,Epsilon")
        .table(
            "subscriptions",
            "subscription_id,account_id,product,plan,seats,mrr_minor,currency,start_date,end_date,is_trial
             S1,A,Core,Basic,10,1000,USD,2023-01-01,2024-04-01,false
             S1,A,Core,Basic,12,1320,USD,2024-04-01,,false
             S2,B,Core,Basic,5,500,USD,2023-01-01,2024-05-01,false
             S2,B,Core,Pro,6,700,USD,2024-05-01,,false
             S3,C,Core,Basic,5,500,USD,2023-01-01,,false
             S4,C,Addon,,,300,USD,2024-06-01,,false
             S5,D,Core,Basic,5,500,USD,2023-01-01,,false
             S6,D,Core,Basic,1,50,USD,2024-06-01,,false
             S7,E,Core,Basic,5,500,USD,2023-01-01,2024-07-01,false
             S8,E,Core,Basic,5,540,USD,2024-07-01,,false",
        )
        .open(DAY);
    let causes = [
        ("seats", 200),
        ("price", 120 + 40),
        ("plan", 200),
        ("cross_sell", 300),
        ("added", 50),
        ("ended", 0),
    ];
    for (cause, month) in causes {
        assert_eq!(
            figure(&engine, &format!("expansion_{cause}")).value,
            Some((12 * month).into()),
            "{cause}"
        );
    }
    assert_eq!(value_of(&engine, "expansion_revenue"), 12.0 * 910.0);
    assert!(engine.checks().unwrap().iter().all(|check| check.breaches == 0));
}

/// The company, and every table that says what billing can't.
fn told() -> World {
    let mut usage = "account_id,user_id,feature,event_date,quantity\nA,u1,export,2024-03-01,\n".to_owned();
    // E began to pay on 2024-04-01 and used what it is bought for five days later.
    usage.push_str("E,u9,menu,2024-04-03,1\nE,u9,export,2024-04-06,1\n");
    // A: a steady 4 a day until 27 days ago, 2 since; two people on the last day, one on the others.
    for days_ago in 0..110 {
        let day = DAY.parse::<chrono::NaiveDate>().unwrap() - chrono::Days::new(days_ago);
        let uses = if days_ago < 28 { 2 } else { 4 };
        let _ = writeln!(usage, "A,u1,menu,{day},{uses}");
    }
    usage.push_str("A,u2,menu,2024-12-31,0\n");
    company()
        .table("usage_events", &usage)
        .table("features", "feature,title,is_core\nexport,Export,true\nmenu,Menu,false")
        .table(
            "survey_responses",
            "response_id,account_id,contact_id,kind,scale_min,scale_max,score,responded_at
             1,A,a1,ces,1,7,7,2024-06-01
             2,A,a1,ces,1,7,6,2024-07-01
             3,B,b1,ces,1,7,3,2024-08-01
             4,A,a1,csat,0,1,1,2024-12-01
             5,A,a1,csat,0,1,1,2024-12-02
             6,B,b1,csat,0,1,0,2024-12-03
             7,B,b1,csat,1,5,5,2024-12-04
             8,A,a1,nps,0,10,10,2024-12-05",
        )
        .table(
            "contacts",
            "contact_id,account_id,name,role,left_on
             a1,A,Ada,economic_buyer,
             a2,A,Abe,champion,
             a3,A,Amy,admin,
             b1,B,Bea,economic_buyer,
             b2,B,Ben,champion,2024-10-01",
        )
        .table(
            "interactions",
            "interaction_id,account_id,contact_id,kind,direction,occurred_at
             1,A,a1,meeting,both,2024-12-20
             2,A,a2,email,inbound,2024-12-21
             3,B,b1,email,outbound,2024-12-21",
        )
        .table("tickets", "ticket_id,account_id,opened_at\nT1,A,2024-12-01")
        .table(
            "objectives",
            "objective_id,account_id,title,target,created_on,due_on,proven_on
             O1,A,Faster,5,2023-01-02,2023-06-01,2023-01-31
             O2,B,Cheaper,5,2023-06-02,2023-09-01,2023-07-11
             O3,B,Safer,5,2024-11-01,2025-01-15,",
        )
        .table(
            "team_members",
            "member_id,name,role,weekly_hours\n1,Ann,csm,32\n2,Bob,csm,20.5\n3,Cis,sales,40",
        )
        .table(
            "health_history",
            "account_id,scored_on,score,band,at_risk
             A,2024-08-01,35,red,
             B,2024-01-01,55,yellow,true
             C,2023-10-01,80,green,false
             D,2024-05-01,30,red,",
        )
        .table(
            "forecasts",
            "forecast_id,account_id,frozen_on,renewal_date,renew_percent,retained_percent,expansion_minor,currency
             1,A,2024-11-01,2025-01-31,50,,,USD
             2,A,2024-12-01,2025-01-31,80,90,100,USD
             3,B,2024-03-01,2024-06-01,90,,,USD
             4,D,2024-06-01,2024-08-01,60,,,USD",
        )
}

#[test]
fn a_term_is_unknown_until_its_table_is_there() {
    // Metric, what its reason names, and its value once the table is filled.
    let cases = [
        ("ces_score", "`survey_responses`", 16.0 / 3.0),
        ("ces_easy_share", "`survey_responses`", 100.0 * 2.0 / 3.0),
        ("csat_good_share", "`survey_responses`", 100.0 * 2.0 / 3.0),
        ("csat_mean_percent", "`survey_responses`", 100.0 * 7.0 / 8.0),
        // E alone began within the recorded usage.
        ("ttfv_days_median", "`usage_events`", 5.0),
        // A after 30 days, B after 40: 35, and nine of ten within 39.
        ("ttv_days_median", "`objectives`", 35.0),
        ("ttv_days_p90", "`objectives`", 39.0),
        // One person on each of 29 days, two on the last; two people in all.
        ("stickiness", "`usage_events`", 100.0 * 31.0 / (30.0 * 2.0)),
        // 2 a day, of 14 days of 2 and 76 days of 4: mean on mean.
        ("decay_ratio", "`usage_events`", 100.0 * 2.0 / ((14.0 * 2.0 + 76.0 * 4.0) / 90.0)),
        // A 2 of 15 seats, B 0 of 4, C 0 of 1, E 0 of 3.
        ("licence_utilisation_median", "`usage_events`", 0.0),
        ("role_coverage_buyer", "`contacts`", 50.0),
        ("role_coverage_champion", "`contacts`", 25.0),
        ("stakeholder_coverage", "`contacts`", 25.0),
        // A two people, the others none: what only we sent is no contact.
        ("multithreading_median", "`interactions`", 0.0),
        ("touch_coverage", "`interactions`", 25.0),
        ("success_plan_coverage", "`objectives`", 25.0),
        ("capacity_hours", "`team_members`", 53.0),
        // D was red on record before it left (60), C green (70).
        ("risk_detection_rate", "`health_history`", 100.0 * 60.0 / 130.0),
        // Flagged: B with 80 renewed and 40 lost, D with 60 lost.
        ("save_rate", "`health_history`", 100.0 * 80.0 / 180.0),
        // A was red and answers, meets us and pays; B and C, yellow and green then, do none of it.
        ("health_improved_90d", "`health_history`", 1.0),
        ("health_worsened_90d", "`health_history`", 2.0),
        // 1200 x 80 % x 90 % + 100: the latest forecast.
        ("expected_renewal_90d", "`forecasts`", 964.0),
        // D lost at 60 %, B's S3 renewed and S4 lost at 90 %.
        ("forecast_brier", "`forecasts`", (0.36 + 0.01 + 0.81) / 3.0),
    ];
    let (before, after) = (company().open(DAY), told().open(DAY));
    for (metric, table, expected) in cases {
        let unknown = figure(&before, metric);
        assert_eq!(unknown.status, FigureStatus::Unknown, "{metric}");
        let reason = unknown.reason.unwrap_or_default();
        assert!(reason.contains(table), "{metric}: {reason}");
        let found = value_of(&after, metric);
        assert!((found - expected).abs() < 1e-9, "{metric}: {found}, by hand {expected}");
    }
    assert!(after.checks().unwrap().iter().all(|check| check.breaches == 0));
    // Hours an account requires are a setting: 52.5 hours, an hour and a half each.
    assert!(figure(&after, "capacity_book").reason.unwrap().contains("account_hours_week"));
    let mut told = told();
    told.config.thresholds.insert("account_hours_week".to_owned(), 1.5);
    assert_eq!(value_of(&told.open(DAY), "capacity_book"), 35.0);
}

#[test]
fn uplift_is_claimed_from_a_holdout_only() {
    let world = |holdouts: usize| {
        let mut accounts = "account_id,name\n".to_owned();
        let mut subscriptions =
            "subscription_id,account_id,mrr_minor,currency,start_date,end_date,is_trial\n".to_owned();
        let mut runs = "run_id,account_id,playbook,arm,opened_on\n".to_owned();
        for at in 0..30 + holdouts {
            // Of 30 treated 3 leave, of the others 9.
            let (arm, leaves) = if at < 30 { ("treat", at < 3) } else { ("holdout", at < 39) };
            let end = if leaves { "2024-07-01" } else { "" };
            let _ = writeln!(accounts, "A{at},Account {at}");
            let _ = writeln!(subscriptions, "S{at},A{at},100,USD,2023-01-01,{end},false");
            let _ = writeln!(runs, "R{at},A{at},save,{arm},2024-05-01");
        }
        World::new(DAY)
            .table("accounts", &accounts)
            .table("subscriptions", &subscriptions)
            .table("play_runs", &runs)
            .open(DAY)
    };
    let uplift = figure(&world(29), "uplift");
    assert_eq!(uplift.status, FigureStatus::Unknown);
    assert!(uplift.reason.unwrap().contains("no causal claim without a holdout"));
    assert_eq!(value_of(&world(30), "uplift"), 90.0 - 70.0);
    // Three of the treated have left: a playbook runs at managed accounts only.
    assert_eq!(value_of(&world(30), "plays_running"), 27.0);
}

#[test]
fn a_score_is_valid_when_the_low_ones_leave() {
    let mut accounts = "account_id,name\n".to_owned();
    let mut subscriptions =
        "subscription_id,account_id,mrr_minor,currency,start_date,end_date,is_trial\n".to_owned();
    let mut history = "account_id,scored_on,score,band\n".to_owned();
    for at in 0..40 {
        // Scores 0 to 39. The ten lowest leave, but for the tenth, in whose place the twentieth does.
        let leaves = at < 9 || at == 19;
        let end = if leaves { "2024-11-15" } else { "" };
        let band = if at < 20 { "red" } else { "green" };
        let _ = writeln!(accounts, "A{at:02},Account {at}");
        let _ = writeln!(subscriptions, "S{at},A{at:02},100,USD,2023-01-01,{end},false");
        let _ = writeln!(history, "A{at:02},2024-09-01,{at},{band}");
    }
    let engine = World::new(DAY)
        .table("accounts", &accounts)
        .table("subscriptions", &subscriptions)
        .table("health_history", &history)
        .open(DAY);
    // Pairs in the right order: 9 that left below all 30 who stayed, and one below the 20 above it.
    let auc = (9.0 * 30.0 + 20.0) / (10.0 * 30.0);
    assert!((value_of(&engine, "health_score_auc") - auc).abs() < 1e-12);
    // All of the lowest four left, a quarter of all.
    assert_eq!(value_of(&engine, "health_lift_top_decile"), 4.0);
    // No green one left, so there is nothing to divide by.
    assert_eq!(figure(&engine, "health_red_green_churn").status, FigureStatus::Unknown);
    // One account has no rank of its own.
    let one = engine.figure("health_score_auc", &Scope::one("account", "A01")).unwrap();
    assert_eq!(one.status, FigureStatus::Unknown);
}
