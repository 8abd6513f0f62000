//! `csm metrics`: the terms of the field, and the invariants.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;

use crate::support::{Scratch, csm, done, stderr, stdout, text};

fn metrics(arguments: &[&str]) -> Value {
    let mut whole = vec!["metrics", "--json"];
    whole.extend(arguments);
    serde_json::from_str(&stdout(&done(&whole))).expect("JSON")
}

#[test]
fn every_term_of_the_field_is_listed_with_its_definition_and_the_invariants_hold() {
    let scratch = Scratch::new();
    let lumen = scratch.lumen("lumen");
    done(&["run", text(&lumen)]);
    let all = metrics(&["-w", text(&lumen)]);
    // The terms of the field's list of definitions.
    let terms: BTreeSet<&str> =
        all["terms"].as_array().expect("terms").iter().filter_map(|term| term["term"].as_str()).collect();
    for term in [
        "MRR / ARR",
        "MRR waterfall",
        "NRR",
        "GRR",
        "Logo churn",
        "Gross and net MRR churn",
        "ATR and renewal rate",
        "Opt-out deadline",
        "Expected renewal",
        "Forecast category",
        "NPS",
        "CSAT",
        "CES",
        "TTV / TTFV",
        "Stickiness",
        "Licence utilisation",
        "Decay ratio",
        "Health score",
        "Score validity",
        "Risk detection rate",
        "Save rate",
        "CSQL",
        "CTA / playbook / task",
        "Success plan",
        "Stakeholders",
        "Lifecycle",
        "Capacity",
        "Uplift",
    ] {
        assert!(terms.contains(term), "{term} is not among {terms:?}");
    }
    let mut figures = 0;
    for metric in
        all["terms"].as_array().expect("terms").iter().flat_map(|term| term["metrics"].as_array()).flatten()
    {
        assert!(metric["says"].as_str().is_some_and(|says| says.len() > 10), "{metric}");
        for figure in metric["figures"].as_array().expect("figures") {
            figures += 1;
            assert!(figure["n"].is_u64(), "{figure}");
            // Known, or unknown with its reason; never both, never neither.
            assert_eq!(figure["value"].is_null(), figure["status"] == "unknown", "{figure}");
            assert!(
                !figure["value"].is_null() || figure["reason"].as_str().is_some_and(|it| it.len() > 10),
                "{figure}"
            );
        }
    }
    assert!(figures > 100, "{figures} figures");
    let checks = all["checks"].as_array().expect("checks");
    assert!(checks.len() >= 15 && checks.iter().all(|check| check["state"] == "holds"), "{checks:?}");

    let page = stdout(&done(&["metrics", "-w", text(&lumen), "--filter", "waterfall"]));
    assert!(
        page.contains("MRR WATERFALL") && page.contains("mrr_churn") && !page.contains("nps_score"),
        "{page}"
    );
    assert!(page.contains(&format!("Invariants that hold: {0} of {0}.", checks.len())), "{page}");
}

#[test]
fn parts_by_segment_add_up_to_the_session_s_figure() {
    let scratch = Scratch::new();
    let lumen = scratch.lumen("lumen");
    done(&["run", text(&lumen)]);
    let by = metrics(&["-w", text(&lumen), "--by", "segment", "--filter", "mrr"]);
    let metric =
        by["terms"].as_array().expect("terms").iter().flat_map(|term| term["metrics"].as_array()).flatten();
    let mrr = metric.into_iter().find(|metric| metric["metric"] == "mrr").expect("mrr");
    let of = |scope: &str| -> i64 {
        let figures = mrr["figures"].as_array().expect("figures").iter();
        figures.filter(|it| it["scope"]["dimension"] == scope).filter_map(|it| it["value"].as_i64()).sum()
    };
    assert!(of("all") > 0);
    assert_eq!(of("all"), of("segment"));
    // Other data is another session's: parts of it are no parts of these figures.
    let file = lumen.join("data/subscriptions.csv");
    let rows = fs::read_to_string(&file).expect("subscriptions");
    let fewer: Vec<&str> = rows.lines().filter(|row| !row.contains(",A0001,")).collect();
    fs::write(&file, fewer.join("\n")).expect("written");
    let refused = csm(&["metrics", "-w", text(&lumen), "--by", "segment"]).output().expect("it starts");
    assert_eq!(refused.status.code(), Some(1));
    assert!(stderr(&refused).contains("have changed since the session"), "{}", stderr(&refused));
}

#[test]
fn a_broken_override_stops_its_figures_and_is_said_on_every_page() {
    let scratch = Scratch::new();
    let lumen = scratch.lumen("lumen");
    let uncapped = "-- metric: grr\n-- says: broken on purpose\n-- unit: percent\n\
        -- value: 200.0 * CAST(sum(closing_minor) AS DOUBLE) / nullif(sum(opening_minor), 0)\n\
        SELECT account_id, opening_minor, closing_minor FROM cohort_12m\n";
    scratch.write("lumen/knowledge/metrics/grr.sql", uncapped);
    done(&["run", text(&lumen)]);
    let all = metrics(&["-w", text(&lumen), "--filter", "GRR"]);
    let broken: Vec<&Value> =
        all["checks"].as_array().expect("checks").iter().filter(|check| check["state"] == "broken").collect();
    let names: Vec<&str> = broken.iter().filter_map(|check| check["name"].as_str()).collect();
    assert_eq!(names, ["grr_at_most_100", "grr_at_most_nrr", "shares_in_range"]);
    let page = fs::read_to_string(lumen.join("out/data-quality.md")).expect("the page");
    assert!(page.contains("| grr_at_most_100 | BROKEN, rows: 1 |"), "{page}");
    let portfolio = fs::read_to_string(lumen.join("out/portfolio.md")).expect("the page");
    assert!(
        portfolio.contains(r"check \`grr\_at\_most\_100\` does not hold (1 rows)"),
        "the portfolio says a number"
    );
    let explained = stdout(&done(&["explain", "grr", "-w", text(&lumen)]));
    assert!(explained.contains("unknown because: check `grr_at_most_100`"), "{explained}");
}
