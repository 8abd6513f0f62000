//! Contributions in plain words.

use std::collections::BTreeMap;

use serde_json::Value;

use super::hazard::Chances;
use super::judged::Reason;
use super::settings::Settings;
use super::snapshot::{PRODUCT, SIGNAL, Snapshot};
use crate::engine::filled;
use crate::knowledge::holes;

/// Reasons told of one account.
const TOLD: usize = 5;
/// Log-odds below which a reason is not worth a line.
const SLIGHT: f64 = 0.05;

/// The strongest reasons of every account, in the order of the snapshot.
pub(super) fn tell(
    snapshot: &Snapshot,
    columns: &[String],
    chances: &[Chances],
    settings: &Settings,
    currency: &str,
) -> Vec<Vec<Reason>> {
    let medians: BTreeMap<&str, f64> =
        columns.iter().filter_map(|it| Some((it.as_str(), median(snapshot, it)?))).collect();
    let told = |at: usize, chances: &Chances| {
        let mut groups: BTreeMap<&str, Vec<(&str, f64)>> = BTreeMap::new();
        for (column, effect) in columns.iter().zip(&chances.effects) {
            groups.entry(group(column, settings)).or_default().push((column, *effect));
        }
        let mut reasons: Vec<Reason> = groups
            .into_values()
            .filter_map(|mut members| {
                let effect: f64 = members.iter().map(|it| it.1).sum();
                // The member that pulls the way the group does, and hardest.
                members.sort_by(|a, b| (b.1 * effect).total_cmp(&(a.1 * effect)).then(a.0.cmp(b.0)));
                members.iter().find_map(|(column, _)| {
                    let text = sentence(snapshot, at, column, medians.get(column), settings, currency)?;
                    Some(Reason { feature: (*column).to_owned(), text, effect })
                })
            })
            .filter(|it| it.effect.abs() >= SLIGHT)
            .collect();
        reasons.sort_by(|a, b| b.effect.abs().total_cmp(&a.effect.abs()).then(a.feature.cmp(&b.feature)));
        reasons.truncate(TOLD);
        reasons
    };
    chances.iter().enumerate().map(|(at, chances)| told(at, chances)).collect()
}

fn group<'a>(column: &'a str, settings: &'a Settings) -> &'a str {
    if column.starts_with(PRODUCT) {
        return &settings.product.group;
    }
    settings.feature(column).and_then(|it| it.group.as_deref()).unwrap_or(column)
}

/// What a column says of one account; `None` where it has no words.
fn sentence(
    snapshot: &Snapshot,
    at: usize,
    column: &str,
    median: Option<&f64>,
    settings: &Settings,
    currency: &str,
) -> Option<String> {
    if let Some(signal) = column.strip_prefix(SIGNAL) {
        let said = snapshot.texts[at].get(signal).cloned();
        return Some(said.unwrap_or_else(|| format!("Not measured: {}", signal.replace('_', " "))));
    }
    let mut row = snapshot.facts[at].clone();
    row.insert("median".to_owned(), median.copied().map_or(Value::Null, Value::from));
    if let Some(feature) = column.strip_prefix(PRODUCT) {
        row.insert("feature".to_owned(), feature.into());
        row.insert("value".to_owned(), snapshot.value(column, at).into());
        return Some(filled(&settings.product.text, &row, currency));
    }
    let feature = settings.feature(column).filter(|it| !it.text.is_empty())?;
    let (table, name) = column.split_once('.')?;
    if table != super::rows::STEP && row.get(name).is_none_or(Value::is_null) {
        return Some(format!("Not known: {}", name.replace('_', " ")));
    }
    let mut text = filled(&feature.text, &row, currency);
    if let Some(was) = &feature.was {
        let known =
            |hole: &str| row.get(hole.split(':').next().unwrap_or(hole)).is_some_and(|it| !it.is_null());
        if holes(was).iter().all(|hole| known(hole)) {
            text.push_str(&filled(was, &row, currency));
        }
    }
    Some(text)
}

fn median(snapshot: &Snapshot, column: &str) -> Option<f64> {
    let mut values: Vec<f64> =
        (0..snapshot.accounts.len()).map(|at| snapshot.value(column, at)).filter(|it| !it.is_nan()).collect();
    values.sort_by(f64::total_cmp);
    let (low, high) = (values.get(values.len().saturating_sub(1) / 2)?, values.get(values.len() / 2)?);
    Some((low + high) / 2.0)
}
