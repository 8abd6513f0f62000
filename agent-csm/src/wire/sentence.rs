//! The delivery sentence: the role description's structure, filled from figures.
//!
//! It says what was measured and over which period. It never says that anything was reduced, achieved,
//! generated or created: no rows show what this program was the cause of.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::assessment::{Analysis, Number};

use super::progress::percent;

/// The sentence, and what belongs in `_meta`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// `message` of the delivery.
    pub message: String,
    /// Name -> figure id, of every number in the message: `_meta.evidence`.
    pub evidence: BTreeMap<String, String>,
    /// Name -> reason, of those the message calls unknown: `_meta.unknown`.
    pub unknown: BTreeMap<String, String>,
    /// Name -> why, of those left out as implausible: `_meta.implausible`.
    pub implausible: BTreeMap<String, String>,
}

/// Renders the sentence of `analysis`.
#[must_use]
pub fn delivery(analysis: &Analysis) -> Delivery {
    let mut out = Delivery {
        message: String::new(),
        evidence: BTreeMap::new(),
        unknown: BTreeMap::new(),
        implausible: BTreeMap::new(),
    };
    let mut left_out = Vec::new();
    let mut part = |metric: &str, name: &str, known: &dyn Fn(&Number) -> String| -> Option<String> {
        let number = analysis.number(metric);
        match (&number.value, &number.figure, &number.implausible) {
            (Some(_), Some(_), Some(why)) => {
                out.implausible.insert(metric.to_owned(), why.clone());
                left_out.push(name.to_owned());
                None
            }
            (Some(_), Some(figure), None) => {
                out.evidence.insert(metric.to_owned(), figure.clone());
                Some(known(&number))
            }
            _ => {
                let reason = number.reason.as_deref().unwrap_or("not computed");
                out.unknown.insert(metric.to_owned(), reason.to_owned());
                Some(format!("{name} unknown ({})", short(reason)))
            }
        }
    };
    let whole = |number: &Number| number.whole().unwrap_or_default();
    let rate = |number: &Number| percent(number.value.unwrap_or_default());

    let managed = part("accounts_managed", "number of managed accounts", &|number| match whole(number) {
        1 => "1 account".to_owned(),
        count => format!("{count} accounts"),
    });
    let with: Vec<String> = [
        part("health_score_avg", "average health score", &|it| {
            format!("average health score of {}", whole(it))
        }),
        part("churn_rate", "logo churn", &|it| format!("logo churn of {}", rate(it))),
        part("nps_score", "NPS", &|it| format!("NPS of {}", whole(it))),
    ]
    .into_iter()
    .flatten()
    .collect();
    let recorded: Vec<String> = [
        part("expansion_revenue", "expansion revenue", &|it| format!("{} in expansion revenue", it.shown)),
        part("customer_advocates", "customer advocates", &|it| match whole(it) {
            1 => "1 customer advocate".to_owned(),
            count => format!("{count} customer advocates"),
        }),
    ]
    .into_iter()
    .flatten()
    .collect();
    let renewal = part("renewal_rate", "renewal rate", &|it| format!("renewal rate at {}", rate(it)));
    // These are not part of the sentence, but a reader who knows of them has to know they were not believed.
    for (metric, name) in [("nrr", "NRR"), ("grr", "GRR")] {
        if let Some(why) = analysis.number(metric).implausible {
            out.implausible.insert(metric.to_owned(), why);
            left_out.push(name.to_owned());
        }
    }

    let managing = managed.unwrap_or_else(|| "accounts".to_owned());
    let mut message = "Customer success program reviewed.".to_owned();
    let span = format!("over the twelve months to {}", analysis.as_of);
    if with.is_empty() {
        message.push_str(&format!(" Managing {managing} on {}.", analysis.as_of));
    } else {
        message.push_str(&format!(" Managing {managing} with {} {span}.", list(&with)));
    }
    if !recorded.is_empty() {
        message.push_str(&format!(" Recorded {}.", list(&recorded)));
    }
    if let Some(renewal) = renewal {
        message.push_str(&format!(" {}.", capital(&renewal)));
    }
    for name in left_out {
        message.push_str(&format!(" {} is left out as implausible.", capital(&name)));
    }
    for sentence in &analysis.left_out {
        message.push_str(&format!(" {}.", capital(sentence)));
    }
    out.message = message;
    out
}

/// `a`, `a and b`, `a, b and c`.
fn list(parts: &[String]) -> String {
    match parts {
        [all @ .., before, last] if !all.is_empty() => format!("{}, {before} and {last}", all.join(", ")),
        [first, last] => format!("{first} and {last}"),
        rest => rest.join(""),
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// What stands before the remedy: `no rows in survey_responses: map …` is cut at the colon.
fn short(reason: &str) -> &str {
    reason.split([':', ';']).next().unwrap_or(reason).trim_end_matches('.').trim()
}
