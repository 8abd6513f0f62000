//! Health over several sessions: bands, confidence, floors, and who disagrees. Expected values worked by hand.

use agent_csm::assessment::{Day, HealthView};
use agent_csm::health::{Past, PastAccount};
use serde::Deserialize;

use super::world::World;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// A: no ticket of its own (100), nine of ten CSAT answers good (90), last met on 2024-09-01: each weighs 10 of 100.
/// The contact part falls from 100 on day 30 to 0 on day 120, so the score is (190 + c) / 3. C has two answers only.
fn company() -> World {
    let mut answers = String::from(
        "response_id,account_id,kind,scale_min,scale_max,score,responded_at\nR0,A,csat,1,5,1,2024-12-01\n",
    );
    for answer in 1..10 {
        answers.push_str(&format!("R{answer},A,csat,1,5,5,2024-12-01\n"));
    }
    answers.push_str("R20,C,csat,1,5,5,2024-12-01\nR21,C,csat,1,5,5,2024-12-01\n");
    World::new("2025-06-30")
        .table("accounts", "account_id,name,csm_rating\nA,Alpha,red\nB,Beta,green\nC,Gamma,green\nD,Delta,")
        .table(
            "subscriptions",
            "subscription_id,account_id,mrr_minor,currency,start_date,end_date,cancelled_on,is_trial
             S1,A,1000,USD,2023-01-01,,,false
             S2,B,2000,USD,2023-01-01,,2024-12-01,false
             S3,C,3000,USD,2023-01-01,,,false
             S4,D,500,USD,2023-01-01,2024-12-21,,false",
        )
        .table("tickets", "ticket_id,account_id,opened_at\nK1,D,2024-12-10")
        .table("survey_responses", &answers)
        .table(
            "interactions",
            "interaction_id,account_id,kind,occurred_at
             I1,A,meeting,2024-09-01
             I2,C,meeting,2024-12-05
             I3,B,meeting,2024-12-05",
        )
}

/// Day 103: c = 18.9, score 69.6, shown 70. Day 110: 67.04. Day 112: 66.3.
#[test]
fn a_band_holds_for_three_days() {
    let world = company();
    let of = |analysis: &agent_csm::assessment::Analysis| {
        let it = &analysis.health.accounts["A"];
        (it.score, it.band.clone().unwrap(), it.plain_band.clone().unwrap(), it.held)
    };
    let first = world.assess("2024-12-13", &Past::default());
    assert_eq!(of(&first), (Some(70), "green".to_owned(), "green".to_owned(), false));
    let second = world.assess("2024-12-20", &HealthView::past(&first));
    assert_eq!(of(&second), (Some(67), "green".to_owned(), "yellow".to_owned(), true));
    let third = world.assess("2024-12-22", &HealthView::past(&second));
    assert_eq!(of(&third), (Some(66), "yellow".to_owned(), "yellow".to_owned(), false));
    assert_eq!(third.health.days, ["2024-12-13", "2024-12-20", "2024-12-22"].map(day));
    assert_eq!(third.health.accounts["A"].scores, [Some(70), Some(67), Some(66)]);
    // Bands of other rules, or none, hold nothing; the same session again says the same.
    let other = Past { version: "0".to_owned(), ..HealthView::past(&first) };
    assert_eq!(of(&world.assess("2024-12-20", &other)).1, "yellow");
    assert_eq!(of(&world.assess("2024-12-20", &Past::default())).1, "yellow");
    assert_eq!(world.assess("2024-12-20", &HealthView::past(&first)), second);
    // D was a customer until 2024-12-21 and is unscored: where it went is said, not averaged away.
    let cells: Vec<(&str, &str, i64, Option<i64>)> = third
        .health
        .migration
        .cells
        .iter()
        .map(|it| (it.from_band.as_str(), it.to_band.as_str(), it.accounts, it.arr_minor))
        .collect();
    assert_eq!(
        cells,
        [
            ("green", "green", 1, Some(36_000)),
            ("green", "yellow", 1, Some(12_000)),
            ("unscored", "left", 1, Some(6_000)),
            ("unscored", "unscored", 1, Some(24_000)),
        ]
    );
    assert_eq!(third.health.migration.since, Some(day("2024-12-20")));
    assert!(first.health.migration.cells.is_empty() && first.health.migration.since.is_none());
}

/// On 2024-12-13 tickets are 3 days old, answers 12, interactions 8: all fresh. A: 30 of 100, C: its two answers of five
/// count 0.4. On 2025-01-14 tickets are 35 days old, fresh to 14 and worthless at 56: 0.5; answers are 44 days old,
/// fresh to 30: 1 - 14/90 = 0.845 (rounded up to thousandths); interactions 40: 1 - 26/42 = 0.381.
#[test]
fn confidence_says_what_the_score_rests_on() {
    let at = |as_of: &str, account: &str| {
        let analysis = company().assess(as_of, &Past::default());
        let it = &analysis.health.accounts[account];
        (it.coverage.unwrap(), it.confidence.unwrap(), it.level.clone().unwrap())
    };
    assert_eq!(at("2024-12-13", "A"), (0.3, 0.3, "low".to_owned()));
    assert_eq!(at("2024-12-13", "C"), (0.3, 0.24, "low".to_owned()));
    let (coverage, confidence, _) = at("2025-01-14", "A");
    assert_eq!((coverage, confidence), (0.3, (500.0 + 845.0 + 381.0) * 10.0 / 100_000.0));
}

/// B is scored on nothing but a good past and has cancelled; every managed account is scored or says why not.
#[test]
fn no_average_lifts_a_floor_and_the_unscored_say_so() {
    let world = company().table(
        "invoices",
        "invoice_id,account_id,issued_on,due_on,paid_on,amount_minor,currency
         V1,B,2024-11-01,2024-11-15,2024-11-10,2000,USD",
    );
    let past = |band: &str| Past {
        as_of: Some(day("2024-12-12")),
        version: "2".to_owned(),
        accounts: [("B".to_owned(), PastAccount { band: Some(band.to_owned()), ..PastAccount::default() })]
            .into(),
        ..Past::default()
    };
    let met = world.table("usage_events", "account_id,feature,event_date\nB,export,2024-12-10");
    for before in ["green", "yellow", "red"] {
        let analysis = met.assess("2024-12-13", &past(before));
        let it = &analysis.health.accounts["B"];
        assert!(it.parts.iter().all(|part| part.score == 100.0), "{:?}", it.parts);
        assert_eq!((it.score, it.band.as_deref()), (Some(20), Some("red")), "after {before}");
        assert_eq!(it.floored_by.as_deref(), Some("cancellation_announced"));
        for (id, it) in &analysis.health.accounts {
            assert_eq!(it.score.is_none(), it.unknown.is_some(), "{id}");
        }
        assert_eq!(analysis.health.accounts.len(), analysis.managed().count());
    }
    let plain = company().assess("2024-12-13", &Past::default());
    assert_eq!(plain.health.accounts["D"].unknown.as_deref(), Some("too little of the score is measured"));
}

/// A is green by the score and red by its CSM; B has cancelled and its CSM says green; C is green for both.
#[test]
fn who_disagrees_stands_side_by_side() {
    let analysis = company().assess("2024-12-13", &Past::default());
    let told: Vec<(&str, &str)> =
        analysis.health.disagreements.iter().map(|it| (it.account_id.as_str(), it.differ.as_str())).collect();
    assert_eq!(told, [("B", "good: CSM; bad: commercial signals"), ("A", "good: score; bad: CSM")]);
    let beta = &analysis.health.disagreements[0];
    assert_eq!(
        (beta.score, beta.csm_rating.as_deref(), beta.commercial.as_deref()),
        (None, Some("green"), Some("bad"))
    );
    assert!(beta.because.contains("first decided on 2024-12-01"), "{}", beta.because);
    assert_eq!(beta.figures, ["figure:csm_rating@account=B", "figure:cancellation_announced@account=B"]);
}

/// A was last met on 2024-09-01: silent for 60 days on 2024-10-31, fires the day after, until they meet again.
#[test]
fn a_signal_keeps_the_day_it_fired_on_and_the_day_it_cleared() {
    let signal = "no_recent_contact";
    let world = company();
    let quiet = world.assess("2024-10-31", &Past::default());
    assert!(!quiet.health.accounts["A"].since.contains_key(signal));
    let fired = world.assess("2024-11-01", &HealthView::past(&quiet));
    assert_eq!(fired.health.accounts["A"].since[signal], day("2024-11-01"));
    let later = world.assess("2024-11-20", &HealthView::past(&fired));
    assert_eq!(later.health.accounts["A"].since[signal], day("2024-11-01"));
    let met = company()
        .table("interactions", "interaction_id,account_id,kind,occurred_at\nI9,A,meeting,2024-11-25");
    let cleared = met.assess("2024-11-30", &HealthView::past(&later));
    let of = |analysis: &agent_csm::assessment::Analysis| {
        let it =
            analysis.health.cleared.iter().find(|it| it.signal == signal && it.account_id == "A").cloned();
        it.map(|it| (it.fired_on, it.cleared_on, it.how))
    };
    let expected = (day("2024-11-01"), day("2024-11-30"), "cleared".to_owned());
    assert_eq!(of(&cleared), Some(expected.clone()));
    assert_eq!(of(&met.assess("2024-12-31", &HealthView::past(&cleared))), Some(expected));
    // D leaves on 2024-12-21: that its signals are gone is no good news.
    let before = world.assess("2024-12-20", &Past::default());
    assert!(before.health.accounts["D"].since.contains_key(signal));
    let gone = world.assess("2024-12-22", &HealthView::past(&before));
    let left = gone.health.cleared.iter().find(|it| it.signal == signal && it.account_id == "D").unwrap();
    assert_eq!(left.how, "account left");
}

/// ARR 120, 240, 360 and 60 in cents times 100: by ABC the first two make up 76.9 and 92 % of 780.
#[test]
fn value_segments_have_borders_that_hold() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Bound {
        segment: String,
        min_arr_minor: i64,
    }
    let world = company();
    let bounds: Vec<Bound> = world
        .open("2024-12-13")
        .query("SELECT segment, min_arr_minor FROM segment_bounds ORDER BY place DESC")
        .unwrap();
    let bound = |segment: &str, min_arr_minor| Bound { segment: segment.to_owned(), min_arr_minor };
    // 36,000 and 24,000 of 78,000 are 76.9 %, so the account that reaches 80 % (12,000) is A too; then 6,000 is B.
    assert_eq!(bounds, [bound("A", 12_000), bound("B", 6_000), bound("C", 0)]);
    // Tiers of the team: C pays 360. It was Growth (from 390) and is not a tenth below it: 351 would be.
    let mut tiered = company();
    let tier = |name: &str, min_arr| agent_csm::workspace::Tier { name: name.to_owned(), min_arr };
    tiered.config.tiers = vec![tier("Growth", 390.0), tier("Scale", 0.0)];
    let segment = |past: &Past| {
        let analysis = tiered.assess("2024-12-13", past);
        let it = &analysis.health.segments["C"];
        (it.segment.clone(), it.held)
    };
    assert_eq!(segment(&Past::default()), ("Scale".to_owned(), false));
    let grown = PastAccount { segment: Some("Growth".to_owned()), ..PastAccount::default() };
    let past = Past { accounts: [("C".to_owned(), grown)].into(), ..Past::default() };
    assert_eq!(segment(&past), ("Growth".to_owned(), true));
    let potential = &tiered.assess("2024-12-13", &past).health.segments["C"].potential;
    assert_eq!(potential, "unknown");
}
