//! A value of one account in one column: shown, compared, written.

use std::cmp::Ordering;

use serde_json::{Value, json};

use crate::assessment::{Day, Number};
use crate::deliverable::Cell;
use crate::markup::terminal_text;

/// A value; unknown when there is none.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Field {
    /// Words.
    Text(Option<String>),
    /// A whole number.
    Whole(Option<i64>),
    /// A share of one.
    Share(Option<f64>),
    /// A figure; money in minor units.
    Figure(Number),
    /// A day.
    Day(Option<Day>),
}

impl Field {
    /// As a person reads it; `-` when unknown.
    pub(super) fn shown(&self) -> String {
        let shown = match self {
            Self::Text(text) => text.clone(),
            Self::Whole(whole) => whole.map(|it| it.to_string()),
            Self::Share(share) => share.map(|it| format!("{:.0}%", it * 100.0)),
            Self::Figure(number) => number.value.map(|_| number.shown.clone()),
            Self::Day(day) => day.map(|it| it.to_string()),
        };
        shown.filter(|it| !it.is_empty()).map_or_else(|| "-".to_owned(), |it| terminal_text(&it))
    }

    /// Whether nothing is known.
    pub(super) fn is_unknown(&self) -> bool {
        match self {
            Self::Text(text) => text.as_deref().is_none_or(str::is_empty),
            Self::Whole(whole) => whole.is_none(),
            Self::Share(share) => share.is_none(),
            Self::Figure(number) => number.value.is_none(),
            Self::Day(day) => day.is_none(),
        }
    }

    /// In order; what is unknown comes last whichever way the order runs.
    pub(super) fn order(&self, other: &Self, falling: bool) -> Ordering {
        match (self.is_unknown(), other.is_unknown()) {
            (true, true) => return Ordering::Equal,
            (true, false) => return Ordering::Greater,
            (false, true) => return Ordering::Less,
            (false, false) => {}
        }
        let order = match (self, other) {
            (Self::Text(Some(a)), Self::Text(Some(b))) => a.to_lowercase().cmp(&b.to_lowercase()),
            (Self::Day(a), Self::Day(b)) => a.cmp(b),
            _ => self.number().unwrap_or(0.0).total_cmp(&other.number().unwrap_or(0.0)),
        };
        if falling { order.reverse() } else { order }
    }

    /// The number that is compared; money in minor units, a share in percent.
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "ranks and days")]
            Self::Whole(whole) => whole.map(|it| it as f64),
            Self::Share(share) => share.map(|it| it * 100.0),
            Self::Figure(number) => number.value,
            Self::Text(_) | Self::Day(_) => None,
        }
    }

    /// As JSON: a figure with its id, `null` when unknown.
    pub(super) fn json(&self) -> Value {
        match self {
            Self::Text(text) => json!(text),
            Self::Whole(whole) => json!(whole),
            Self::Share(share) => json!(share),
            Self::Day(day) => json!(day),
            Self::Figure(number) => json!({
                "value": number.value,
                "shown": number.shown,
                "figure": number.figure,
                "reason": number.reason,
            }),
        }
    }

    /// As a cell of a spreadsheet.
    pub(super) fn cell(&self) -> Cell {
        match self {
            Self::Text(text) => Cell::maybe(text.clone()),
            Self::Whole(whole) => whole.map_or(Cell::Empty, Cell::Whole),
            Self::Share(share) => share.map_or(Cell::Empty, Cell::Decimal),
            Self::Day(day) => Cell::day(*day),
            Self::Figure(number) => Cell::value(number),
        }
    }
}
