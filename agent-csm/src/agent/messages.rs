//! What a session says at each phase, from the figures of the analysis.

use std::collections::BTreeMap;

use agent_core::agent::Failure;
use agent_core::context::ContextSource;
use protocol::{ContextResponse, FigureId, Members, Meta, Status, StatusMessage};
use serde::Serialize;
use serde_json::{Value, json};

use crate::assessment::Analysis;
use crate::wire::{CustomerContext, progress};

/// The name every message carries.
const RESPONSE_TYPE: &str = "customer_context";

/// The context: what the role description's query asks for.
pub(super) fn context(
    agent: &str,
    analysis: &Analysis,
    used: ContextSource,
) -> Result<ContextResponse, Failure> {
    let (payload, meta) = context_parts(analysis, used)?;
    Ok(ContextResponse::new(agent, RESPONSE_TYPE, payload).with_meta(meta))
}

/// The context's payload, what opens its numbers, and which context manager was asked for what others claim.
pub(super) fn context_parts(analysis: &Analysis, used: ContextSource) -> Result<(Members, Meta), Failure> {
    let context = CustomerContext::of(analysis);
    let mut meta = meta_of(&context.evidence(), &context.unknown(), &BTreeMap::new());
    meta.set("as_of", json!(analysis.as_of));
    meta.set("context_manager", used.as_str());
    Ok((members(&context)?, meta))
}

/// `analyzing`: the book as it was found.
pub(super) fn analyzing(agent: &str, analysis: &Analysis) -> StatusMessage {
    figures(
        agent,
        Status::Analyzing,
        analysis,
        &["accounts_managed", "accounts_scored", "accounts_at_risk", "arr_at_risk", "accounts_growth"],
    )
}

/// `managing`: the four members of the role description, in its formats.
pub(super) fn managing(agent: &str, analysis: &Analysis) -> StatusMessage {
    let progress = progress(analysis);
    let meta = meta_of(&progress.evidence, &progress.unknown, &progress.implausible);
    StatusMessage::progress(agent, Status::Managing, Value::Object(progress.members)).with_meta(meta)
}

/// `growing`: what renews, and what may grow.
pub(super) fn growing(agent: &str, analysis: &Analysis) -> StatusMessage {
    figures(
        agent,
        Status::Growing,
        analysis,
        &[
            "renewals_90d",
            "arr_renewing_90d",
            "upsells_identified",
            "expansion_revenue",
            "customer_advocates",
        ],
    )
}

fn figures(agent: &str, status: Status, analysis: &Analysis, metrics: &[&str]) -> StatusMessage {
    let (members, meta) = shown(analysis, metrics);
    StatusMessage::progress(agent, status, Value::Object(members)).with_meta(meta)
}

/// Figures as progress members: counts and scores as numbers, everything else as it is shown to people.
pub(super) fn shown(analysis: &Analysis, metrics: &[&str]) -> (Members, Meta) {
    let (mut members, mut evidence, mut unknown, mut implausible) =
        (Members::new(), BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for metric in metrics {
        let number = analysis.number(metric);
        let value = match (&number.value, &number.figure) {
            (Some(_), Some(id)) => {
                evidence.insert((*metric).to_owned(), id.clone());
                number.shown.parse::<i64>().map_or_else(|_| json!(number.shown), |whole| json!(whole))
            }
            _ => {
                let reason = number.reason.clone().unwrap_or_else(|| "not computed".to_owned());
                unknown.insert((*metric).to_owned(), reason);
                Value::Null
            }
        };
        members.insert((*metric).to_owned(), value);
        if let Some(why) = number.implausible {
            implausible.insert((*metric).to_owned(), why);
        }
    }
    (members, meta_of(&evidence, &unknown, &implausible))
}

/// `_meta` that opens what is known and gives the reason for what is not.
pub(super) fn meta_of(
    evidence: &BTreeMap<String, String>,
    unknown: &BTreeMap<String, String>,
    implausible: &BTreeMap<String, String>,
) -> Meta {
    let mut meta = Meta::new();
    for (name, id) in evidence {
        meta = meta.with_evidence(name, &FigureId::from(id.as_str()));
    }
    for (name, reason) in unknown {
        meta = meta.with_unknown(name, reason);
    }
    if !implausible.is_empty() {
        meta.set("implausible", json!(implausible));
    }
    meta
}

/// Any payload as the members of a message.
pub(super) fn members(payload: &impl Serialize) -> Result<Members, Failure> {
    match serde_json::to_value(payload) {
        Ok(Value::Object(members)) => Ok(members),
        other => Err(Failure::bug(format!("a payload is no object: {other:?}"))),
    }
}
