//! The report as a browser shows it: no message on the console, charts drawn, figures those of the ledger.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::{Scratch, done, stdout, text};

/// Chromium, or `None` where it may be missing; `CI=true` demands it (`checks/browser` installs it).
fn chromium() -> Option<PathBuf> {
    let named = std::env::var_os("CSM_CHROMIUM").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = named.or_else(|| {
        std::env::split_paths(&path)
            .flat_map(|folder| {
                ["chromium", "chromium-browser", "google-chrome"].map(|name| folder.join(name))
            })
            .find(|program| program.is_file())
    });
    if found.is_none() {
        assert!(
            std::env::var("CI").as_deref() != Ok("true"),
            "no Chromium: run checks/browser, or set CSM_CHROMIUM"
        );
        eprintln!("skipped: no Chromium on the PATH and no CSM_CHROMIUM");
    }
    found
}

/// The page as the browser has it, and what it logged.
fn opened(chromium: &Path, profile: &Path, page: &Path) -> (String, String) {
    let output = Command::new("timeout")
        .arg("120")
        .arg(chromium)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        // Whatever the page would ask for outside of itself fails, and failing is logged.
        .args(["--host-resolver-rules=MAP * ~NOTFOUND", "--enable-logging=stderr", "--v=0", "--dump-dom"])
        .arg(format!("--user-data-dir={}", text(profile)))
        .arg(format!("file://{}", text(page)))
        .output()
        .expect("Chromium starts");
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "Chromium ended with {:?}: {log}", output.status.code());
    (String::from_utf8(output.stdout).expect("UTF-8"), log)
}

/// Every tag of `dom` that begins with `<name`, whole.
fn tags<'a>(dom: &'a str, start: &'a str) -> impl Iterator<Item = &'a str> {
    dom.match_indices(start).filter_map(|(at, _)| dom[at..].split_once('>').map(|(tag, _)| tag))
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    let (value, _) = rest.split_once('"')?;
    Some(
        value
            .replace("&quot;", "\"")
            .replace("&#39;", "'")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&"),
    )
}

#[test]
fn a_browser_shows_the_report_with_the_figures_of_the_ledger_and_asks_for_nothing() {
    let Some(chromium) = chromium() else { return };
    let scratch = Scratch::new();
    let lumen = scratch.lumen("lumen");
    done(&["run", text(&lumen)]);
    let (dom, log) = opened(&chromium, &scratch.path("profile"), &lumen.join("out/report.html"));
    let console: Vec<&str> = log.lines().filter(|line| line.contains(":CONSOLE")).collect();
    assert!(console.is_empty(), "the console says: {console:?}");
    for resource in ["<script", "<link", "<img", "<iframe", "@import", "url(", "src=\"", "href=\"http"] {
        assert!(!dom.contains(resource), "the page would fetch something: {resource}");
    }

    let metrics: Value =
        serde_json::from_str(&stdout(&done(&["metrics", "-w", text(&lumen), "--json"]))).expect("JSON");
    let terms = metrics["terms"].as_array().expect("terms");
    let of_metrics = terms.iter().filter_map(|term| term["metrics"].as_array()).flatten();
    let of_metrics = of_metrics.filter_map(|metric| metric["figures"].as_array()).flatten();
    // What the page says of owners and accounts stands in the ledger, which `metrics` prints the book's part of.
    let all: Vec<Value> =
        serde_json::from_str(&stdout(&done(&["explain", "--all", "-w", text(&lumen), "--json"])))
            .expect("JSON");
    let ledger: BTreeMap<&str, &Value> =
        all.iter().chain(of_metrics).filter_map(|figure| Some((figure["id"].as_str()?, figure))).collect();
    let tiles = tags(&dom, "<").filter_map(|tag| attribute(tag, "data-figure")).collect::<BTreeSet<_>>();
    for metric in
        ["churn_rate", "renewal_rate", "nps_score", "csat_score", "adoption_rate", "arr", "nrr", "grr"]
    {
        assert!(tiles.contains(&format!("figure:{metric}")), "{metric} is not on the page");
    }
    let mut compared = 0;
    for tag in tags(&dom, "<") {
        let Some(id) = attribute(tag, "data-figure") else { continue };
        let figure = ledger.get(id.as_str()).unwrap_or_else(|| panic!("`{id}` opens nothing"));
        if let Some(value) = attribute(tag, "data-value") {
            let (shown, kept) = (value.parse::<f64>().ok(), figure["value"].as_f64());
            assert!(shown.is_some(), "`{id}` is drawn as `{value}`");
            assert!(
                (shown.unwrap_or(0.0) - kept.unwrap_or(f64::NAN)).abs() <= 1e-9 * shown.unwrap_or(0.0).abs(),
                "`{id}`: {value} on the page, {kept:?} in the ledger"
            );
            compared += 1;
        }
    }
    assert!(compared > 150, "only {compared} values on the page name their figure");

    let charts: Vec<&str> =
        dom.split("<svg class=\"chart").skip(1).filter_map(|it| it.split("</svg>").next()).collect();
    for (mark, least) in [("class=\"bubble ", 40), ("class=\"bar ", 7)] {
        let most = charts.iter().map(|chart| chart.matches(mark).count()).max().unwrap_or_default();
        assert!(most >= least, "no chart has {least} marks of {mark}: {most}");
    }
    for chart in charts {
        assert!(chart.contains("<title") && chart.contains("<desc"), "a chart without words");
        assert!(!chart.contains("NaN") && !chart.contains("inf"), "a chart with a place that is none");
    }
}

#[test]
fn the_report_is_the_same_page_for_the_same_data_and_day() {
    let scratch = Scratch::new();
    let pages: Vec<String> = ["one", "two"]
        .into_iter()
        .map(|name| {
            let lumen = scratch.lumen(name);
            done(&["run", text(&lumen), "--phase", "analysis"]);
            std::fs::read_to_string(lumen.join("out/report.html")).expect("a report")
        })
        .collect();
    assert!(pages[0] == pages[1], "two sessions over the same data wrote different reports");
    assert!(pages[0].contains("default-src 'none'"));
}
