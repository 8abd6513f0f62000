//! The four members of the `managing` progress, in the formats of the role description.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::assessment::{Analysis, Number};

/// Progress as sent, and what belongs in `_meta`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// `accounts_managed`, `health_score_avg`, `churn_rate`, `nps_score`: exactly these, unknown ones `null`.
    pub members: Map<String, Value>,
    /// Member -> figure id, of those that are known: `_meta.evidence`.
    pub evidence: BTreeMap<String, String>,
    /// Member -> reason, of those that are not: `_meta.unknown`.
    pub unknown: BTreeMap<String, String>,
    /// Member -> why its value cannot be believed: `_meta.implausible`.
    pub implausible: BTreeMap<String, String>,
}

/// The four members of the role description, in its order.
const MEMBERS: [&str; 4] = ["accounts_managed", "health_score_avg", "churn_rate", "nps_score"];

/// The four members before anything is known.
#[must_use]
pub fn empty_progress() -> Map<String, Value> {
    MEMBERS.iter().map(|name| ((*name).to_owned(), Value::Null)).collect()
}

/// The progress of `analysis`: counts and scores whole, rates as `"3.2%"`.
#[must_use]
pub fn progress(analysis: &Analysis) -> Progress {
    let mut progress = Progress {
        members: Map::new(),
        evidence: BTreeMap::new(),
        unknown: BTreeMap::new(),
        implausible: BTreeMap::new(),
    };
    let whole = |number: &Number| number.whole().map_or(Value::Null, |value| json!(value));
    let rate = |number: &Number| number.value.map_or(Value::Null, |value| json!(percent(value)));
    progress.add("accounts_managed", &analysis.number("accounts_managed"), whole);
    progress.add("health_score_avg", &analysis.number("health_score_avg"), whole);
    progress.add("churn_rate", &analysis.number("churn_rate"), rate);
    progress.add("nps_score", &analysis.number("nps_score"), whole);
    progress
}

impl Progress {
    fn add(&mut self, name: &str, number: &Number, format: impl Fn(&Number) -> Value) {
        self.members.insert(name.to_owned(), format(number));
        match (&number.value, &number.figure) {
            (Some(_), Some(figure)) => {
                self.evidence.insert(name.to_owned(), figure.clone());
            }
            _ => {
                let reason = number.reason.clone().unwrap_or_else(|| "not computed".to_owned());
                self.unknown.insert(name.to_owned(), reason);
            }
        }
        if let Some(why) = &number.implausible {
            self.implausible.insert(name.to_owned(), why.clone());
        }
    }
}

/// One decimal, rounded half away from zero.
pub(super) fn percent(value: f64) -> String {
    let tenths = (value * 10.0).round() / 10.0;
    format!("{:.1}%", if tenths == 0.0 { 0.0 } else { tenths })
}
