//! Fiscal quarters: their first days and names counted on a calendar.

use agent_csm::workspace::Config;
use serde_json::{Value, json};

use super::world::World;

/// Pays 100 from 10 May 2024 and 150 from 1 November; renews on the last day of a quarter or on the first of the next.
fn company(fiscal_year_starts: u32) -> World {
    let mut world = World::new("2024-12-31").table("accounts", "account_id,name\nA,Alpha\nB,Beta").table(
        "subscriptions",
        "subscription_id,account_id,mrr_minor,currency,start_date,end_date,renewal_date,is_trial
         S1,A,100,USD,2024-05-10,2024-11-01,2025-03-31,false
         S1,A,150,USD,2024-11-01,,2025-03-31,false
         S2,B,10,USD,2024-11-01,,2025-04-01,false",
    );
    world.config.fiscal_year_starts = fiscal_year_starts;
    world
}

fn renewals(starts: u32) -> Vec<Value> {
    company(starts)
        .open("2024-12-31")
        .query("SELECT account_id, quarter FROM renewals ORDER BY account_id")
        .unwrap()
}

#[test]
fn a_quarter_follows_the_month_the_fiscal_year_begins_with() {
    let current = |starts: u32| -> Vec<Value> {
        let sql = "SELECT quarter, starts_on, next_on FROM fiscal_quarters WHERE is_current";
        company(starts).open("2024-12-31").query(sql).unwrap()
    };
    let quarter =
        |name: &str, from: &str, to: &str| vec![json!({"quarter": name, "starts_on": from, "next_on": to})];
    assert_eq!(current(1), quarter("2024 Q4", "2024-10-01", "2025-01-01"));
    // April to March is named by the year of its March.
    assert_eq!(current(4), quarter("FY2025 Q3", "2024-10-01", "2025-01-01"));
    assert_eq!(current(2), quarter("FY2025 Q4", "2024-11-01", "2025-02-01"));
    assert_eq!(current(11), quarter("FY2025 Q1", "2024-11-01", "2025-02-01"));
    assert_eq!(current(12), quarter("FY2025 Q1", "2024-12-01", "2025-03-01"));
    let of = |a: &str, b: &str| {
        vec![json!({"account_id": "A", "quarter": a}), json!({"account_id": "B", "quarter": b})]
    };
    assert_eq!(renewals(1), of("2025 Q1", "2025 Q2"));
    assert_eq!(renewals(4), of("FY2025 Q4", "FY2026 Q1"));
    assert_eq!(renewals(3), of("FY2026 Q1", "FY2026 Q1"));
}

#[test]
fn the_waterfall_of_a_quarter_is_that_of_its_months() {
    let engine = company(4).open("2024-12-31");
    let rows: Vec<Value> = engine
        .query(
            "SELECT quarter, kind, amount_minor FROM mrr_waterfall_quarters WHERE amount_minor <> 0 \
             ORDER BY starts_on, kind",
        )
        .unwrap();
    let row = |quarter: &str, kind: &str, amount: i64| json!({"quarter": quarter, "kind": kind, "amount_minor": amount});
    assert_eq!(
        rows,
        [
            row("FY2025 Q1", "closing", 100),
            row("FY2025 Q1", "new", 100),
            row("FY2025 Q2", "closing", 100),
            row("FY2025 Q2", "opening", 100),
            row("FY2025 Q3", "closing", 160),
            row("FY2025 Q3", "expansion", 50),
            row("FY2025 Q3", "new", 10),
            row("FY2025 Q3", "opening", 100),
        ]
    );
}

#[test]
fn the_month_is_written_as_a_number_or_by_name() {
    let starts = |text: &str| Config::parse(&format!("fiscal_year_starts = {text}\n"), "csm.toml");
    for (text, month) in [("4", 4), ("\"April\"", 4), ("\"apr\"", 4), ("\"04\"", 4), ("12", 12)] {
        assert_eq!(starts(text).unwrap().fiscal_year_starts, month, "{text}");
    }
    assert_eq!(Config::parse("", "csm.toml").unwrap().fiscal_year_starts, 1);
    for text in ["0", "13", "\"spring\"", "true"] {
        let error = starts(text).unwrap_err();
        assert_eq!(error.to_string(), "csm.toml:1: `fiscal_year_starts` is not a month", "{text}");
    }
}
