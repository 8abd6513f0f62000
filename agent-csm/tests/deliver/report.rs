use super::build::{inputs, unknown, written};

/// The text of the page that no figure, date or quotation accounts for. Drawings are left out: their numbers are
/// axes, or stand in elements that name their figure.
fn bare_text(page: &str) -> String {
    let (_, body) = page.split_once("</style>").unwrap();
    let mut out = String::new();
    let mut inside: Option<&str> = None;
    for piece in body.split('<').skip(1) {
        let (tag, content) = piece.split_once('>').unwrap_or((piece, ""));
        let name = tag.split_whitespace().next().unwrap_or_default();
        if let Some(open) = inside {
            if name.strip_prefix('/') == Some(open) {
                inside = None;
                out.push_str(content);
            }
            continue;
        }
        let marks = [
            "data-figure=",
            "data-text",
            "data-rank",
            "data-hash",
            "data-target",
            "data-n",
            "data-window",
            "data-days",
        ];
        if name == "svg" || name == "time" || marks.iter().any(|mark| tag.contains(mark)) {
            inside = Some(name);
        } else {
            out.push_str(content);
            out.push(' ');
        }
    }
    out
}

#[test]
fn every_number_on_the_report_opens_its_figure() {
    let mut inputs = inputs();
    inputs.figures.push(unknown("csat_score", 12, "n = 12, needs 30"));
    let page = &written(&inputs)["out/report.html"];
    for shown in ["85", "$120,000", "9.4%", "2 invoices overdue", "n = 12, needs 30", "csm account A"] {
        assert!(page.contains(shown), "{shown} is not on the page");
    }
    assert!(
        page.contains("data-figure=\"figure:churn_rate\" data-value=\"9.4\" title=\"csm explain churn_rate")
    );
    let text = bare_text(page);
    let words: Vec<&str> =
        text.split_whitespace().filter(|word| word.contains(|c: char| c.is_ascii_digit())).collect();
    assert!(words.is_empty(), "numbers that open nothing: {words:?}");
}

#[test]
fn hostile_names_stay_text_on_the_report_and_in_its_drawings() {
    let mut inputs = inputs();
    inputs.accounts[0].name = "<script>alert('x')</script>".into();
    inputs.accounts[1].name = "</title><img src=x onerror=alert(1)>".into();
    inputs.accounts[0].owner = "Bo\" onload=\"x".into();
    inputs.readings[0].text = "\u{202e}<svg onload=alert(1)> & 'q'".into();
    let page = &written(&inputs)["out/report.html"];
    let drawing = page.split("<svg class=\"chart\"").nth(1).unwrap().split("</svg>").next().unwrap();
    assert!(drawing.contains("&lt;script&gt;") || drawing.contains("&lt;img src=x"), "{drawing}");
    for harm in ["<script", "<img", "<svg onload", "onload=\"x", "\u{202e}"] {
        assert!(!page.contains(harm), "{harm}");
    }
}

#[test]
fn what_cannot_be_drawn_says_why() {
    let mut inputs = inputs();
    inputs.figures.push(unknown("mrr_opening", 0, "no subscription history"));
    let page = &written(&inputs)["out/report.html"];
    assert!(page.contains("No waterfall:") && page.contains("no subscription history"));
}
