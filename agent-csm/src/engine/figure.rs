//! Makes a [`Figure`] of a value and its n.

use chrono::NaiveDate;
use protocol::{Definition, Figure, FigureId, FigureStatus, Scope, Target, Unit, Window};
use serde_json::Number;

use super::shown::shown;
use crate::knowledge::Measure;

/// A value as the query gave it; absent is NULL.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Found {
    pub(super) value: Option<Number>,
    pub(super) n: u64,
    /// Whether the target was missed in some group in which it must hold.
    pub(super) missed_in_a_group: bool,
}

/// What all figures of one engine share.
#[derive(Debug)]
pub(super) struct Frame<'a> {
    pub(super) as_of: NaiveDate,
    pub(super) currency: &'a str,
}

impl Frame<'_> {
    /// The figure of a value, with the reason when there is none.
    pub(super) fn figure(
        &self,
        measure: &Measure,
        target: Option<&Target>,
        scope: &Scope,
        found: Found,
    ) -> Figure {
        let reason = if found.n == 0
            && measure.min_n > 0
            && let Some(unknown) = &measure.unknown
        {
            Some(unknown.clone())
        } else if found.n < measure.min_n {
            Some(format!("n = {}, needs {}", found.n, measure.min_n))
        } else if found.value.is_none() {
            Some(measure.unknown.clone().unwrap_or_else(|| nothing(scope)))
        } else {
            None
        };
        if let Some(reason) = reason {
            return self.unknown(measure, target, scope, found.n, reason);
        }
        let mut figure = self.unknown(measure, target, scope, found.n, String::new());
        figure.reason = None;
        let Some(value) = found.value else { return figure };
        let float = value.as_f64().unwrap_or_default();
        figure.status = match target {
            None => FigureStatus::Known,
            Some(target) if target.met_by(float) && !found.missed_in_a_group => FigureStatus::Pass,
            Some(_) => FigureStatus::Fail,
        };
        if let (Some(target), Some(each)) = (target, &measure.each)
            && target.met_by(float)
            && found.missed_in_a_group
        {
            figure.reason = Some(format!(
                "the value meets the target, but not in each `{}`: look at its rows",
                each.column
            ));
        }
        figure.shown = shown(&value, measure.unit, self.currency);
        figure.implausible = measure.plausible.as_ref().and_then(|range| {
            let bound = range.bounds.iter().find(|bound| !bound.met_by(float))?;
            Some(format!("{} is outside what a business can reach ({bound}): look at its rows", figure.shown))
        });
        figure.value = Some(value);
        figure
    }

    /// A figure that can't be computed.
    pub(super) fn unknown(
        &self,
        measure: &Measure,
        target: Option<&Target>,
        scope: &Scope,
        n: u64,
        reason: String,
    ) -> Figure {
        let window = measure.window.as_ref().and_then(|window| {
            let (start, end) = window.range(self.as_of)?;
            Some(Window { start: start.to_string(), end: end.to_string(), words: window.words() })
        });
        Figure {
            id: FigureId::of(&measure.name, scope),
            metric: measure.name.clone(),
            title: measure.title.clone(),
            scope: scope.clone(),
            value: None,
            shown: "unknown".to_owned(),
            unit: measure.unit,
            currency: (measure.unit == Unit::Money).then(|| self.currency.to_owned()),
            n,
            window,
            as_of: self.as_of.to_string(),
            status: FigureStatus::Unknown,
            target: target.cloned(),
            reason: Some(reason),
            implausible: None,
            definition: Definition {
                file: measure.file.clone(),
                sha256: measure.sha256.clone(),
                value: measure.value.clone(),
                population: measure.population.as_ref().map(|it| it.words.clone()),
            },
            evidence: None,
        }
    }
}

fn nothing(scope: &Scope) -> String {
    match &scope.key {
        None => "no row counts".to_owned(),
        Some(key) => format!("no row counts for {} `{key}`", scope.dimension),
    }
}
