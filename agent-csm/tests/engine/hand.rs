//! Tiny companies, expected values worked by hand.

use agent_csm::tables::Rule;
use protocol::{FigureStatus, Scope};

use super::world::{World, figure, value_of};

/// As of 2024-12-31, so t0 = 2023-12-31. MRR in cents:
/// - A pays 100 all along and adds 50 on 2024-03-01: expansion 50.
/// - B pays 80 + 40, cancels the 40 on 2024-05-01: contraction 40.
/// - C pays 70, ends 2024-02-01, returns with 90 on 2024-06-01: churn 70, reactivation 90.
/// - D pays 60 until 2024-08-01: churn 60.
/// - E starts 2024-04-01 with 30, switches the same day 2024-09-01 to another subscription of 30: only new 30.
/// - F is on a trial, G is our own and pays 500, H's first contract starts after the as-of date.
pub(crate) fn company() -> World {
    World::new("2024-12-31")
        .table(
            "accounts",
            "account_id,name,owner,segment,is_internal
             A,Alpha,Ann,SMB,
             B,Beta,Ann,ENT,
             C,Gamma,Bob,SMB,
             D,Delta,,ENT,
             E,Epsilon,Bob,,
             F,Phi,Bob,SMB,
             G,Own,,,true
             H,Eta,Ann,SMB,",
        )
        .table(
            "subscriptions",
            "subscription_id,account_id,seats,mrr_minor,currency,start_date,end_date,renewal_date,notice_days,is_trial
             S1,A,10,100,USD,2023-01-01,,2025-01-31,60,false
             S2,A,5,50,USD,2024-03-01,,,,false
             S3,B,4,80,USD,2023-06-01,2024-06-01,2024-06-01,,false
             S3,B,4,80,USD,2024-06-01,,2025-06-01,,false
             S4,B,2,40,USD,2023-06-01,2024-05-01,2024-06-01,,false
             S5,C,1,70,USD,2023-02-01,2024-02-01,2024-02-01,,false
             S6,C,1,90,USD,2024-06-01,,,,false
             S7,D,,60,USD,2023-08-01,2024-08-01,2024-08-01,,false
             S8,E,3,30,USD,2024-04-01,2024-09-01,2024-09-01,,false
             S9,E,3,30,USD,2024-09-01,,,,false
             T1,F,2,0,USD,2024-12-01,,,,true
             G1,G,9,500,USD,2023-01-01,,,,false
             H1,H,9,900,USD,2025-02-01,,,,false",
        )
}

#[test]
fn the_waterfall_reconciles_to_the_cent() {
    let engine = company().open("2024-12-31");
    let expected = [
        ("mrr_opening", 100 + 120 + 70 + 60),
        ("mrr_new", 30),
        ("mrr_expansion", 50),
        ("mrr_reactivation", 90),
        ("mrr_contraction", 40),
        ("mrr_churn", 70 + 60),
        ("mrr", 150 + 80 + 90 + 30),
        ("arr", 12 * 350),
        ("expansion_revenue", 12 * 50),
    ];
    for (metric, cents) in expected {
        assert_eq!(figure(&engine, metric).value, Some(cents.into()), "{metric}");
    }
    assert_eq!(350 + 30 + 50 + 90 - 40 - 130, 350);
}

#[test]
fn retention_follows_the_frozen_cohort() {
    let engine = company().open("2024-12-31");
    // Cohort A 100→150, B 120→80, C 70→90, D 60→0.
    assert_eq!(value_of(&engine, "nrr"), 100.0 * 320.0 / 350.0);
    // Capped: 100 + 80 + 70 + 0.
    assert_eq!(value_of(&engine, "grr"), 100.0 * 250.0 / 350.0);
    assert_eq!(value_of(&engine, "churn_rate"), 25.0);
    assert_eq!(value_of(&engine, "churn_rate_arr"), 100.0 * 60.0 / 350.0);
    let churn = figure(&engine, "churn_rate");
    assert_eq!((churn.n, churn.status, churn.shown.as_str()), (4, FigureStatus::Fail, "25.0%"));
    let window = churn.window.unwrap();
    assert_eq!((window.start.as_str(), window.end.as_str()), ("2024-01-01", "2025-01-01"));
    let counts = [("accounts_managed", 4), ("trials", 1), ("churned_accounts", 1), ("prospects", 1)];
    for (metric, count) in counts {
        assert_eq!(figure(&engine, metric).value, Some(count.into()), "{metric}");
    }
}

#[test]
fn renewals_are_decided_by_what_goes_on() {
    let engine = company().open("2024-12-31");
    // Up: S3 80 renewed, S4 40 ended early and lost, S5 70 lost (the return in June is later), S7 60 lost,
    // S8 30 replaced on the day by S9: renewed 110 of 280.
    assert_eq!(value_of(&engine, "renewal_rate"), 100.0 * 110.0 / 280.0);
    // A's term ends 2025-01-31: within 90 days; B's 2025-06-01 is not.
    assert_eq!(figure(&engine, "renewals_90d").value, Some(1.into()));
    let rows = engine.rows("renewals_90d", &Scope::all()).unwrap();
    assert_eq!(rows[0]["opt_out_on"], "2024-12-02");
    // A day when no decision fell within twelve months.
    let early = company().open("2023-07-01");
    let rate = figure(&early, "renewal_rate");
    assert_eq!(rate.status, FigureStatus::Unknown);
    assert!(rate.reason.unwrap().contains("renewal date"));
}

#[test]
fn parts_add_up_to_the_whole() {
    let engine = company().open("2024-12-31");
    for metric in ["mrr", "mrr_expansion", "mrr_churn", "accounts_managed", "arr_at_risk"] {
        let whole = figure(&engine, metric).value.unwrap().as_i64();
        for dimension in ["account", "owner", "segment", "tier"] {
            let parts = engine.figures_by(metric, dimension).unwrap();
            let sum: i64 = parts.values().filter_map(|it| it.value.as_ref()?.as_i64()).sum();
            assert_eq!(Some(sum), whole, "{metric} by {dimension}");
            for (key, part) in &parts {
                let one = engine.figure(metric, &Scope::one(dimension, key)).unwrap();
                assert_eq!(&one, part, "{metric} of {key}");
            }
        }
    }
    let mine = engine.figure("mrr", &Scope::one("account", "A")).unwrap();
    assert_eq!(mine.id.as_str(), "figure:mrr@account=A");
    assert_eq!(mine.shown, "$1.50");
}

#[test]
fn what_is_missing_is_unknown_with_its_reason() {
    let engine = company().open("2024-12-31");
    let cases = [
        ("nps_score", "no rows in `survey_responses`"),
        ("adoption_rate", "no rows in `usage_events`"),
        ("customer_advocates", "no rows in `advocacy_activities`"),
        ("health_score_avg", "no managed account has enough measured parts"),
    ];
    for (metric, reason) in cases {
        let figure = figure(&engine, metric);
        assert_eq!((figure.status, figure.shown.as_str()), (FigureStatus::Unknown, "unknown"), "{metric}");
        assert!(figure.value.is_none());
        assert!(figure.reason.as_deref().unwrap().contains(reason), "{metric}: {:?}", figure.reason);
    }
    let used = company()
        .table("usage_events", "account_id,feature,event_date\nA,export,2024-12-20")
        .open("2024-12-31");
    let reason = figure(&used, "adoption_rate").reason.unwrap();
    assert!(reason.contains("`usage_events.user_id`"), "{reason}");
    assert!(engine.figure("no_such", &Scope::all()).is_err());
}

/// 29 contacts answer 10, one answers 10 and later 3; a thirty-first answered more than 365 days ago.
#[test]
fn nps_takes_the_latest_answer_and_needs_thirty() {
    let mut csv =
        String::from("response_id,account_id,contact_id,kind,scale_min,scale_max,score,responded_at\n");
    for contact in 0..30 {
        csv.push_str(&format!("R{contact},A,C{contact},nps,0,10,10,2024-06-01 10:00:00\n"));
    }
    csv.push_str("R90,A,C29,nps,0,10,3,2024-07-01 10:00:00\nR91,A,C91,nps,0,10,0,2023-12-31 10:00:00\n");
    let engine = company().table("survey_responses", &csv).open("2024-12-31");
    let nps = figure(&engine, "nps_score");
    assert_eq!(nps.n, 30);
    // (29 − 1) / 30, shown whole.
    assert_eq!((nps.as_f64().unwrap(), nps.shown.as_str()), (100.0 * 28.0 / 30.0, "93"));
    let fewer = csv.replace("R0,A,C0,", "R0,A,C1,");
    let engine = company().table("survey_responses", &fewer).open("2024-12-31");
    let nps = figure(&engine, "nps_score");
    assert_eq!((nps.status, nps.reason.as_deref()), (FigureStatus::Unknown, Some("n = 29, needs 30")));
}

/// Top box: 4 and 5 of 1..5, 2 of 0..2, 1 of 0..1.
#[test]
fn csat_counts_the_top_box_of_each_scale() {
    let csv = "response_id,account_id,kind,scale_min,scale_max,score,responded_at
               R1,A,csat,1,5,4,2024-12-01
               R2,A,csat,1,5,3,2024-12-01
               R3,B,csat,0,2,2,2024-12-01
               R4,B,csat,0,2,1,2024-12-01
               R5,B,csat,0,1,1,2024-12-01
               R6,B,ces,1,7,7,2024-12-01
               R7,B,csat,1,5,5,2024-10-02";
    let engine = company().table("survey_responses", csv).open("2024-12-31");
    // 2024-10-02 is 90 days before: outside. 3 of 5.
    assert_eq!(value_of(&engine, "csat_score"), 60.0);
}

/// Known only at export: on an earlier day neither the end nor the flag of the row is visible.
#[test]
fn hindsight_is_invisible_to_an_earlier_day() {
    let world = World::new("2024-12-31")
        .known(
            "accounts",
            "account_id,name,signed_on,churn_flag\nA,Alpha,2023-01-01,true\nB,Beta,2024-10-01,false",
            Rule::Column("signed_on".to_owned()),
            &[("churn_flag", Rule::Import)],
        )
        .known(
            "subscriptions",
            "subscription_id,account_id,mrr_minor,currency,start_date,end_date,cancelled_on,is_trial
             S1,A,100,USD,2023-01-01,2024-09-01,2024-07-01,false
             S2,B,100,USD,2024-10-01,,,false",
            Rule::Column("start_date".to_owned()),
            &[("end_date", Rule::Import), ("cancelled_on", Rule::Column("cancelled_on".to_owned()))],
        );
    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Seen {
        end_date: Option<String>,
        cancelled_on: Option<String>,
        churn_flag: Option<bool>,
    }
    let seen = |day: &str| -> Vec<Seen> {
        let query = "SELECT s.end_date, s.cancelled_on, a.churn_flag FROM subscriptions AS s \
                     JOIN accounts AS a ON a.account_id = s.account_id ORDER BY s.subscription_id";
        world.open(day).query(query).unwrap()
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(seen("2024-06-30"), [Seen { end_date: None, cancelled_on: None, churn_flag: None }]);
    assert_eq!(
        seen("2024-07-01"),
        [Seen { end_date: None, cancelled_on: some("2024-07-01"), churn_flag: None }]
    );
    let last = seen("2024-12-31");
    assert_eq!(last.len(), 2);
    assert_eq!(last[0].end_date, some("2024-09-01"));
    assert_eq!(figure(&world.open("2024-12-31"), "accounts_managed").value, Some(1.into()));
    assert_eq!(figure(&world.open("2024-09-15"), "accounts_managed").value, Some(1.into()));
}

#[test]
fn two_currencies_need_a_rate() {
    let world = || {
        World::new("2024-12-31").table("accounts", "account_id,name\nA,Alpha\nB,Beta").table(
            "subscriptions",
            "subscription_id,account_id,mrr_minor,currency,start_date,is_trial
             S1,A,1000,USD,2023-01-01,false
             S2,B,333,EUR,2023-01-01,false
             S3,B,10,JPY,2023-01-01,false",
        )
    };
    let engine = world().open("2024-12-31");
    for metric in ["mrr", "nrr", "arr_at_risk"] {
        let figure = figure(&engine, metric);
        let reason = figure.reason.unwrap();
        assert!(
            reason.contains("money in EUR, JPY has no rate to USD: add `EUR = …` under [fx]"),
            "{reason}"
        );
    }
    assert_eq!(figure(&engine, "accounts_managed").value, Some(2.into()));
    let mut rated = world();
    rated.config.fx = [("EUR".to_owned(), 1.5), ("JPY".to_owned(), 0.0065)].into();
    // 3.33 EUR = 4.995 USD, half away from zero 5.00; 10 JPY = 0.065 USD, 0.07: 1000 + 500 + 7.
    assert_eq!(figure(&rated.open("2024-12-31"), "mrr").value, Some(1507.into()));
}

/// Ten seats, three people; weeks 1 and 2 replied after 60 and 200 minutes.
#[test]
fn adoption_and_first_response_are_held_against_their_targets() {
    let world = company()
        .table(
            "usage_events",
            "event_id,account_id,user_id,feature,event_date
             1,A,U1,export,2024-12-31
             2,A,U1,export,2024-12-30
             3,A,U2,report,2024-12-02
             4,A,U3,report,2024-12-01
             5,D,U9,report,2024-12-30",
        )
        .table(
            "tickets",
            "ticket_id,account_id,opened_at,first_reply_at,first_reply_minutes
             K1,A,2024-12-30 10:00:00,2024-12-30 11:00:00,
             K2,A,2024-12-29 10:00:00,,40
             K3,B,2024-12-20 10:00:00,,200
             K4,B,2024-10-08 10:00:00,,9000
             K5,B,2024-12-30 10:00:00,,",
        );
    let engine = world.open("2024-12-31");
    // Seats of managed accounts: A 15, B 4, C 1, E 3. Active in (12-01, 12-31]: U1, U2; D is no customer.
    assert_eq!(value_of(&engine, "adoption_rate"), 100.0 * 2.0 / 23.0);
    let mine = engine.figure("seat_utilisation", &Scope::one("account", "A")).unwrap();
    assert_eq!(mine.as_f64().unwrap(), 100.0 * 2.0 / 15.0);
    // 40, 60, 200: the median 60 meets 120, but one week does not.
    let first = figure(&engine, "first_response_minutes");
    assert_eq!((first.as_f64(), first.n, first.status), (Some(60.0), 3, FigureStatus::Fail));
    assert_eq!(figure(&engine, "first_response_weeks_met").value, Some(1.into()));
    // A part of the book is held against the target in each week too; a single account has none to meet.
    let by_owner = engine.figures_by("first_response_minutes", "owner").unwrap();
    assert_eq!(by_owner["Ann"].status, FigureStatus::Fail);
    let by_account = engine.figures_by("first_response_minutes", "account").unwrap();
    assert_eq!((by_account["A"].as_f64(), by_account["A"].status), (Some(50.0), FigureStatus::Known));
    assert_eq!((by_account["B"].as_f64(), by_account["B"].status), (Some(200.0), FigureStatus::Known));
    let reading = engine.readings().iter().find(|it| it.signal == "seat_utilisation" && it.account_id == "A");
    let reading = reading.unwrap();
    assert!(reading.fired);
    assert_eq!(reading.text, "13% of 15 seats used in 30 days (2 people)");
    assert_eq!(reading.figure, mine);
}

#[test]
fn the_same_data_gives_the_same_bytes_and_every_file_runs() {
    let knowledge = agent_csm::knowledge::Knowledge::load(None).unwrap();
    let (one, two) = (company().open("2024-12-31"), company().open("2024-12-31"));
    for measure in knowledge.metrics().iter().chain(knowledge.signals()) {
        let bytes = one.evidence(&measure.name).unwrap_or_else(|error| {
            panic!("{}: {}", measure.name, super::world::chain(&error));
        });
        assert!(bytes == two.evidence(&measure.name).unwrap(), "{}", measure.name);
        figure(&one, &measure.name);
    }
}

/// A, 15 seats, two tickets: 100 × (1 − 1/3). CSAT 1 of 2: 50. Last meeting 60 days ago: 100 × (1 − 30/90).
/// Each weighs 10 of 100: coverage 0.3, score 183.33 / 3 = 61.1, shown 61. B has no CSAT answer: 0.2, unscored.
#[test]
fn health_is_the_weighted_mean_of_what_is_measured() {
    let csat = "response_id,account_id,kind,scale_min,scale_max,score,responded_at
                R1,A,csat,1,5,5,2024-12-01
                R2,A,csat,1,5,1,2024-12-02";
    let world = company()
        .table("tickets", "ticket_id,account_id,opened_at\nK1,A,2024-12-01\nK2,A,2024-12-02")
        .table("survey_responses", csat)
        .table("interactions", "interaction_id,account_id,kind,occurred_at\nI1,A,meeting,2024-11-01");
    let engine = world.open("2024-12-31");
    #[derive(Debug, PartialEq, serde::Deserialize)]
    struct Score {
        account_id: String,
        score: i64,
        band: String,
        coverage: f64,
    }
    let scores: Vec<Score> = engine.query("SELECT * FROM health_scores").unwrap();
    let expected = Score { account_id: "A".to_owned(), score: 61, band: "yellow".to_owned(), coverage: 0.3 };
    assert_eq!(scores, [expected]);
    assert_eq!(engine.figure("health_score", &Scope::one("account", "A")).unwrap().shown, "61");
    let unscored = engine.figure("health_score", &Scope::one("account", "B")).unwrap();
    assert!(unscored.reason.unwrap().contains("too few parts"));
    let unmeasured: Vec<&str> = engine.unmeasured().iter().map(|it| it.signal.as_str()).collect();
    assert!(unmeasured.contains(&"seat_utilisation") && !unmeasured.contains(&"csat_low"));
}

/// A bills 400,000 a year until far away and an add-on of 5,000 that renews in twenty days.
#[test]
fn only_the_arr_that_is_up_renews() {
    let world = World::new("2024-12-31").table("accounts", "account_id,name\nA,Alpha").table(
        "subscriptions",
        "subscription_id,account_id,mrr_minor,currency,start_date,renewal_date,is_trial
         S1,A,3333300,USD,2024-01-01,2025-10-27,false
         S2,A,41600,USD,2024-01-01,2025-01-20,false",
    );
    let engine = world.open("2024-12-31");
    assert_eq!(figure(&engine, "arr_renewing_90d").value, Some((12 * 41_600).into()));
    assert_eq!(figure(&engine, "renewals_90d").value, Some(1.into()));
}

/// A used the product until 2024-08-01, 152 days before the end; B began 2024-11-16 and uses it ten times every day.
#[test]
fn silence_is_told_and_a_young_account_is_not_growing() {
    let days =
        (16..=30).map(|day| format!("2024-11-{day}")).chain((1..=31).map(|day| format!("2024-12-{day:02}")));
    let young: Vec<String> = days.map(|day| format!("B,U,export,{day},10")).collect();
    let usage = format!(
        "account_id,user_id,feature,event_date,quantity\nA,V,export,2024-08-01,1\n{}",
        young.join("\n")
    );
    let world = World::new("2024-12-31")
        .table("accounts", "account_id,name\nA,Alpha\nB,Beta")
        .table(
            "subscriptions",
            "subscription_id,account_id,mrr_minor,currency,start_date,is_trial
             S1,A,100,USD,2023-01-01,false
             S2,B,100,USD,2024-11-01,false",
        )
        .table("usage_events", &usage);
    let engine = world.open("2024-12-31");
    let readings = engine.readings();
    let reading = |signal: &str, account: &str| {
        readings.iter().find(|it| it.signal == signal && it.account_id == account).cloned()
    };
    let stopped = reading("usage_stopped", "A").unwrap();
    assert_eq!((stopped.value, stopped.fired, stopped.severity), (Some(152.0), true, 3));
    assert!(!reading("usage_stopped", "B").unwrap().fired);
    // No feature in 90 days is a measurement: nothing used, score 0.
    let breadth = reading("feature_breadth", "A").unwrap();
    assert_eq!((breadth.value, breadth.score), (Some(0.0), Some(0.0)));
    // B's baseline is the 18 days it has: 180 uses in 18 days before, 280 in the last 28, both ten a day.
    let growth = reading("usage_growth", "B").unwrap();
    assert_eq!((growth.value, growth.fired), (Some(100.0), false));
}

#[test]
fn what_a_source_of_today_cannot_know_is_unknown() {
    let engine = company().today_only("subscriptions").open("2024-12-31");
    for metric in ["expansion_revenue", "nrr", "grr", "mrr_opening", "renewal_rate"] {
        let figure = figure(&engine, metric);
        assert_eq!(figure.status, FigureStatus::Unknown, "{metric}");
        assert!(figure.reason.unwrap().contains("import one row per price and term"), "{metric}");
    }
    // Who pays is known all the same: C left and is back, D left; of A, B, C and D one is gone.
    assert_eq!(figure(&engine, "mrr").value, Some(350.into()));
    assert_eq!(value_of(&engine, "churn_rate"), 25.0);
}
