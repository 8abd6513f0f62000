use agent_csm::assessment::{AccountChurn, money};
use protocol::{Figure, Unit};

use super::build::{figure, inputs, unknown, written};

fn hostile() -> agent_csm::assessment::Inputs {
    let mut inputs = inputs();
    inputs.accounts[0].name = "<script>alert('x')</script>".into();
    inputs.accounts[1].name = "=HYPERLINK(\"http://evil\",\"x\")".into();
    inputs.accounts[0].owner = "@SUM(1)".into();
    inputs.accounts[1].owner = "Bo\" onload=\"x".into();
    inputs.readings[0].text = "-2+3|cmd' /C calc'!A0".into();
    inputs.readings[1].text = " +1 | [x](javascript:alert(1)) <img src=x>".into();
    inputs
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    assert_eq!(written(&inputs()), written(&inputs()));
    let mut shuffled = inputs();
    shuffled.accounts.reverse();
    shuffled.readings.reverse();
    shuffled.figures.reverse();
    assert_eq!(written(&inputs()), written(&shuffled));
}

#[test]
fn no_cell_can_become_a_formula() {
    let files = written(&hostile());
    let mut seen = 0;
    for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".csv")) {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        for record in reader.records() {
            for cell in &record.unwrap_or_else(|error| panic!("{path}: {error}")) {
                let formula =
                    cell.trim_start().starts_with(['=', '+', '-', '@']) && cell.parse::<f64>().is_err();
                assert!(!formula, "{path}: {cell}");
                seen += usize::from(cell.starts_with('\''));
            }
        }
    }
    assert!(seen > 0, "no hostile cell was written at all");
}

#[test]
fn hostile_names_stay_text_in_pages_and_plans() {
    let files = written(&hostile());
    let page = &files["out/monday.html"];
    assert!(!page.contains("<script") && !page.contains("onload=\"x") && !page.contains("<img"));
    assert!(page.contains("&lt;script&gt;"));
    for resource in ["src=", "href=\"http", "url(", "@import"] {
        assert!(!page.replace("src=x", "").contains(resource), "{resource}");
    }
    let plan = &files["plans/A.md"];
    assert!(plan.starts_with("# Success plan: &lt;script&gt;"), "{plan}");
    assert!(plan.contains("\\[x\\](javascript") && !plan.contains("<img"));
}

/// Takes away what may hold digits without being a figure: markup itself, styles, ISO dates, ranks, the hash,
/// text from data or playbooks, and every element that names its figure.
fn bare_text(page: &str) -> String {
    let mut text = page.to_owned();
    let start = text.find("<style>").unwrap();
    let end = text.find("</style>").unwrap();
    text.replace_range(start..end, "");
    let mut out = String::new();
    let mut skipping: Option<String> = None;
    for piece in text.split('<').skip(1) {
        let (tag, content) = piece.split_once('>').unwrap_or((piece, ""));
        if let Some(name) = &skipping {
            if tag == format!("/{name}") {
                skipping = None;
                out.push_str(content);
            }
            continue;
        }
        let name = tag.split_whitespace().next().unwrap_or_default();
        let marked =
            ["data-figure=", "data-text", "data-rank", "data-hash"].iter().any(|mark| tag.contains(mark));
        if marked || name == "time" {
            skipping = Some(name.to_owned());
        } else if name != "title" {
            out.push_str(content);
        }
    }
    out
}

#[test]
fn every_number_on_the_monday_page_opens_its_figure() {
    let mut inputs = inputs();
    inputs.figures.push(unknown("csat_score", 12, "n = 12, needs 30"));
    inputs.figures.push(Figure {
        implausible: Some("above 250 %".into()),
        ..figure("nrr", 412.0, "412.0%", Unit::Percent)
    });
    let page = &written(&inputs)["out/monday.html"];
    for shown in ["85", "$120,000", "9.4%", "2 invoices overdue", "n = 12, needs 30", "412.0%"] {
        assert!(page.contains(shown), "{shown} is not on the page");
    }
    let text = bare_text(page);
    // "last contact on <date>" is a rule's text with an ISO date in it.
    let words: Vec<&str> = text
        .split_whitespace()
        .filter(|word| word.contains(|c: char| c.is_ascii_digit()))
        .filter(|word| word.parse::<agent_csm::assessment::Day>().is_err())
        .collect();
    assert!(words.is_empty(), "numbers that open nothing: {words:?}");
    assert!(page.contains("data-figure=\"figure:churn_rate\" title=\"csm explain figure:churn_rate"));
}

#[test]
fn the_checklist_stands_against_its_targets_with_figure_ids() {
    let mut inputs = inputs();
    inputs.figures.retain(|figure| figure.metric != "nps_score");
    inputs.figures.push(unknown("nps_score", 12, "n = 12, needs 30"));
    let page = &written(&inputs)["out/portfolio.md"];
    let line = |start: &str| {
        page.lines().find(|line| line.starts_with(start)).unwrap_or_else(|| panic!("{start}\n{page}"))
    };
    assert_eq!(
        line("| FAIL | Churn rate"),
        "| FAIL | Churn rate | 9.4% | &lt; 5 | 40 | 12 months, \\[2025-10-01, 2026-10-01) |  | figure:churn_rate |  |"
    );
    assert!(line("| UNKNOWN | NPS score").contains("| 12 |"));
    assert!(line("| UNKNOWN | NPS score").contains("n = 12, needs 30"));
    assert!(line("| UNKNOWN | CSAT score").contains("this metric is not defined"));
}

#[test]
fn money_is_shown_whole_and_rounded_half_away_from_zero() {
    let shown = |minor, currency| money(minor, currency);
    assert_eq!(shown(31_040_050, "USD"), "$310,401");
    assert_eq!(shown(-150, "EUR"), "-€2");
    assert_eq!(shown(-49, "EUR"), "€0");
    assert_eq!(shown(1_234_567, "JPY"), "JPY 1,234,567");
    assert_eq!(shown(1_500, "KWD"), "KWD 2");
}

#[test]
fn what_reaches_a_customer_is_sent_by_hand() {
    let files = written(&inputs());
    assert!(files["plans/A.md"].contains("**Needs your approval; send by hand.**"));
    assert!(files["out/actions.csv"].contains("needs your approval"));
}

#[test]
fn a_renewal_says_its_probability_where_one_is_trusted_and_else_why_there_is_none() {
    let mut inputs = inputs();
    inputs.churn.standing = "refused".to_owned();
    inputs.churn.why = "too few accounts ever left".to_owned();
    let files = written(&inputs);
    assert!(files["out/renewals.csv"].contains("none: too few accounts ever left"));
    assert!(
        files["out/monday.html"]
            .contains("No probabilities: <span data-text>too few accounts ever left</span>")
    );

    inputs.churn.standing = "trusted".to_owned();
    inputs.churn.horizon_days = 90;
    let chance =
        AccountChurn { probability: 0.25, at_renewal: None, expected_loss_minor: None, reasons: Vec::new() };
    inputs.churn.accounts.insert("A".to_owned(), chance);
    let files = written(&inputs);
    assert!(files["out/renewals.csv"].contains("25% likely to leave within 90 days"));
    assert!(files["out/monday.html"].contains("25% likely to leave within 90 days"));
    assert!(!files["out/monday.html"].contains("No probabilities"));
}

#[test]
fn a_spreadsheet_reads_money_in_whole_units_with_its_currency() {
    let cells = |text: &str, columns: &[&str]| -> Vec<Vec<String>> {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().unwrap().clone();
        assert!(!header.iter().any(|name| name.ends_with("_minor")), "{header:?}");
        let at: Vec<usize> =
            columns.iter().map(|name| header.iter().position(|it| it == *name).unwrap()).collect();
        reader
            .records()
            .map(|row| row.unwrap())
            .map(|row| at.iter().map(|at| row[*at].to_owned()).collect())
            .collect()
    };
    let mut inputs = inputs();
    let files = written(&inputs);
    for list in ["at-risk", "growth", "renewals", "expansion", "monday"] {
        for row in cells(&files[&format!("out/{list}.csv")], &["arr", "currency"]) {
            let known = row[0].split_once('.').is_some_and(|(_, cents)| cents.len() == 2);
            assert!(row[0].is_empty() || (known && row[1] == "USD"), "{list}: {row:?}");
        }
    }
    // The ARR of account A is 12,000,000 cents; without cents the same number is so many yen, and in Kuwait a
    // thousandth is the smallest coin.
    let arr_of = |files: &std::collections::BTreeMap<String, String>| {
        cells(&files["out/at-risk.csv"], &["account_id", "arr", "currency"])
            .into_iter()
            .find(|row| row[0] == "A")
            .map(|row| format!("{} {}", row[1], row[2]))
            .unwrap()
    };
    assert_eq!(arr_of(&files), "120000.00 USD");
    inputs.currency = "JPY".into();
    assert_eq!(arr_of(&written(&inputs)), "12000000 JPY");
    inputs.currency = "KWD".into();
    assert_eq!(arr_of(&written(&inputs)), "12000.000 KWD");
}

#[test]
fn an_announced_end_stands_wherever_the_account_does() {
    let end = "leaves on 2026-12-31, announced on 2026-09-01";
    let mut inputs = inputs();
    assert!(!written(&inputs)["out/monday.html"].contains("announced on"));
    inputs.accounts[0].announced_end = Some(end.into());
    let files = written(&inputs);
    for path in ["out/at-risk.csv", "out/renewals.csv", "out/monday.csv", "out/report.html", "plans/A.md"] {
        assert!(files[path].contains(end), "{path}");
    }
    assert_eq!(files["out/monday.html"].matches(end).count(), 2, "at risk, and among the renewals");
    let context = agent_csm::wire::CustomerContext::of(&agent_csm::assessment::assess(&inputs));
    assert_eq!(context.churn_risks["accounts"]["listed"][0]["announced_end"], end);
    assert!(files["out/renewals.csv"].contains("2026-12-29,FY2027 Q3,"), "{}", files["out/renewals.csv"]);
}

#[test]
fn breadth_and_activation_stand_beside_adoption() {
    let page = &written(&inputs())["out/portfolio.md"];
    let lines: Vec<&str> = page.lines().filter(|line| line.contains("| Adoption")).collect();
    let titles: Vec<&str> =
        lines.iter().take(3).filter_map(|line| line.split('|').nth(2)).map(str::trim).collect();
    assert_eq!(titles, ["Adoption rate", "Adoption: breadth", "Adoption: activation"]);
}
