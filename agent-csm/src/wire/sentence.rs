//! The delivery sentence: the role description's structure, filled from figures.
//!
//! It says what was measured, each figure over its own window, and what moved since the session before. It never says that anything was reduced, achieved,
//! generated or created: no rows show what this program was the cause of.

use std::collections::BTreeMap;

use protocol::{Figure, Unit};
use serde::{Deserialize, Serialize};

use crate::assessment::{Analysis, Day, Number};
use crate::engine::{decimals, shown, thousands};

use super::progress::percent;

/// The sentence, and what belongs in `_meta`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    /// `message` of the delivery.
    pub message: String,
    /// Name -> figure id, of every number in the message: `_meta.evidence`.
    pub evidence: BTreeMap<String, String>,
    /// Name -> reason, of those the message calls unknown: `_meta.unknown`.
    pub unknown: BTreeMap<String, String>,
    /// Name -> why, of those left out as implausible: `_meta.implausible`.
    pub implausible: BTreeMap<String, String>,
    /// What it says of the session before, where there was one: `_meta.since`.
    pub since: Option<Since>,
}

/// The session that this one is compared with.
#[derive(Clone, Copy, Debug)]
pub struct Before<'a> {
    /// The end of this day, UTC.
    pub as_of: Day,
    /// The program's known values then, by metric.
    pub figures: &'a BTreeMap<String, f64>,
}

/// What the sentence says of the session before: `_meta.since`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Since {
    /// The day of that session.
    pub as_of: Day,
    /// Name -> value then, of each figure the message compares; money in minor units.
    pub figures: BTreeMap<String, f64>,
    /// Name -> what the message says of its move, such as `up by $20,000`; none of those that stand as they stood.
    pub said: BTreeMap<String, String>,
}

/// Figures whose change since the session before is said, and how they are called there.
const CHANGES: [(&str, &str); 6] = [
    ("accounts_managed", "accounts"),
    ("arr", "ARR"),
    ("arr_at_risk", "ARR at risk"),
    ("health_score_avg", "average health score"),
    ("churn_rate", "logo churn"),
    ("nps_score", "NPS"),
];

/// Renders the sentence of `analysis`; `before` is the session it is compared with, if there was one.
#[must_use]
pub fn delivery(analysis: &Analysis, before: Option<Before<'_>>) -> Delivery {
    let mut parts = Parts::of(analysis);
    let managed = parts.say("accounts_managed", "number of managed accounts", |it| counted(it, "account"));
    let with: Vec<Part> = [
        parts.say("arr", "ARR", |it| format!("ARR of {}", it.shown)),
        parts.say("arr_at_risk", "ARR at risk", |it| format!("ARR at risk of {}", it.shown)),
        parts.say("health_score_avg", "average health score", |it| {
            format!("average health score of {}", whole(it))
        }),
        parts.say("churn_rate", "logo churn", |it| format!("logo churn of {}", rate(it))),
        parts.say("nps_score", "NPS", |it| format!("NPS of {}", whole(it))),
    ]
    .into_iter()
    .flatten()
    .collect();
    let recorded: Vec<Part> = [
        parts
            .say("expansion_revenue", "expansion revenue", |it| format!("{} in expansion revenue", it.shown)),
        parts.say("customer_advocates", "customer advocates", |it| counted(it, "customer advocate")),
    ]
    .into_iter()
    .flatten()
    .collect();
    let renewal = parts.say("renewal_rate", "renewal rate", |it| format!("renewal rate at {}", rate(it)));
    // These are not part of the sentence, but a reader who knows of them has to know they were not believed.
    for (metric, name) in [("nrr", "NRR"), ("grr", "GRR")] {
        if let Some(why) = analysis.number(metric).implausible {
            parts.out.implausible.insert(metric.to_owned(), why);
            parts.left_out.push(name.to_owned());
        }
    }
    let changes = before.and_then(|before| parts.changes(before));

    let managing = managed.map_or_else(|| "accounts".to_owned(), |part| part.text);
    let mut message = format!("Customer success program reviewed. Managing {managing} on {}", analysis.as_of);
    if !with.is_empty() {
        message.push_str(&format!(" with {}", list(&with)));
    }
    message.push('.');
    if !recorded.is_empty() {
        message.push_str(&format!(" Recorded {}.", list(&recorded)));
    }
    if let Some(renewal) = renewal {
        message.push_str(&format!(" {}.", capital(&list(&[renewal]))));
    }
    if let Some(changes) = changes {
        message.push_str(&format!(" {changes}"));
    }
    for name in &parts.left_out {
        message.push_str(&format!(" {} is left out as implausible.", capital(name)));
    }
    for sentence in &analysis.left_out {
        message.push_str(&format!(" {}.", capital(sentence)));
    }
    Delivery { message, ..parts.out }
}

/// One figure in the sentence.
struct Part {
    text: String,
    /// `over the last twelve months`; none for a state, and for what is unknown.
    window: Option<String>,
}

/// What was said so far.
struct Parts<'a> {
    analysis: &'a Analysis,
    out: Delivery,
    left_out: Vec<String>,
}

impl<'a> Parts<'a> {
    fn of(analysis: &'a Analysis) -> Self {
        let out = Delivery {
            message: String::new(),
            evidence: BTreeMap::new(),
            unknown: BTreeMap::new(),
            implausible: BTreeMap::new(),
            since: None,
        };
        Self { analysis, out, left_out: Vec::new() }
    }

    /// A figure as `known` says it, or that it is unknown and why; nothing when it is not believed.
    fn say(&mut self, metric: &str, name: &str, known: impl Fn(&Number) -> String) -> Option<Part> {
        let number = self.analysis.number(metric);
        match (&number.value, &number.figure, &number.implausible) {
            (Some(_), Some(_), Some(why)) => {
                self.out.implausible.insert(metric.to_owned(), why.clone());
                self.left_out.push(name.to_owned());
                None
            }
            (Some(_), Some(figure), None) => {
                self.out.evidence.insert(metric.to_owned(), figure.clone());
                let window = self.analysis.figure(metric).and_then(|figure| figure.window.as_ref());
                let window = window.map(|window| format!("over the last {}", in_words(&window.words)));
                Some(Part { text: known(&number), window })
            }
            _ => {
                let reason = number.reason.as_deref().unwrap_or("not computed");
                self.out.unknown.insert(metric.to_owned(), reason.to_owned());
                Some(Part { text: format!("{name} unknown ({})", short(reason)), window: None })
            }
        }
    }

    /// How the figures of the sentence that are known in both moved since the session before.
    fn changes(&mut self, before: Before<'_>) -> Option<String> {
        let mut since = Since { as_of: before.as_of, figures: BTreeMap::new(), said: BTreeMap::new() };
        let mut moved = Vec::new();
        for (metric, name) in CHANGES.iter().filter(|(metric, _)| self.out.evidence.contains_key(*metric)) {
            let (Some(figure), Some(old)) = (self.analysis.figure(metric), before.figures.get(*metric))
            else {
                continue;
            };
            since.figures.insert((*metric).to_owned(), *old);
            if let Some(how) = moved_by(figure, *old) {
                moved.push(Part { text: format!("{name} {how}"), window: None });
                since.said.insert((*metric).to_owned(), how);
            }
        }
        let day = match before.as_of == self.analysis.as_of {
            true => "the last session".to_owned(),
            false => before.as_of.to_string(),
        };
        let compared = !since.figures.is_empty();
        self.out.since = compared.then_some(since);
        match moved.as_slice() {
            [] if compared => Some(format!("Nothing of this has changed since {day}.")),
            [] => None,
            moved => Some(format!("Since {day}: {}.", list(moved))),
        }
    }
}

fn whole(number: &Number) -> i64 {
    number.whole().unwrap_or_default()
}

fn rate(number: &Number) -> String {
    percent(number.value.unwrap_or_default())
}

fn counted(number: &Number, one: &str) -> String {
    match whole(number) {
        1 => format!("1 {one}"),
        count => format!("{} {one}s", thousands(count)),
    }
}

/// `up by 2`, of what is shown now and what was shown then, so that the two differ by what is said; money to the unit.
fn moved_by(figure: &Figure, old: f64) -> Option<String> {
    let step = if figure.unit == Unit::Percent { 10.0 } else { 1.0 };
    #[expect(clippy::cast_possible_truncation, reason = "rounded, and far below 2^53")]
    let steps = |value: f64| (value * step).round() as i64;
    let moved = steps(figure.as_f64()?) - steps(old);
    let amount = match figure.unit {
        Unit::Percent => format!("{} points", decimals(moved.unsigned_abs() as f64 / step, 1)),
        unit => {
            let currency = figure.currency.as_deref().unwrap_or_default();
            shown(&serde_json::Number::from(moved.unsigned_abs()), unit, currency)
        }
    };
    (moved != 0).then(|| format!("{} by {amount}", if moved > 0 { "up" } else { "down" }))
}

/// `12 months` as `twelve months`, `365 days` as `year`: the numerals of the sentence are figures, and nothing else.
fn in_words(window: &str) -> String {
    if window == "365 days" {
        return "year".to_owned();
    }
    let Some((count, unit)) = window.split_once(' ') else { return window.to_owned() };
    match count.parse::<usize>() {
        Ok(1) => unit.trim_end_matches('s').to_owned(),
        Ok(count @ 2..=999) => format!("{} {unit}", spelled(count)),
        _ => window.to_owned(),
    }
}

/// A number from 1 to 999 in words.
fn spelled(number: usize) -> String {
    const ONES: [&str; 20] = [
        "",
        "one",
        "two",
        "three",
        "four",
        "five",
        "six",
        "seven",
        "eight",
        "nine",
        "ten",
        "eleven",
        "twelve",
        "thirteen",
        "fourteen",
        "fifteen",
        "sixteen",
        "seventeen",
        "eighteen",
        "nineteen",
    ];
    const TENS: [&str; 10] =
        ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
    let word = |words: &[&str], at: usize| words.get(at).copied().unwrap_or_default().to_owned();
    match (number / 100, number % 100) {
        (0, below @ 0..20) => word(&ONES, below),
        (0, below) if below % 10 == 0 => word(&TENS, below / 10),
        (0, below) => format!("{}-{}", word(&TENS, below / 10), word(&ONES, below % 10)),
        (hundreds, 0) => format!("{} hundred", word(&ONES, hundreds)),
        (hundreds, below) => format!("{} hundred and {}", word(&ONES, hundreds), spelled(below)),
    }
}

/// Parts of one sentence, `a, b and c`; neighbours over the same window share it.
fn list(parts: &[Part]) -> String {
    let mut texts = Vec::new();
    for run in parts.chunk_by(|a, b| a.window.is_some() && a.window == b.window) {
        let (last, before) = match run.split_last() {
            Some(parts) => parts,
            None => continue,
        };
        texts.extend(before.iter().map(|part| part.text.clone()));
        texts.push(match &last.window {
            Some(window) => format!("{} {window}", last.text),
            None => last.text.clone(),
        });
    }
    joined(&texts)
}

/// `a`, `a and b`, `a, b and c`.
fn joined(parts: &[String]) -> String {
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
