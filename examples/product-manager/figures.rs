//! The backlog's own numbers, each with the rows it came from, so that `explain_figure` opens it.

use std::collections::BTreeMap;

use agent_core::agent::Failure;
use agent_core::session::SessionContext;
use agent_core::tool::sha256;
use protocol::{Definition, Evidence, Figure, FigureId, FigureStatus, Scope, Unit};
use serde_json::Value;

use crate::backlog::{Backlog, Line};
use crate::shared::money::Money;

/// What says how the two numbers come about.
const RULES: &str = include_str!("product-manager.md");

/// ARR behind the request with this title, and how many customers made it.
pub(crate) fn ids(title: &str) -> (FigureId, FigureId) {
    let scope = Scope::one("request", title);
    (FigureId::of("arr_behind_request", &scope), FigureId::of("request_reach", &scope))
}

/// Two figures for each line; their rows are kept.
pub(crate) async fn of(
    backlog: &Backlog,
    handed: &BTreeMap<String, Figure>,
    cx: &SessionContext,
) -> Result<Vec<Figure>, Failure> {
    let mut figures = Vec::new();
    for line in &backlog.lines {
        figures.push(arr(line, &backlog.as_of, keep(line.arr_rows(handed), cx).await?));
        figures.push(reach(line, &backlog.as_of, keep(line.reach_rows(), cx).await?));
    }
    Ok(figures)
}

async fn keep(rows: Vec<Value>, cx: &SessionContext) -> Result<Evidence, Failure> {
    let text: String = rows.iter().map(|row| format!("{row}\n")).collect();
    let count = rows.len() as u64;
    Ok(Evidence { rows: cx.put_object(text).await?, format: "ndjson".to_owned(), count })
}

fn arr(line: &Line, as_of: &str, rows: Evidence) -> Figure {
    let known =
        line.arr.known.as_ref().map(|(minor, currency)| Money { minor: *minor, currency: currency.clone() });
    Figure {
        id: ids(&line.title).0,
        metric: "arr_behind_request".to_owned(),
        title: "ARR behind a request".to_owned(),
        scope: Scope::one("request", &line.title),
        value: known.as_ref().map(|sum| sum.minor.into()),
        shown: line.shown(),
        unit: Unit::Money,
        currency: known.as_ref().map(|sum| sum.currency.clone()),
        n: rows.count,
        window: None,
        as_of: as_of.to_owned(),
        status: if known.is_some() { FigureStatus::Known } else { FigureStatus::Unknown },
        target: None,
        reason: known.is_none().then(|| line.arr.reason.clone()),
        implausible: None,
        definition: definition("sum(value)"),
        evidence: Some(rows),
    }
}

fn reach(line: &Line, as_of: &str, rows: Evidence) -> Figure {
    Figure {
        id: ids(&line.title).1,
        metric: "request_reach".to_owned(),
        title: "Customers who asked".to_owned(),
        scope: Scope::one("request", &line.title),
        value: Some(line.reach().into()),
        shown: line.reach().to_string(),
        unit: Unit::Count,
        currency: None,
        n: rows.count,
        window: None,
        as_of: as_of.to_owned(),
        status: FigureStatus::Known,
        target: None,
        reason: None,
        implausible: None,
        definition: definition("count(*)"),
        evidence: Some(rows),
    }
}

fn definition(value: &str) -> Definition {
    Definition {
        file: "product-manager.md".to_owned(),
        sha256: sha256(RULES.as_bytes()),
        value: value.to_owned(),
        population: None,
    }
}
