//! The portfolio page: the checklist against its targets, then every figure of the program.

use protocol::{Figure, FigureStatus, Scope};
use serde::Serialize;

use crate::assessment::{Analysis, Day, Number};
use crate::phases::Growth;

use super::{Deliverable, TemplateError, Templates};

/// The role description's checklist, in its order: metric and the words for it.
const CHECKLIST: [(&str, &str); 8] = [
    ("nps_score", "NPS score"),
    ("churn_rate", "Churn rate"),
    ("adoption_rate", "Adoption rate"),
    ("first_response_minutes", "Response time"),
    ("csat_score", "CSAT score"),
    ("renewal_rate", "Renewal rate"),
    ("upsells_identified", "Upsell opportunities identified"),
    ("advocacy_active", "Advocacy programs active"),
];

/// What stands beside a line of the checklist, because the line alone says too little.
const BESIDE: [(&str, &str, &str); 2] = [
    ("adoption_rate", "adoption_breadth", "Adoption: breadth"),
    ("adoption_rate", "adoption_activation", "Adoption: activation"),
];

fn beside(metric: &str) -> impl Iterator<Item = (&'static str, &'static str)> {
    BESIDE.iter().filter(move |it| it.0 == metric).map(|it| (it.1, it.2))
}

#[derive(Serialize)]
struct Page<'a> {
    company: &'a str,
    as_of: Day,
    data: &'a str,
    goals: &'a [String],
    checklist: Vec<Line>,
    figures: Vec<Line>,
    tiers: Vec<Part>,
    segments: Vec<Part>,
    owners: Vec<Part>,
    empty_tables: &'a [String],
    handoffs: Vec<Waiting<'a>>,
}

#[derive(Serialize)]
struct Line {
    title: String,
    number: Number,
    state: &'static str,
    target: String,
    window: String,
    /// Whose rows count, in words.
    population: String,
    note: String,
}

#[derive(Serialize)]
struct Part {
    name: String,
    numbers: Vec<Number>,
}

#[derive(Serialize)]
struct Waiting<'a> {
    peer: &'a str,
    request_type: &'a str,
    path: &'a str,
    configured: bool,
}

pub(super) fn page(
    analysis: &Analysis,
    growth: &Growth,
    templates: &Templates,
) -> Result<Deliverable, TemplateError> {
    let page = Page {
        company: &analysis.company,
        as_of: analysis.as_of,
        data: analysis.short_hash(),
        goals: &analysis.goals,
        checklist: CHECKLIST
            .iter()
            .flat_map(|it| [*it].into_iter().chain(beside(it.0)))
            .map(|(metric, title)| line(title, analysis.figure(metric)))
            .collect(),
        figures: analysis.program().map(|figure| line(&figure.title, Some(figure))).collect(),
        tiers: parts(analysis, "tier"),
        segments: parts(analysis, "segment"),
        owners: parts(analysis, "owner"),
        empty_tables: &analysis.empty_tables,
        handoffs: growth
            .handoffs
            .iter()
            .map(|it| Waiting {
                peer: &it.peer,
                request_type: &it.request_type,
                path: &it.path,
                configured: it.is_to_be_sent(),
            })
            .collect(),
    };
    templates.render("portfolio.md", &page).map(|text| Deliverable::out("portfolio.md", text))
}

fn line(title: &str, figure: Option<&Figure>) -> Line {
    let number = Number::or_unknown(figure, title, "this metric is not defined");
    let state = match number.status {
        FigureStatus::Pass => "PASS",
        FigureStatus::Fail => "FAIL",
        FigureStatus::Known => "no target",
        FigureStatus::Unknown => "UNKNOWN",
    };
    // A known figure may have a reason too: why its target is missed though the value alone would meet it.
    let note = match (&number.reason, &number.implausible) {
        (reason, Some(why)) => {
            let reason = reason.as_ref().map(|reason| format!("; {reason}")).unwrap_or_default();
            format!("implausible: {why}{reason}")
        }
        (Some(reason), None) => reason.clone(),
        (None, None) => String::new(),
    };
    Line {
        title: title.to_owned(),
        state,
        target: figure
            .and_then(|it| it.target.as_ref())
            .map_or_else(|| "none".to_owned(), ToString::to_string),
        window: figure.and_then(|it| it.window.as_ref()).map_or_else(
            || "on the day".to_owned(),
            |window| format!("{}, [{}, {})", window.words, window.start, window.end),
        ),
        population: figure.and_then(|it| it.definition.population.clone()).unwrap_or_default(),
        note,
        number,
    }
}

/// The parts of a dimension that have managed accounts, by name.
fn parts(analysis: &Analysis, dimension: &str) -> Vec<Part> {
    let metrics = ["accounts_managed", "arr", "accounts_at_risk", "arr_at_risk", "health_score_avg"];
    let mut keys: Vec<&str> = analysis
        .figures
        .values()
        .filter(|figure| figure.scope.dimension == dimension && metrics.contains(&figure.metric.as_str()))
        .filter_map(|figure| figure.scope.key.as_deref())
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys.into_iter()
        .filter(|key| analysis.part("accounts_managed", &Scope::one(dimension, key)).value != Some(0.0))
        .map(|key| Part {
            name: key.to_owned(),
            numbers: metrics
                .iter()
                .map(|metric| analysis.part(metric, &Scope::one(dimension, key)))
                .collect(),
        })
        .collect()
}
