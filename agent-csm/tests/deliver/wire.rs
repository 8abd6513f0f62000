use std::collections::BTreeMap;

use agent_csm::assessment::assess;
use agent_csm::wire::{AccountContext, Before, CustomerContext, delivery, progress};
use protocol::{Figure, Unit};
use serde_json::json;

use super::build::{figure, inputs, program, unknown};

fn with(changed: Vec<Figure>) -> agent_csm::assessment::Analysis {
    let mut inputs = inputs();
    inputs.figures = program();
    for figure in changed {
        inputs.figures.retain(|old| old.id != figure.id);
        inputs.figures.push(figure);
    }
    assess(&inputs)
}

#[test]
fn the_delivery_sentence_has_the_structure_of_the_role_description() {
    let delivery = delivery(&with(Vec::new()), None);
    assert_eq!(
        delivery.message,
        "Customer success program reviewed. Managing 85 accounts on 2026-09-30 with ARR of $138,000, ARR at risk of \
         $120,000, average health score of 72, logo churn of 9.4% over the last twelve months and NPS of 41 over the \
         last year. Recorded $310,400 in expansion revenue and 7 customer advocates over the last twelve months. \
         Renewal rate at 91.2% over the last twelve months."
    );
    assert_eq!(delivery.evidence.len(), 9);
    assert_eq!(delivery.since, None);
    assert_eq!(delivery.evidence["nps_score"], "figure:nps_score");
    assert!(delivery.unknown.is_empty());
}

#[test]
fn what_is_unknown_is_said_with_its_short_reason_and_the_whole_one_in_meta() {
    let delivery = delivery(
        &with(vec![
            unknown("nps_score", 12, "n = 12, needs 30"),
            unknown("customer_advocates", 0, "no rows in advocacy_activities: map a list of references"),
            unknown("renewal_rate", 0, "no decision fell in the window"),
        ]),
        None,
    );
    assert_eq!(
        delivery.message,
        "Customer success program reviewed. Managing 85 accounts on 2026-09-30 with ARR of $138,000, ARR at risk of \
         $120,000, average health score of 72, logo churn of 9.4% over the last twelve months and NPS unknown (n = 12, \
         needs 30). Recorded $310,400 in expansion revenue over the last twelve months and customer advocates unknown \
         (no rows in advocacy_activities). Renewal rate unknown (no decision fell in the window)."
    );
    assert_eq!(
        delivery.unknown["customer_advocates"],
        "no rows in advocacy_activities: map a list of references"
    );
    assert!(!delivery.evidence.contains_key("nps_score"));
}

#[test]
fn what_cannot_be_believed_is_left_out_and_said_so() {
    let odd = |metric: &str, value: f64, shown: &str| Figure {
        implausible: Some("above what a business can do".into()),
        ..figure(metric, value, shown, Unit::Percent)
    };
    let delivery = delivery(&with(vec![odd("nrr", 412.0, "412.0%"), odd("churn_rate", 97.3, "97.3%")]), None);
    assert_eq!(
        delivery.message,
        "Customer success program reviewed. Managing 85 accounts on 2026-09-30 with ARR of $138,000, ARR at risk of \
         $120,000, average health score of 72 and NPS of 41 over the last year. Recorded $310,400 in expansion revenue \
         and 7 customer advocates over the last twelve months. Renewal rate at 91.2% over the last twelve months. \
         Logo churn is left out as implausible. NRR is left out as implausible."
    );
    assert!(!delivery.evidence.contains_key("churn_rate"));
    assert_eq!(delivery.implausible.len(), 2);
}

#[test]
fn what_moved_since_the_session_before_is_said_to_the_last_digit_shown() {
    let then = |changed: &[(&str, f64)]| -> BTreeMap<String, f64> {
        let mut figures: BTreeMap<String, f64> = with(Vec::new())
            .program()
            .filter_map(|figure| Some((figure.metric.clone(), figure.as_f64()?)))
            .collect();
        figures.extend(changed.iter().map(|(metric, value)| ((*metric).to_owned(), *value)));
        figures
    };
    let since = |as_of: &str, figures: &BTreeMap<String, f64>| {
        let said = delivery(&with(Vec::new()), Some(Before { as_of: as_of.parse().unwrap(), figures }));
        let (_, tail) =
            said.message.split_once("Renewal rate at 91.2% over the last twelve months. ").unwrap();
        (tail.to_owned(), said.since.unwrap())
    };
    // 85 - 83 = 2; 13,800,000 - 11,800,050 = 1,999,950 cents; 72 shown now and 74 then; 9.4 - 8.96, shown 9.0.
    let figures = then(&[
        ("accounts_managed", 83.0),
        ("arr", 11_800_050.0),
        ("health_score_avg", 73.6),
        ("churn_rate", 8.96),
        ("renewal_rate", 50.0),
    ]);
    let (tail, told) = since("2026-06-30", &figures);
    assert_eq!(
        tail,
        "Since 2026-06-30: accounts up by 2, ARR up by $19,999.50, average health score down by 2 and logo churn up \
         by 0.4 points."
    );
    assert_eq!((told.figures["nps_score"], told.said.len()), (41.2, 4));
    assert_eq!(since("2026-09-23", &then(&[])).0, "Nothing of this has changed since 2026-09-23.");
    let again = then(&[("nps_score", 40.0)]);
    assert_eq!(since("2026-09-30", &again).0, "Since the last session: NPS up by 1.");
    // What was not known then is not compared, and what is not believed now neither.
    let mut less = then(&[]);
    less.retain(|metric, _| metric == "churn_rate");
    let odd =
        Figure { implausible: Some("above".into()), ..figure("churn_rate", 97.3, "97.3%", Unit::Percent) };
    let said =
        delivery(&with(vec![odd]), Some(Before { as_of: "2026-06-30".parse().unwrap(), figures: &less }));
    assert!(said.since.is_none() && !said.message.contains("ince"), "{}", said.message);
}

#[test]
fn the_sentence_never_claims_an_effect() {
    let text = delivery(&with(vec![unknown("churn_rate", 0, "no cohort")]), None).message.to_lowercase();
    for word in ["reduced", "optimized", "optimised", "achieved", "generated", "created", "improved"] {
        assert!(!text.contains(word), "{word} in {text}");
    }
}

#[test]
fn progress_has_exactly_the_four_members_in_their_formats() {
    let known = progress(&with(vec![figure("churn_rate", 3.15, "3.2%", Unit::Percent)]));
    assert_eq!(
        serde_json::Value::Object(known.members),
        json!({"accounts_managed": 85, "health_score_avg": 72, "churn_rate": "3.2%", "nps_score": 41})
    );
    let partly = progress(&with(vec![unknown("nps_score", 12, "n = 12, needs 30")]));
    assert_eq!(partly.members["nps_score"], json!(null));
    assert_eq!(partly.unknown["nps_score"], "n = 12, needs 30");
    assert_eq!(
        partly.evidence.keys().collect::<Vec<_>>(),
        ["accounts_managed", "churn_rate", "health_score_avg"]
    );
}

#[test]
fn the_context_answers_the_six_parts_of_the_query() {
    let analysis = assess(&inputs());
    let context = CustomerContext::of(&analysis);
    let value = serde_json::to_value(&context).unwrap();
    let members: Vec<&String> = value.as_object().unwrap().keys().collect();
    assert_eq!(
        members,
        [
            "account_segments",
            "product_usage",
            "health_metrics",
            "churn_risks",
            "growth_opportunities",
            "success_goals"
        ]
    );
    assert_eq!(value["churn_risks"]["churn_rate"]["figure"], "figure:churn_rate");
    assert_eq!(value["churn_risks"]["accounts"]["listed"][0]["account_id"], "A");
    assert_eq!(value["churn_risks"]["accounts"]["listed"][0]["reasons"][0]["signal"], "payment_overdue");
    assert_eq!(context.evidence()["churn_risks.churn_rate"], "figure:churn_rate");
    assert!(context.unknown().contains_key("health_metrics.csat_score"));
}

#[test]
fn an_account_is_told_whole_and_an_unknown_one_not_at_all() {
    let analysis = assess(&inputs());
    let acme = AccountContext::of(&analysis, &[], true, "A").unwrap();
    assert_eq!(acme.account.days_to_opt_out, Some(60));
    assert_eq!(acme.plan.as_deref(), Some("plans/A.md"));
    assert_eq!(AccountContext::of(&analysis, &[], false, "nobody"), None);
}
