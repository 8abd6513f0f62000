//! What counts as a decision to leave, and on which day: worked by hand.

use agent_csm::tables::Rule;
use serde::Deserialize;

use super::world::World;

#[derive(Debug, Deserialize)]
struct Row {
    account_id: String,
    decided_on: String,
    effective_on: Option<String>,
    how: String,
}

fn company() -> World {
    let date = |name: &str| Rule::Column(name.to_owned());
    World::new("2024-12-31")
        .table(
            "accounts",
            "account_id,name
             renewed,R
             lapsed,L
             cancelled,C
             moved,M
             trial,T
             late,G
             back,B
             event,E
             other_event,F
             announced,A
             partial,P
             half,H",
        )
        .known(
            "subscriptions",
            "subscription_id,account_id,mrr_minor,currency,start_date,end_date,cancelled_on,is_trial
             S1,renewed,100,USD,2023-06-01,2024-06-01,,false
             S1,renewed,120,USD,2024-06-01,2025-06-01,,false
             S2,lapsed,100,USD,2023-05-01,2024-05-01,,false
             S3,cancelled,100,USD,2023-06-01,2024-06-01,2024-03-10,false
             S4,moved,100,USD,2023-07-01,2024-07-01,,false
             S5,moved,80,USD,2024-07-01,,,false
             S6,trial,0,USD,2024-01-01,2024-02-01,,true
             S7,late,100,USD,2023-08-01,2024-08-01,,false
             S7,late,100,USD,2024-08-10,,,false
             S8,back,100,USD,2023-02-01,2024-02-01,,false
             S9,back,100,USD,2024-04-01,,,false
             S10,event,100,USD,2023-10-15,2024-10-15,,false
             S11,other_event,100,USD,2023-11-01,2024-11-01,,false
             S12,announced,100,USD,2024-01-15,2025-01-15,2024-12-15,false
             S13,partial,100,USD,2023-01-01,,,false
             S14,partial,50,USD,2023-01-01,2024-03-01,2024-02-01,false
             S15,half,100,USD,2023-01-01,,,false
             S16,half,50,USD,2023-01-01,2025-02-01,2024-11-01,false",
            date("start_date"),
            &[("end_date", date("end_date")), ("cancelled_on", date("cancelled_on"))],
        )
        .known(
            "churn_events",
            "churn_event_id,account_id,decided_on,effective_on,is_reactivation
             K1,event,2024-09-20,2024-10-15,false
             K2,other_event,2024-10-01,2024-12-01,false",
            date("decided_on"),
            &[],
        )
}

fn decisions(world: &World, as_of: &str) -> Vec<String> {
    let rows: Vec<Row> =
        world.open(as_of).query("SELECT * FROM churn_decisions ORDER BY account_id, decided_on").unwrap();
    rows.into_iter()
        .map(|it| {
            format!(
                "{} {} {} {}",
                it.account_id,
                it.decided_on,
                it.effective_on.as_deref().unwrap_or("open"),
                it.how
            )
        })
        .collect()
}

#[test]
fn billing_decides_and_the_cancellation_or_the_event_says_when() {
    assert_eq!(
        decisions(&company(), "2024-12-31"),
        [
            "announced 2024-12-15 open announced",
            "back 2024-02-01 2024-02-01 not renewed",
            "cancelled 2024-03-10 2024-06-01 cancelled",
            "event 2024-09-20 2024-10-15 churn event",
            "lapsed 2024-05-01 2024-05-01 not renewed",
            "other_event 2024-11-01 2024-11-01 not renewed",
        ]
    );
}

#[test]
fn an_earlier_day_knows_only_what_was_known_then() {
    // The late one has ended four days ago: undecided, not lost. The cancelled one is gone, nobody has announced anything.
    assert_eq!(
        decisions(&company(), "2024-08-05"),
        [
            "back 2024-02-01 2024-02-01 not renewed",
            "cancelled 2024-03-10 2024-06-01 cancelled",
            "lapsed 2024-05-01 2024-05-01 not renewed",
        ]
    );
    assert_eq!(
        decisions(&company(), "2024-04-30"),
        ["back 2024-02-01 2024-02-01 not renewed", "cancelled 2024-03-10 open announced",]
    );
}
