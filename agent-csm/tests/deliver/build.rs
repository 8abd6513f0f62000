//! Builders: a small customer base whose answers can be worked out on paper.

use std::path::Path;

use agent_csm::assessment::*;
use agent_csm::phases::*;
use protocol::{Definition, Evidence, Figure, FigureId, FigureStatus, Scope, Target, Unit, Window};
use serde_json::Number as Json;

pub(crate) fn day(text: &str) -> Day {
    text.parse().unwrap()
}

/// A known figure of the program.
pub(crate) fn figure(metric: &str, value: f64, shown: &str, unit: Unit) -> Figure {
    scoped(metric, &Scope::all(), value, shown, unit)
}

pub(crate) fn scoped(metric: &str, scope: &Scope, value: f64, shown: &str, unit: Unit) -> Figure {
    let whole = value.fract() == 0.0;
    Figure {
        id: FigureId::of(metric, scope),
        metric: metric.to_owned(),
        title: metric.replace('_', " "),
        scope: scope.clone(),
        value: if whole { Some(Json::from(value as i64)) } else { Json::from_f64(value) },
        shown: shown.to_owned(),
        unit,
        currency: (unit == Unit::Money).then(|| "USD".to_owned()),
        n: 40,
        window: Some(Window {
            start: "2025-10-01".into(),
            end: "2026-10-01".into(),
            words: "12 months".into(),
        }),
        as_of: "2026-09-30".to_owned(),
        status: FigureStatus::Known,
        target: None,
        reason: None,
        implausible: None,
        definition: Definition {
            file: format!("metrics/{metric}.sql"),
            sha256: "ab".repeat(32),
            value: "count(*)".into(),
            population: None,
        },
        evidence: Some(Evidence { rows: "cd".repeat(32), format: "parquet".into(), count: 40 }),
    }
}

pub(crate) fn unknown(metric: &str, n: u64, reason: &str) -> Figure {
    Figure {
        value: None,
        shown: "unknown".into(),
        n,
        status: FigureStatus::Unknown,
        reason: Some(reason.to_owned()),
        ..figure(metric, 0.0, "", Unit::Score)
    }
}

pub(crate) fn with_target(figure: Figure, op: &str, value: f64) -> Figure {
    let target = Target { op: op.to_owned(), value };
    let met = figure.as_f64().map(|value| target.met_by(value));
    let status = match met {
        Some(true) => FigureStatus::Pass,
        Some(false) => FigureStatus::Fail,
        None => FigureStatus::Unknown,
    };
    Figure { target: Some(target), status, ..figure }
}

/// The figures of the delivery sentence, all known.
/// A figure of the as-of date alone.
fn state(figure: Figure) -> Figure {
    Figure { window: None, ..figure }
}

pub(crate) fn program() -> Vec<Figure> {
    vec![
        state(figure("accounts_managed", 85.0, "85", Unit::Count)),
        state(figure("arr", 13_800_000.0, "$138,000", Unit::Money)),
        state(figure("arr_at_risk", 12_000_000.0, "$120,000", Unit::Money)),
        state(figure("health_score_avg", 71.5, "72", Unit::Score)),
        with_target(figure("churn_rate", 9.4, "9.4%", Unit::Percent), "<", 5.0),
        Figure {
            window: Some(Window {
                start: "2025-10-01".into(),
                end: "2026-10-01".into(),
                words: "365 days".into(),
            }),
            ..with_target(figure("nps_score", 41.2, "41", Unit::Score), ">", 50.0)
        },
        figure("expansion_revenue", 31_040_000.0, "$310,400", Unit::Money),
        figure("customer_advocates", 7.0, "7", Unit::Count),
        with_target(figure("renewal_rate", 91.2, "91.2%", Unit::Percent), ">", 95.0),
    ]
}

pub(crate) fn account(id: &str, name: &str, owner: &str) -> AccountRow {
    AccountRow {
        account_id: id.to_owned(),
        name: name.to_owned(),
        owner: owner.to_owned(),
        segment: Some("Software".to_owned()),
        tier: Some("Growth".to_owned()),
        status: "managed".to_owned(),
        band: Some("amber".to_owned()),
        coverage: Some(0.8),
        floored_by: None,
        renewal_date: None,
        opt_out_on: None,
        auto_renew: None,
        first_paid_on: Some(day("2024-01-01")),
        churned_on: None,
        last_touch_on: Some(day("2026-09-25")),
        seats: None,
        seat_mrr_minor: None,
        announced_end: None,
        ends_on: None,
    }
}

pub(crate) fn reading(
    id: &str,
    signal: &str,
    kind: &str,
    dimension: &str,
    severity: i64,
    text: &str,
) -> Reading {
    Reading {
        account_id: id.to_owned(),
        signal: signal.to_owned(),
        kind: kind.to_owned(),
        dimension: dimension.to_owned(),
        fired: true,
        severity,
        text: text.to_owned(),
        figure: scoped(signal, &Scope::one("account", id), 12.0, "12", Unit::Count),
    }
}

/// Two CSMs, four accounts: Acme at risk and renewing, Birch growing, Cedar calm, Dune gone.
pub(crate) fn inputs() -> Inputs {
    let mut acme = account("A", "Acme", "Ada");
    acme.tier = Some("Enterprise".to_owned());
    acme.opt_out_on = Some(day("2026-11-29"));
    acme.renewal_date = Some(day("2026-12-29"));
    acme.auto_renew = Some(true);
    let mut birch = account("B", "Birch", "Bo");
    birch.band = Some("green".to_owned());
    birch.seats = Some(50);
    birch.seat_mrr_minor = Some(100_000);
    let mut cedar = account("C", "Cedar", "Bo");
    cedar.opt_out_on = Some(day("2026-10-15"));
    cedar.renewal_date = Some(day("2027-01-15"));
    let mut dune = account("D", "Dune", "Ada");
    dune.status = "churned".to_owned();
    dune.churned_on = Some(day("2026-08-31"));
    let own = |metric: &str, id: &str, value: f64, shown: &str, unit| {
        scoped(metric, &Scope::one("account", id), value, shown, unit)
    };
    let owner = |metric: &str, key: &str, value: f64, shown: &str, unit| {
        scoped(metric, &Scope::one("owner", key), value, shown, unit)
    };
    let mut figures = program();
    figures.extend([
        own("arr", "A", 12_000_000.0, "$120,000", Unit::Money),
        own("arr", "B", 1_200_000.0, "$12,000", Unit::Money),
        own("arr", "C", 600_000.0, "$6,000", Unit::Money),
        own("health_score", "A", 34.0, "34", Unit::Score),
        own("health_score", "B", 88.0, "88", Unit::Score),
        own("seat_utilisation", "B", 110.0, "110%", Unit::Percent),
        own("mrr", "B", 100_000.0, "$1,000", Unit::Money),
        owner("accounts_at_risk", "Ada", 1.0, "1", Unit::Count),
        owner("arr_at_risk", "Ada", 12_000_000.0, "$120,000", Unit::Money),
    ]);
    Inputs {
        company: "Lumen".to_owned(),
        currency: "USD".to_owned(),
        as_of: day("2026-09-30"),
        data_hash: "0123456789abcdef".repeat(4),
        left_out: Vec::new(),
        tiers: ["Starter", "Growth", "Enterprise"]
            .iter()
            .zip([0, 1_000_000, 10_000_000])
            .map(|(name, min)| TierRow { name: (*name).to_owned(), min_arr_minor: min })
            .collect(),
        goals: vec!["Hold churn under four percent".to_owned()],
        figures,
        accounts: vec![acme, birch, cedar, dune],
        readings: vec![
            reading("A", "usage_decay", "risk", "usage", 2, "use fell by half in 28 days"),
            reading("A", "payment_overdue", "risk", "payment", 3, "2 invoices overdue"),
            reading("B", "seats_over", "growth", "usage", 1, "55 people on 50 seats"),
        ],
        at_risk: vec![Ranked { account_id: "A".into(), rank: 1 }],
        growth: vec![Ranked { account_id: "B".into(), rank: 1 }],
        renewals: vec![
            RenewalRow {
                account_id: "C".into(),
                renewal_date: day("2027-01-15"),
                opt_out_on: Some(day("2026-10-15")),
                deadline_on: Some(day("2026-10-15")),
                in_90_days: false,
                deadline_in_90_days: true,
                quarter: Some("FY2027 Q4".into()),
            },
            RenewalRow {
                account_id: "A".into(),
                renewal_date: day("2026-12-29"),
                opt_out_on: Some(day("2026-11-29")),
                deadline_on: Some(day("2026-11-29")),
                in_90_days: true,
                deadline_in_90_days: true,
                quarter: Some("FY2027 Q3".into()),
            },
        ],
        advocacy: Vec::new(),
        contacts: Vec::new(),
        objectives: Vec::new(),
        milestones: Vec::new(),
        opportunities: Vec::new(),
        feature_requests: Vec::new(),
        activities: Vec::new(),
        tickets: Vec::new(),
        comments: Vec::new(),
        empty_tables: vec!["contacts".to_owned(), "objectives".to_owned()],
        checks: Checks::default(),
        people: People::default(),
        voice: Voice::default(),
        health: HealthView::default(),
        trend: Trend::default(),
        blockers: Blockers::default(),
        support: Support::default(),
        sight: Sight::default(),
        churn: agent_csm::assessment::ChurnView::default(),
    }
}

/// The knowledge files as they are shipped.
pub(crate) fn craft() -> Craft {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("knowledge");
    let mut files = Vec::new();
    for folder in ["", "playbooks", "templates"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
                files.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    Craft::parse(files.iter().map(|(name, text)| (name.as_str(), text.as_str()))).unwrap()
}

/// Everything a session writes, by path.
pub(crate) fn written(inputs: &Inputs) -> std::collections::BTreeMap<String, String> {
    written_after(inputs, None)
}

pub(crate) fn written_after(
    inputs: &Inputs,
    baseline: Option<&agent_csm::deliverable::Snapshot>,
) -> std::collections::BTreeMap<String, String> {
    let (analysis, craft) = (assess(inputs), craft());
    let implementation = implementation(&analysis, &craft, baseline);
    let growth = growth(&analysis, &implementation, &craft);
    agent_csm::deliverable::deliverables(&analysis, &implementation, &growth, &craft, baseline)
        .unwrap()
        .into_iter()
        .map(|file| (file.path, String::from_utf8(file.bytes).unwrap()))
        .collect()
}
