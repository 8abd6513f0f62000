//! The figure as it stands in messages.

use protocol::{Definition, Figure, FigureId, FigureStatus, Scope, Target, Unit};
use serde_json::json;

#[test]
fn an_id_is_the_same_however_it_was_made() {
    let rows = [
        ("churn_rate", Scope::all(), "figure:churn_rate"),
        ("figure:churn_rate", Scope::all(), "figure:churn_rate"),
        ("churn_rate@segment=SMB", Scope::one("segment", "SMB"), "figure:churn_rate@segment=SMB"),
        (
            "figure:churn_rate@account=a=b@c",
            Scope::one("account", "a=b@c"),
            "figure:churn_rate@account=a=b@c",
        ),
    ];
    for (text, scope, id) in rows {
        assert_eq!(FigureId::from(text).as_str(), id);
        assert_eq!(FigureId::of("churn_rate", &scope).to_string(), id);
    }
}

#[test]
fn a_target_is_met_on_the_right_side_of_its_bound() {
    let rows = [
        ("<", [true, false, false]),
        ("<=", [true, true, false]),
        (">", [false, false, true]),
        (">=", [false, true, true]),
        ("=", [false, false, false]),
    ];
    for (op, met) in rows {
        let target = Target { op: op.to_owned(), value: 5.0 };
        assert_eq!([4.9, 5.0, 5.1].map(|value| target.met_by(value)), met, "{op}");
    }
}

#[test]
fn an_unknown_figure_says_why_and_has_no_value() {
    let figure = Figure {
        id: FigureId::from("nps_score"),
        metric: "nps_score".to_owned(),
        title: "Net promoter score".to_owned(),
        scope: Scope::all(),
        value: None,
        shown: "unknown".to_owned(),
        unit: Unit::Score,
        currency: None,
        n: 0,
        window: None,
        as_of: "2025-06-30".to_owned(),
        status: FigureStatus::Unknown,
        target: None,
        reason: Some("no rows in survey_responses".to_owned()),
        implausible: None,
        definition: Definition {
            file: "metrics/nps_score.sql".to_owned(),
            sha256: "ab12".to_owned(),
            value: "avg(score)".to_owned(),
            population: None,
        },
        evidence: None,
    };
    assert!(!figure.is_quotable());
    let written = json!({
        "id": "figure:nps_score", "metric": "nps_score", "title": "Net promoter score",
        "scope": {"dimension": "all"}, "shown": "unknown", "unit": "score", "n": 0, "as_of": "2025-06-30",
        "status": "unknown", "reason": "no rows in survey_responses",
        "definition": {"file": "metrics/nps_score.sql", "sha256": "ab12", "value": "avg(score)"},
    });
    assert_eq!(serde_json::to_value(&figure).unwrap(), written);
    assert_eq!(serde_json::from_value::<Figure>(written).unwrap(), figure);
}
