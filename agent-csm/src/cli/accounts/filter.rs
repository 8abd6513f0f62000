//! `band=red`, `arr>=40k`, `owner=Ada`, `opt_out<2026-12-01`: what somebody who knows customers types.

use super::column::{Column, column};
use super::field::Field;
use crate::assessment::{Account, Analysis, Day};
use crate::cli::CliError;

/// One condition.
pub(super) struct Filter {
    column: &'static Column,
    op: Op,
    wanted: String,
    number: Option<f64>,
    day: Option<Day>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Op {
    Is,
    IsNot,
    Holds,
    Less,
    AtMost,
    More,
    AtLeast,
}

/// Longer operators first: `>=` is no `>`.
const OPS: [(&str, Op); 7] = [
    (">=", Op::AtLeast),
    ("<=", Op::AtMost),
    ("!=", Op::IsNot),
    ("=", Op::Is),
    ("~", Op::Holds),
    (">", Op::More),
    ("<", Op::Less),
];

impl Filter {
    /// Reads one condition.
    ///
    /// # Errors
    /// No operator, an unknown key, a bound that is no number or day.
    pub(super) fn parse(text: &str) -> Result<Self, CliError> {
        let found = OPS
            .iter()
            .filter_map(|(sign, op)| {
                text.find(sign).map(|at| (at, std::cmp::Reverse(sign.len()), *sign, *op))
            })
            .min_by_key(|(at, length, ..)| (*at, *length));
        let Some((at, _, sign, op)) = found else {
            return Err(CliError::usage(format!("`{text}` compares nothing"))
                .hint("write a filter as band=red, arr>=40000, owner=Ada, reason~invoice"));
        };
        let column = column(&text[..at])?;
        let wanted = text[at + sign.len()..].trim().trim_start_matches('=').to_owned();
        let (number, day) = (amount(&wanted), wanted.parse::<Day>().ok());
        let bounded = !matches!(op, Op::Is | Op::IsNot | Op::Holds);
        if bounded && number.is_none() && day.is_none() {
            return Err(CliError::usage(format!(
                "`{wanted}` is no number and no day to compare `{}` with",
                column.key
            ))
            .hint("write numbers as 40000 or 40k, days as 2026-12-31"));
        }
        Ok(Self { column, op, wanted, number, day })
    }

    /// Whether the account meets it. What is unknown meets only `=unknown`, and `!=` anything else.
    pub(super) fn holds(&self, account: &Account, analysis: &Analysis) -> bool {
        let field = (self.column.of)(account, analysis);
        if field.is_unknown() || self.wanted.eq_ignore_ascii_case("unknown") {
            let says_unknown =
                self.wanted.is_empty() || self.wanted == "-" || self.wanted.eq_ignore_ascii_case("unknown");
            return match self.op {
                Op::Is => says_unknown && field.is_unknown(),
                Op::IsNot => says_unknown != field.is_unknown(),
                _ => false,
            };
        }
        match (&field, self.op) {
            (Field::Text(Some(text)), Op::Is) => same(text, &self.wanted),
            (Field::Text(Some(text)), Op::IsNot) => !same(text, &self.wanted),
            (_, Op::Holds) => field.shown().to_lowercase().contains(&self.wanted.to_lowercase()),
            (Field::Day(Some(day)), op) => self.day.is_some_and(|bound| compared(op, day.cmp(&bound))),
            (_, op) => {
                let unit = if self.column.money { minor_units(&analysis.currency) } else { 1.0 };
                let (Some(value), Some(bound)) = (field.number(), self.number) else { return false };
                compared(op, value.total_cmp(&(bound * unit)))
            }
        }
    }
}

/// A name is meant by the whole of it, or by one of its words.
fn same(text: &str, wanted: &str) -> bool {
    let (text, wanted) = (text.to_lowercase(), wanted.to_lowercase());
    text == wanted || text.split_whitespace().any(|word| word == wanted)
}

fn compared(op: Op, order: std::cmp::Ordering) -> bool {
    match op {
        Op::Is => order.is_eq(),
        Op::IsNot => order.is_ne(),
        Op::Less => order.is_lt(),
        Op::AtMost => order.is_le(),
        Op::More => order.is_gt(),
        Op::AtLeast => order.is_ge(),
        Op::Holds => false,
    }
}

/// `40000`, `40,000`, `40k`, `1.5m`, `$40k`, `70%`.
fn amount(text: &str) -> Option<f64> {
    let plain: String = text
        .trim_start_matches(['$', '€', '£'])
        .trim_end_matches('%')
        .chars()
        .filter(|c| *c != ',' && *c != '_')
        .collect();
    let lower = plain.to_lowercase();
    let (digits, times) = match lower.strip_suffix('k') {
        Some(digits) => (digits, 1_000.0),
        None => lower.strip_suffix('m').map_or((lower.as_str(), 1.0), |digits| (digits, 1_000_000.0)),
    };
    digits.trim().parse::<f64>().ok().filter(|it| it.is_finite()).map(|it| it * times)
}

/// Minor units of one unit of a currency.
fn minor_units(currency: &str) -> f64 {
    10f64.powi(i32::try_from(crate::assessment::minor_digits(currency)).unwrap_or(2))
}

#[cfg(test)]
mod tests {
    use super::amount;

    #[test]
    fn amounts_are_read_as_people_write_them() {
        let cases = [
            ("40000", 40_000.0),
            ("40,000", 40_000.0),
            ("40k", 40_000.0),
            ("$1.5m", 1_500_000.0),
            ("70%", 70.0),
        ];
        for (text, value) in cases {
            assert_eq!(amount(text), Some(value), "{text}");
        }
        assert_eq!(amount("soon"), None);
        assert_eq!(amount("inf"), None);
    }
}
