//! Breadth and activation beside adoption, and the table of account and day they rest on: worked by hand.

use serde_json::{Value, json};

use super::world::{World, figure, value_of};

/// Usage is recorded from 2024-05-01 on. A used a core feature 19 days after it began to pay, B 61 days after, E never;
/// C has paid for 21 days only; D began before the recording.
fn beginners() -> World {
    World::new("2024-12-31")
        .table("accounts", "account_id,name\nA,Alpha\nB,Beta\nC,Gamma\nD,Delta\nE,Epsilon")
        .table(
            "subscriptions",
            "subscription_id,account_id,plan,mrr_minor,currency,start_date,is_trial
             S1,A,Team,100,USD,2024-06-01,false
             S2,B,Team,100,USD,2024-06-01,false
             S3,C,Team,100,USD,2024-12-10,false
             S4,D,Team,100,USD,2024-03-01,false
             S5,E,Team,100,USD,2024-07-01,false",
        )
        .table(
            "features",
            "feature,title,plan,is_core
             alerts,Alerts,,true
             reports,Reports,Team,true
             api,API,,false",
        )
        .table(
            "usage_events",
            "account_id,user_id,feature,event_date,quantity
             D,W1,alerts,2024-05-01,4
             A,U1,api,2024-06-02,9
             A,U1,alerts,2024-06-20,1
             B,V1,alerts,2024-08-01,1
             A,U1,alerts,2024-12-29,5
             A,U2,api,2024-12-29,7
             A,U2,reports,2024-12-31,2
             D,W1,api,2024-12-20,3",
        )
}

#[test]
fn breadth_counts_core_features_in_use_of_those_bought() {
    let engine = beginners().open("2024-12-31");
    // Each of the five may use alerts and reports; in 90 days only A used them, both.
    assert_eq!((value_of(&engine, "adoption_breadth"), figure(&engine, "adoption_breadth").n), (20.0, 5));
}

#[test]
fn an_account_is_activated_by_a_core_feature_within_a_month() {
    let world = beginners();
    // Of A, B and E one; C is too young to tell, the beginning of D was not recorded.
    let engine = world.open("2024-12-31");
    assert!((value_of(&engine, "adoption_activation") - 100.0 / 3.0).abs() < 1e-9);
    assert_eq!(figure(&engine, "adoption_activation").n, 3);
    let mut patient = world;
    patient.config.thresholds.insert("activation_days".to_owned(), 61.0);
    assert!((value_of(&patient.open("2024-12-31"), "adoption_activation") - 200.0 / 3.0).abs() < 1e-9);
}

#[test]
fn every_day_from_the_first_use_on_has_a_row() {
    let engine = beginners().open("2024-12-31");
    let count = "SELECT account_id, count(*) AS days, CAST(sum(uses) AS BIGINT) AS uses, \
                 CAST(sum(core_uses) AS BIGINT) AS core FROM usage_days GROUP BY account_id ORDER BY account_id";
    // 120 days at most. A: 5 + 7 + 2 uses, 5 + 2 of core features; B used nothing in them; C and E never began.
    assert_eq!(
        engine.query::<Value>(count).unwrap(),
        [
            json!({"account_id": "A", "days": 120, "uses": 14, "core": 7}),
            json!({"account_id": "B", "days": 120, "uses": 0, "core": 0}),
            json!({"account_id": "D", "days": 120, "uses": 3, "core": 0}),
        ]
    );
    let day = "SELECT event_date, uses, users, features, core_uses, errors FROM usage_days \
               WHERE account_id = 'A' AND days_ago < 3 ORDER BY days_ago";
    let row = |on: &str, [uses, users, features, core]: [i64; 4]| json!({"event_date": on, "uses": uses, "users": users, "features": features, "core_uses": core, "errors": null});
    assert_eq!(
        engine.query::<Value>(day).unwrap(),
        [row("2024-12-31", [2, 1, 1, 2]), row("2024-12-30", [0; 4]), row("2024-12-29", [12, 2, 2, 5])]
    );
    // Seven core uses of A in 28 days, none of B and D: the median is none.
    assert_eq!(value_of(&engine, "core_actions_per_day"), 0.0);
    // U1 and U2 in the week; with W1 three people in the month.
    assert_eq!(
        (value_of(&engine, "active_people_week"), value_of(&engine, "active_people_month")),
        (2.0, 3.0)
    );
    let said = |id: &str| {
        let found = engine.readings().iter().find(|it| it.signal == "core_actions" && it.account_id == id);
        found.map(|it| it.text.clone())
    };
    assert_eq!(
        said("A").unwrap(),
        "Core actions in 28 days: 7; in the 28 days before: 0; people active: 2 in a week, 2 in 30 days"
    );
    assert_eq!(said("C"), None);
}
