//! Each size as a figure, whose rows are the figures it was worked out from.

use std::collections::BTreeMap;

use agent_core::agent::Failure;
use agent_core::session::SessionContext;
use agent_core::tool::sha256;
use protocol::{Definition, Evidence, Figure, FigureId, FigureStatus, Scope, Unit};

use crate::brief::{Brief, Outline};

/// What says how sizes come about.
const RULES: &str = include_str!("sales-engineer.md");
const METRIC: &str = "proposed_arr";

/// ARR that the proposal to an account would add.
pub(crate) fn id(account_id: &str) -> FigureId {
    FigureId::of(METRIC, &Scope::one("account", account_id))
}

/// A figure for each account that is proposed to, once; its rows are kept.
pub(crate) async fn of(
    briefs: &[Brief],
    handed: &BTreeMap<String, Figure>,
    as_of: &str,
    cx: &SessionContext,
) -> Result<Vec<Figure>, Failure> {
    let mut figures: BTreeMap<&str, Figure> = BTreeMap::new();
    for outline in briefs.iter().flat_map(|brief| &brief.outlines) {
        let rows: Vec<&Figure> = outline.size.figures.iter().filter_map(|id| handed.get(id)).collect();
        let mut text = String::new();
        for row in &rows {
            let line = serde_json::to_string(row).map_err(|error| Failure::bug(error.to_string()))?;
            text.push_str(&line);
            text.push('\n');
        }
        let rows = Evidence {
            rows: cx.put_object(text).await?,
            format: "ndjson".to_owned(),
            count: rows.len() as u64,
        };
        figures.insert(&outline.account_id, figure(outline, as_of, rows));
    }
    Ok(figures.into_values().collect())
}

fn figure(outline: &Outline, as_of: &str, rows: Evidence) -> Figure {
    let size = &outline.size;
    Figure {
        id: id(&outline.account_id),
        metric: METRIC.to_owned(),
        title: "ARR the proposal would add".to_owned(),
        scope: Scope::one("account", &outline.account_id),
        value: size.known.as_ref().map(|(minor, _)| (*minor).into()),
        shown: size.shown(),
        unit: Unit::Money,
        currency: size.known.as_ref().map(|(_, currency)| currency.clone()),
        n: rows.count,
        window: None,
        as_of: as_of.to_owned(),
        status: if size.known.is_some() { FigureStatus::Known } else { FigureStatus::Unknown },
        target: None,
        reason: size.known.is_none().then(|| size.formula.clone()),
        implausible: None,
        definition: Definition {
            file: "sales-engineer.md".to_owned(),
            sha256: sha256(RULES.as_bytes()),
            value: size.formula.clone(),
            population: None,
        },
        evidence: Some(rows),
    }
}
