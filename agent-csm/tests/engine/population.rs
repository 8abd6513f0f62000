//! Who is counted: expected values worked out from the rows below.

use agent_csm::assessment::gather;
use agent_csm::knowledge::Knowledge;
use protocol::{FigureStatus, Scope};

use super::checks::overridden;
use super::world::{World, figure};

/// One of each as of 2024-12-31: M and N pay, F stopped in June, T is on trial, P never bought, O is our own and answers,
/// asks and uses like everybody else. Some rows name no account.
fn company() -> World {
    World::new("2024-12-31")
        .table(
            "accounts",
            "account_id,name,owner,is_internal
             M,Managed,Ann,
             N,Next,Bob,
             F,Former,Ann,
             T,Trial,Ann,
             P,Prospect,Ann,
             O,Our own,Ann,true",
        )
        .table(
            "subscriptions",
            "subscription_id,account_id,seats,mrr_minor,currency,start_date,end_date,renewal_date,notice_days,auto_renew,is_trial
             S1,M,10,100,USD,2023-01-01,,2025-03-31,60,true,false
             S2,N,5,50,USD,2024-03-01,,2025-04-01,10,false,false
             S3,F,5,70,USD,2023-01-01,2024-06-01,2024-06-01,0,true,false
             S4,T,5,0,USD,2024-12-01,,,,,true
             S5,O,5,900,USD,2023-01-01,,2025-01-31,30,true,false",
        )
        .table(
            "survey_responses",
            "response_id,account_id,contact_id,kind,scale_min,scale_max,score,comment,responded_at
             R1,M,C1,csat,1,5,5,,2024-12-01
             R2,M,C1,csat,1,5,2,,2024-12-02
             R3,N,C2,csat,1,5,4,,2024-12-03
             R4,F,C3,csat,1,5,1,,2024-12-04
             R5,T,C4,csat,1,5,1,,2024-12-05
             R6,O,C5,csat,1,5,1,our own words,2024-12-06
             R7,,C6,csat,1,5,1,,2024-12-07
             R8,M,C1,ces,1,7,6,,2024-12-01
             R9,O,C5,ces,1,7,1,,2024-12-01",
        )
        .table(
            "tickets",
            "ticket_id,account_id,contact_id,subject,category,opened_at,first_reply_at
             K1,M,C1,Slow export,data,2024-12-01 10:00:00,2024-12-01 10:30:00
             K2,N,C2,Slow export,data,2024-12-02 10:00:00,2024-12-02 10:50:00
             K3,O,C5,Our own ticket,how-to,2024-12-03 10:00:00,2024-12-05 10:00:00
             K4,,C6,Who is this,how-to,2024-12-04 10:00:00,2024-12-06 10:00:00",
        )
        .table(
            "contacts",
            "contact_id,account_id,name\nC1,M,Mia\nC2,N,Nat\nC3,F,Fay\nC4,T,Tom\nC5,O,Olga Ours\nC6,,Nobody",
        )
        .table(
            "feature_requests",
            "request_id,account_id,title,verbatim,created_on\nQ1,M,Dark mode,Please,2024-12-01\nQ2,O,Our own wish,Ours,2024-12-01",
        )
        .table(
            "opportunities",
            "opportunity_id,account_id,name,kind,status,amount_minor,currency,created_on
             Y1,M,More seats,expansion,open,100,USD,2024-12-01
             Y2,O,Our own deal,expansion,open,100,USD,2024-12-01
             Y3,P,First deal,expansion,open,100,USD,2024-12-01",
        )
        .table(
            "advocacy_activities",
            "activity_id,account_id,kind,requested_on,completed_on
             V1,F,talk,2024-10-01,2024-11-01\nV2,O,talk,2024-10-01,2024-11-01\nV3,M,talk,2024-10-01,2024-11-02",
        )
        .table(
            "objectives",
            "objective_id,account_id,title,created_on,due_on,proven_on
             B1,M,Close faster,2024-01-01,2024-06-01,2024-07-01\nB2,O,Our own aim,2024-01-01,2024-06-01,2024-07-01",
        )
}

#[test]
fn satisfaction_effort_and_response_count_managed_accounts_and_the_rest_is_counted_beside() {
    let engine = company().open("2024-12-31");
    // R1 and R3 of R1, R2, R3.
    let csat = figure(&engine, "csat_score");
    assert_eq!((csat.as_f64(), csat.n), (Some(100.0 * 2.0 / 3.0), 3));
    assert_eq!(csat.definition.population.as_deref(), Some("managed accounts on the as-of date"));
    // R8 alone.
    assert_eq!(figure(&engine, "ces_score").as_f64(), Some(6.0));
    // 30 and 50 minutes.
    let reply = figure(&engine, "first_response_minutes");
    assert_eq!((reply.as_f64(), reply.n), (Some(40.0), 2));
    // Y1; the deal of our own account and that of a prospect are none of a managed account.
    assert_eq!(figure(&engine, "upsells_identified").as_f64(), Some(1.0));
    // Customers ever: M and the former F, never our own.
    assert_eq!(figure(&engine, "advocacy_active").as_f64(), Some(2.0));
    assert_eq!(figure(&engine, "customer_advocates").as_f64(), Some(2.0));
    assert_eq!(figure(&engine, "objectives_proven").as_f64(), Some(1.0));
    // R4 of a former customer, R5 of a trial, R6 and R9 of our own, R7 of nobody.
    assert_eq!(figure(&engine, "survey_answers_uncounted").as_f64(), Some(5.0));
    let why: Vec<_> = engine
        .rows("survey_answers_uncounted", &Scope::all())
        .unwrap()
        .iter()
        .map(|row| (row["response_id"].as_str().unwrap().to_owned(), row["why"].as_str().unwrap().to_owned()))
        .collect();
    let said = |id: &str| why.iter().find(|(it, _)| it == id).map(|(_, why)| why.as_str());
    assert_eq!(said("R4"), Some("former customer"));
    assert_eq!(said("R5"), Some("trial"));
    assert_eq!(said("R6"), Some("our own account"));
    assert_eq!(said("R7"), Some("names no account"));
    assert_eq!(figure(&engine, "tickets_uncounted").as_f64(), Some(2.0));
}

#[test]
fn every_figure_of_the_product_keeps_to_its_population() {
    for day in ["2023-06-30", "2024-06-15", "2024-12-31"] {
        let engine = company().open(day);
        let check = engine.checks().unwrap().iter().find(|it| it.name == "rows_in_population").unwrap();
        assert_eq!((check.breaches, &check.rows), (0, &Vec::new()), "{day}");
    }
}

#[test]
fn a_figure_with_a_row_outside_its_population_is_stopped_and_no_other() {
    let folder = "metrics/csat_score.sql";
    let everybody = "-- metric: csat_score\n-- title: CSAT\n-- population: managed\n-- unit: count\n-- value: count(*)\n\
                     SELECT account_id, response_id FROM survey_responses WHERE kind = 'csat'";
    let engine = overridden(&company(), folder, everybody);
    let stopped = figure(&engine, "csat_score");
    assert_eq!(stopped.status, FigureStatus::Unknown);
    let reason = stopped.reason.unwrap();
    // F, T, O and the row without an account.
    assert!(reason.starts_with("check `rows_in_population` does not hold (4 rows)"), "{reason}");
    assert_eq!(figure(&engine, "ces_score").status, FigureStatus::Known);
    let part = engine.figure("csat_score", &Scope::one("account", "M")).unwrap();
    assert_eq!(part.status, FigureStatus::Unknown, "a part of it is stopped too");
    let check = engine.checks().unwrap().iter().find(|it| it.name == "rows_in_population").unwrap();
    assert_eq!(check.guards, ["csat_score"]);
    let accounts: Vec<_> = check.rows.iter().map(|row| row["account_id"].as_str()).collect();
    assert_eq!(accounts, [None, Some("F"), Some("O"), Some("T")]);
}

#[test]
fn our_own_accounts_are_in_no_list_roster_or_reading() {
    let engine = company().open("2024-12-31");
    let knowledge = Knowledge::load(None).unwrap();
    let inputs = gather(&engine, &knowledge, &Default::default(), "", Vec::new()).unwrap();
    assert!(engine.readings().iter().all(|reading| reading.account_id != "O"));
    // The account itself is known, as ours, so that `csm account` can say so; nothing else is.
    let mut rest = inputs.clone();
    rest.accounts.retain(|row| row.account_id != "O");
    rest.figures.clear();
    let text = serde_json::to_string(&rest).unwrap();
    for own in [
        "\"O\"",
        "Olga Ours",
        "Our own wish",
        "Our own deal",
        "Our own aim",
        "Our own ticket",
        "our own words",
    ] {
        assert!(!text.contains(own), "{own}");
    }
    assert!(text.contains("Dark mode") && text.contains("More seats"), "the others' rows are there");
}

/// Renewal dates after the as-of date and at most 90 days later: 2025-03-31 is the ninetieth day, 2025-04-01 is one too far.
#[test]
fn renewals_opt_outs_and_deadlines_are_three_figures_that_lists_and_forecast_repeat() {
    let engine = company().open("2024-12-31");
    assert_eq!(figure(&engine, "renewals_90d").as_f64(), Some(1.0));
    assert_eq!(figure(&engine, "arr_renewing_90d").as_f64(), Some(1200.0));
    // M opts out by 2025-01-30; N does not renew by itself, so it has no opt-out and its deadline is its term's end.
    assert_eq!(figure(&engine, "opt_outs_90d").as_f64(), Some(1.0));
    assert_eq!(figure(&engine, "deadlines_90d").as_f64(), Some(1.0));
    // A day later N's term ends within 90 days; 2025-03-31 is M's renewal date still.
    let later = company().open("2025-01-01");
    assert_eq!(figure(&later, "renewals_90d").as_f64(), Some(2.0));
    assert_eq!(figure(&later, "opt_outs_90d").as_f64(), Some(1.0));
    assert_eq!(figure(&later, "deadlines_90d").as_f64(), Some(2.0));
    // On the last day to opt out it is over at the day's end; on the renewal date the next term has begun.
    let passed = company().open("2025-01-30");
    assert_eq!(figure(&passed, "opt_outs_90d").as_f64(), Some(0.0));
    assert_eq!(figure(&passed, "renewals_90d").as_f64(), Some(2.0));
    let renewed = company().open("2025-03-31");
    assert_eq!(figure(&renewed, "renewals_90d").as_f64(), Some(1.0), "M's date is not ahead any more");
    for engine in [engine, later, passed, renewed] {
        for name in ["renewals_are_one", "forecast_is_what_renews", "contact_is_one"] {
            let check = engine.checks().unwrap().iter().find(|it| it.name == name).unwrap();
            assert_eq!((check.breaches, &check.rows), (0, &Vec::new()), "{name} on {}", engine.as_of());
        }
    }
}
