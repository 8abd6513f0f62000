//! A figure on the report: shown, and with everything a test or a person compares it by.

use protocol::{Figure, FigureId, FigureStatus, Scope, Target, Unit};
use serde::Serialize;

use super::chart::Mark;
use crate::assessment::{Analysis, money, opens};

/// A number on its way to the report.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Shown {
    /// Name people use.
    pub(super) title: String,
    /// The figure's id.
    pub(super) figure: Option<String>,
    /// The command that opens it.
    pub(super) opens: Option<String>,
    /// As shown; `unknown` when it is.
    pub(super) shown: String,
    /// The value as the ledger has it.
    pub(super) value: Option<String>,
    /// What it is over.
    pub(super) n: Option<u64>,
    /// The dates it looks back over, in words.
    pub(super) window: String,
    /// Whose rows count, in words.
    pub(super) population: Option<String>,
    /// The bound it is held against.
    pub(super) target: Option<String>,
    /// PASS, FAIL, UNKNOWN or nothing.
    pub(super) state: &'static str,
    /// The same as a class: `pass`, `fail`, `unknown` or `known`.
    pub(super) class: &'static str,
    /// Why it is unknown, or misses a target that its value alone would meet.
    pub(super) reason: Option<String>,
    /// Why it cannot be believed.
    pub(super) implausible: Option<String>,
}

impl Shown {
    /// The figure, whatever is known of it.
    pub(super) fn of(figure: &Figure) -> Self {
        let (state, class) = match figure.status {
            FigureStatus::Pass => ("PASS", "pass"),
            FigureStatus::Fail => ("FAIL", "fail"),
            FigureStatus::Unknown => ("UNKNOWN", "unknown"),
            FigureStatus::Known => ("", "known"),
        };
        Self {
            title: figure.title.clone(),
            figure: Some(figure.id.as_str().to_owned()),
            opens: Some(opens(figure.id.as_str())),
            shown: if figure.value.is_some() { figure.shown.clone() } else { "unknown".to_owned() },
            value: figure.value.as_ref().map(ToString::to_string),
            n: Some(figure.n),
            window: figure.window.as_ref().map_or_else(|| "on the day".to_owned(), |it| it.words.clone()),
            population: figure.definition.population.clone(),
            target: figure.target.as_ref().map(|it| bound(it, figure)),
            state,
            class,
            reason: figure.reason.clone(),
            implausible: figure.implausible.clone(),
        }
    }

    /// The figure of `metric` over a part; none when the session computed none.
    pub(super) fn part(analysis: &Analysis, metric: &str, scope: &Scope) -> Option<Self> {
        analysis.figures.get(FigureId::of(metric, scope).as_str()).map(Self::of)
    }

    /// The program's figure of `metric`.
    pub(super) fn program(analysis: &Analysis, metric: &str) -> Option<Self> {
        Self::part(analysis, metric, &Scope::all())
    }

    /// An account's figure of `metric`, unknown with `reason` when there is none.
    pub(super) fn account(analysis: &Analysis, metric: &str, account: &str, reason: &str) -> Self {
        Self::part(analysis, metric, &Scope::one("account", account)).unwrap_or_else(|| Self {
            title: metric.to_owned(),
            figure: None,
            opens: None,
            shown: "unknown".to_owned(),
            value: None,
            n: None,
            window: String::new(),
            population: None,
            target: None,
            state: "UNKNOWN",
            class: "unknown",
            reason: Some(reason.to_owned()),
            implausible: None,
        })
    }

    /// As a mark of a chart, with `words` before the command that opens it.
    pub(super) fn mark(&self, words: &str) -> Mark {
        let words = match &self.opens {
            Some(opens) => format!("{words} — {opens}"),
            None => words.to_owned(),
        };
        Mark { words, figure: self.figure.clone(), value: self.value.clone() }
    }
}

/// A bound as people write it: `< 5%`, `≥ $40,000`.
fn bound(target: &Target, figure: &Figure) -> String {
    let op = match target.op.as_str() {
        "<=" => "≤",
        ">=" => "≥",
        op => op,
    };
    let value = target.value;
    match (figure.unit, &figure.currency) {
        (Unit::Percent, _) => format!("{op} {value}%"),
        (Unit::Minutes, _) => format!("{op} {value} min"),
        (Unit::Days, _) => format!("{op} {value} days"),
        #[expect(clippy::cast_possible_truncation, reason = "a bound in minor units")]
        (Unit::Money, Some(currency)) => format!("{op} {}", money(value.round() as i64, currency)),
        _ => format!("{op} {value}"),
    }
}
