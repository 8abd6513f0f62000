//! `terms.toml`: the terms of the field, and the metrics that measure each.

use serde::Deserialize;

use super::load::Knowledge;
use super::measure::Measure;

/// A term and what measures it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// The field's word for it.
    pub name: String,
    /// The definition in one line.
    pub says: String,
    /// Metrics, in the order they are shown.
    pub metrics: Vec<String>,
}

/// The file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    term: Vec<Term>,
}

/// The term of metrics that none names.
const OTHERS: &str = "Others";

/// The terms in their order; metrics that no term names come last, under a term of their own.
///
/// # Errors
/// A file that is no such list, or names a metric that is not there: what is wrong, with the file's name.
pub fn terms(knowledge: &Knowledge) -> Result<Vec<Term>, String> {
    let text = knowledge.file("terms.toml").unwrap_or_default();
    let file: File =
        toml::from_str(text).map_err(|error| format!("terms.toml: {}", error.to_string().trim()))?;
    let mut terms = file.term;
    for term in &terms {
        if let Some(name) = term.metrics.iter().find(|name| knowledge.metric(name).is_none()) {
            return Err(format!(
                "terms.toml: the term `{}` names `{name}`, which no metric file defines",
                term.name
            ));
        }
    }
    let named = |metric: &&Measure| !terms.iter().any(|term| term.metrics.contains(&metric.name));
    let others: Vec<String> =
        knowledge.metrics().iter().filter(named).map(|metric| metric.name.clone()).collect();
    if !others.is_empty() {
        terms.push(Term {
            name: OTHERS.to_owned(),
            says: "Metrics that no term of terms.toml names".to_owned(),
            metrics: others,
        });
    }
    Ok(terms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_belongs_to_a_term_once() {
        let knowledge = Knowledge::load(None).unwrap();
        let terms = terms(&knowledge).unwrap();
        let mut named: Vec<&String> = terms.iter().flat_map(|term| &term.metrics).collect();
        assert!(terms.iter().all(|term| term.name != OTHERS), "{:?}", terms.last());
        named.sort();
        let metrics: Vec<&String> = knowledge.metrics().iter().map(|metric| &metric.name).collect();
        assert_eq!(named, metrics);
    }
}
