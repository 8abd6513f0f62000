//! Ends that are announced, and sponsors who are new: expected rows read off the tables below.

use agent_csm::health::Past;
use agent_csm::tables::Rule;

use super::world::World;

fn company() -> World {
    let date = |name: &str| Rule::Column(name.to_owned());
    World::new("2024-12-31")
        .table("accounts", "account_id,name\nA,Alpha\nB,Beta\nC,Gamma\nD,Delta\nE,Epsilon\nF,Zeta")
        .known(
            "subscriptions",
            "subscription_id,account_id,mrr_minor,currency,start_date,end_date,renewal_date,cancelled_on,is_trial
             S1,A,100,USD,2023-01-01,2025-01-15,2025-01-15,2024-12-15,false
             S2,B,100,USD,2023-01-01,,,,false
             S3,B,50,USD,2023-01-01,2025-02-01,2025-02-01,2024-11-01,false
             S4,C,100,USD,2023-01-01,,2025-06-01,,false
             S5,D,100,USD,2024-11-20,,2025-11-20,,false
             S6,E,100,USD,2023-01-01,,2025-06-01,,false
             S7,F,100,USD,2023-01-01,,2025-03-01,2024-12-01,false",
            date("start_date"),
            &[("end_date", date("end_date")), ("cancelled_on", date("cancelled_on"))],
        )
        .known(
            "churn_events",
            "churn_event_id,account_id,decided_on,effective_on,is_reactivation
             K1,C,2024-12-20,2025-03-31,false
             K2,E,2023-05-01,2023-06-01,false
             K3,E,2024-12-01,2025-02-01,true",
            date("decided_on"),
            &[],
        )
        .known(
            "contacts",
            "contact_id,account_id,name,title,role,created_on,left_on
             P1,A,Ana Ruiz,Data Lead,champion,2023-01-01,2024-10-20
             P2,A,Bo Lind,VP Data,champion,2024-11-05,
             P3,B,Kim Oh,,economic_buyer,2024-12-01,
             P4,C,Old Hand,,champion,2024-06-01,
             P5,D,First One,,champion,2024-12-01,
             P6,E,Some User,,user,2024-12-01,",
            Rule::Always,
            &[("left_on", date("left_on"))],
        )
}

#[test]
fn an_announced_end_is_said_of_the_account_with_its_day() {
    let said = |as_of: &str| -> Vec<String> {
        let analysis = company().assess(as_of, &Past::default());
        let ends = analysis.accounts.values().filter_map(|it| {
            let day = it.ends_on.map_or_else(|| "none".to_owned(), |day| day.to_string());
            Some(format!("{} {day}: {}", it.account_id, it.announced_end.as_deref()?))
        });
        ends.collect()
    };
    assert_eq!(
        said("2024-12-31"),
        [
            "A 2025-01-15: leaves on 2025-01-15, announced on 2024-12-15",
            "B 2025-02-01: part of what it pays for ends on 2025-02-01, announced on 2024-11-01",
            // Billing goes on as if nothing were; the source's own record says otherwise.
            "C 2025-03-31: leaves on 2025-03-31, announced on 2024-12-20",
            // Cancelled without a last day: the term ends with the day it would have renewed.
            "F 2025-03-01: leaves on 2025-03-01, announced on 2024-12-01",
        ]
    );
    assert_eq!(said("2024-11-30").len(), 1, "what was announced later is not known yet");
    let amounts: Vec<serde_json::Value> = company()
        .open("2024-12-31")
        .query("SELECT account_id, ending_arr_minor, is_whole FROM announced_ends ORDER BY account_id")
        .unwrap();
    // Twelve times what ends a month.
    assert_eq!(
        amounts
            .iter()
            .map(|it| (it["ending_arr_minor"].as_i64(), it["is_whole"].as_bool()))
            .collect::<Vec<_>>(),
        [
            (Some(1200), Some(true)),
            (Some(600), Some(false)),
            (Some(1200), Some(true)),
            (Some(1200), Some(true))
        ]
    );
}

#[test]
fn a_new_sponsor_is_told_with_whom_they_follow() {
    let engine = company().open("2024-12-31");
    let told: Vec<String> = engine
        .readings()
        .iter()
        .filter(|it| it.signal == "new_sponsor" && it.fired)
        .map(|it| format!("{}: {}", it.account_id, it.text))
        .collect();
    // C's champion has been there for half a year, D began to pay eleven days before, E's is a user.
    assert_eq!(
        told,
        [
            "A: New sponsor since 2024-11-05: Bo Lind, champion (VP Data), after Ana Ruiz left on 2024-10-20",
            "B: New sponsor since 2024-12-01: Kim Oh, economic buyer",
        ]
    );
    assert!(
        company().open("2024-11-04").readings().iter().all(|it| it.signal != "new_sponsor" || !it.fired),
        "nobody was new then"
    );
}
