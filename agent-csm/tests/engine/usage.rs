//! Usage over time, features that were bought, tickets: expected values worked by hand.

use agent_csm::assessment::Day;
use agent_csm::health::Past;
use serde::Deserialize;

use super::world::World;

fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// A uses the product 10 times on each of 5 days a week for 18 weeks, then twice on one day a week for 8.
/// B used it once, on 2024-10-01. Weeks end on 2024-12-31, a Tuesday. C never did.
fn company() -> World {
    let mut usage = String::from("account_id,user_id,feature,event_date,quantity\n");
    for ago in 0..182_i64 {
        let on = day("2024-12-31").plus(-ago);
        match (ago / 7 >= 8, ago % 7) {
            (true, 0..5) => usage.push_str(&format!("A,U{},alerts,{on},10\n", ago % 7)),
            (false, 0) => usage.push_str(&format!("A,U0,alerts,{on},2\n")),
            _ => {}
        }
    }
    usage.push_str("A,U1,reports,2024-08-01,1\nB,V1,alerts,2024-10-01,1\n");
    World::new("2024-12-31")
        .table("accounts", "account_id,name\nA,Alpha\nB,Beta\nC,Gamma")
        .table(
            "subscriptions",
            "subscription_id,account_id,plan,seats,mrr_minor,currency,billing_interval,start_date,is_trial
             S1,A,Team,10,1000,USD,year,2023-01-01,false
             S2,B,Business,4,2000,USD,month,2023-01-01,false
             S3,C,Team,5,4000,USD,year,2023-01-01,false",
        )
        .table(
            "features",
            "feature,title,plan,is_core
             alerts,Alerts,,true
             reports,Reports,,true
             forecasts,Forecasts,Business,true
             sharing,Sharing,team,true
             api,API,Business,false",
        )
        .table("usage_events", &usage)
}

#[test]
fn a_change_of_level_has_its_week() {
    let analysis = company().assess("2024-12-31", &Past::default());
    let weeks = &analysis.trend.weeks["A"];
    assert_eq!(
        (weeks.len(), weeks[0].week_start, weeks[25].week_start),
        (26, day("2024-07-03"), day("2024-12-25"))
    );
    // The week of 2024-07-31 holds the one report too.
    assert_eq!((weeks[0].uses, weeks[4].uses, weeks[18].uses), (50, 51, 2));
    assert_eq!((weeks[0].users, weeks[18].users), (Some(5), Some(1)));
    let change = &analysis.trend.changes["A"];
    assert_eq!(change.len(), 1);
    assert_eq!((change[0].week_start, change[0].after), (day("2024-11-06"), 2.0));
    assert_eq!(change[0].before, (17.0 * 50.0 + 51.0) / 18.0);
    assert_eq!(change[0].text, "from 50.1 to 2.0 uses a week in the week of 2024-11-06");
    let shift = analysis.accounts["A"].readings.iter().find(|it| it.signal == "usage_shift").unwrap();
    assert!(shift.fired);
    // B's weeks begin with its first use and are zero afterwards; C has none, which is not the same.
    let beta: Vec<i64> = analysis.trend.weeks["B"].iter().map(|it| it.uses).collect();
    assert_eq!(beta, [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    assert!(!analysis.trend.weeks.contains_key("C"));
    let archetypes: Vec<&str> = analysis.trend.archetypes.values().map(|it| it.archetype.as_str()).collect();
    assert_eq!(archetypes, ["declining", "dormant", "unused"]);
}

/// A, on Team: alerts used, reports lapsed, sharing never; forecasts are Business's. B, on Business: alerts lapsed,
/// reports and forecasts never. C: alerts, reports and sharing never.
#[test]
fn what_was_bought_and_not_used_is_counted() {
    let analysis = company().assess("2024-12-31", &Past::default());
    let text = |account: &str| {
        let found = analysis.accounts[account].readings.iter().find(|it| it.signal == "entitled_unused");
        found.map(|it| it.text.clone()).unwrap()
    };
    assert_eq!(
        text("A"),
        "Core features of the plan not used in 90 days: 2 of 3 (1 never used, 1 no longer)"
    );
    assert_eq!(
        text("B"),
        "Core features of the plan not used in 90 days: 3 of 3 (2 never used, 1 no longer)"
    );
    let of = |account: &str| -> Vec<(&str, Option<&str>)> {
        let list = analysis.blockers.list.iter().filter(|it| it.account_id == account);
        list.map(|it| (it.theme.as_str(), it.feature.as_deref())).collect()
    };
    assert_eq!(
        of("A"),
        [
            ("core feature abandoned", Some("reports")),
            ("core feature never used", Some("sharing")),
            ("seats not activated", None),
        ]
    );
    let never = analysis.blockers.themes.iter().find(|it| it.theme == "core feature never used").unwrap();
    // Each account once: 12 x (1,000 + 2,000 + 4,000).
    assert_eq!((never.accounts, never.arr_minor), (3, Some(84_000)));
}

/// Six people on ten seats: 60 %. The team wants to hear from 50 on.
#[test]
fn a_team_moves_a_threshold_without_sql() {
    let usage: String = (0..6).map(|user| format!("A,W{user},alerts,2024-12-30,1\n")).collect();
    let world = || {
        World::new("2024-12-31")
            .table("accounts", "account_id,name\nA,Alpha")
            .table(
                "subscriptions",
                "subscription_id,account_id,seats,mrr_minor,currency,start_date,is_trial
                 S1,A,10,1000,USD,2023-01-01,false",
            )
            .table("usage_events", &format!("account_id,user_id,feature,event_date,quantity\n{usage}"))
    };
    let fires = |world: &World| {
        let readings = world.open("2024-12-31").readings().to_vec();
        readings.iter().find(|it| it.signal == "seats_near_limit").unwrap().fired
    };
    assert!(!fires(&world()));
    let mut moved = world();
    moved.config.thresholds = [("seats_near_limit".to_owned(), 50.0)].into();
    assert!(fires(&moved));
}

/// A on ten seats: K1..K3 in 90 days, K4 before. K1 urgent and open for 20 days, K2 high and reopened twice.
#[test]
fn support_is_digested_and_both_extremes_are_told() {
    #[derive(Deserialize)]
    struct Row {
        tickets_90: i64,
        tickets_before: i64,
        per_100_seats: f64,
        oldest_urgent_days: Option<i64>,
        reply_minutes: Option<f64>,
    }
    let world = company().table(
        "tickets",
        "ticket_id,account_id,opened_at,solved_at,first_reply_minutes,priority,category,reopens
         K1,A,2024-12-11,,30,urgent,bug,
         K2,A,2024-12-01,2024-12-02,60,high,bug,2
         K3,A,2024-11-01,2024-11-02,90,low,data,0
         K4,A,2024-09-01,2024-09-02,9000,low,data,0",
    );
    let engine = world.open("2024-12-31");
    let rows: Vec<Row> = engine.query("SELECT * FROM support_digest WHERE account_id = 'A'").unwrap();
    let row = &rows[0];
    assert_eq!((row.tickets_90, row.tickets_before, row.per_100_seats), (3, 1, 30.0));
    assert_eq!((row.oldest_urgent_days, row.reply_minutes), (Some(20), Some(60.0)));
    let fired = |signal: &str| {
        let readings = engine.readings();
        readings
            .iter()
            .find(|it| it.signal == signal && it.account_id == "A")
            .map(|it| (it.fired, it.text.clone()))
    };
    assert_eq!(
        fired("ticket_rate"),
        Some((true, "30.0 tickets per 100 seats in 90 days (3 on 10 seats)".to_owned()))
    );
    assert!(fired("urgent_ticket_age").unwrap().0 && fired("ticket_reopens").unwrap().0);
    assert!(!fired("ticket_severity").unwrap().0);
    let digest = &world.assess("2024-12-31", &Past::default()).support.accounts["A"];
    assert_eq!(digest.categories, [("bug".to_owned(), 2), ("data".to_owned(), 1)]);
    assert!(digest.text.contains("an urgent one open for 20 days"), "{}", digest.text);
    assert!(digest.figures.contains(&"figure:urgent_tickets_open@account=A".to_owned()));
    // Without a ticket in the data nothing is known of anybody's support.
    assert!(company().assess("2024-12-31", &Past::default()).support.accounts.is_empty());
}
