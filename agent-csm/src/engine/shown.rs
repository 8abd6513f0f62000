//! Values as people read them. The only place where a figure is rounded.

use protocol::Unit;
use serde_json::Number;

use super::money::digits;

/// `value` as shown: `3.2%`, `$41,250`, `$2.4M`, `93 min`; half away from zero.
#[must_use]
pub fn shown(value: &Number, unit: Unit, currency: &str) -> String {
    let float = value.as_f64().unwrap_or_default();
    match unit {
        Unit::Percent => format!("{}%", decimals(float, 1)),
        Unit::Count | Unit::Score => thousands(whole(value, float)),
        Unit::Money => money(whole(value, float), currency),
        Unit::Minutes => format!("{} min", thousands(whole(value, float))),
        Unit::Days => match whole(value, float) {
            1 => "1 day".to_owned(),
            days => format!("{} days", thousands(days)),
        },
        Unit::Ratio => decimals(float, 2),
    }
}

/// Whole number with a comma between thousands: `41,250`.
#[must_use]
pub fn thousands(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut text = String::new();
    if value < 0 {
        text.push('-');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Money: exact below a million, one decimal of millions above. Cents only where there are any.
pub(super) fn money(minor: i64, currency: &str) -> String {
    let digits = digits(currency);
    let unit = 10u64.pow(digits);
    let amount = minor.unsigned_abs();
    let sign = if minor < 0 { "-" } else { "" };
    let symbol = match currency {
        "USD" => "$".to_owned(),
        "EUR" => "€".to_owned(),
        "GBP" => "£".to_owned(),
        "JPY" => "¥".to_owned(),
        other => format!("{other} "),
    };
    let million = unit * 1_000_000;
    if amount >= million {
        // Tenths of a million, half away from zero, in whole numbers only.
        let tenth = million / 10;
        let tenths = amount / tenth + u64::from(amount % tenth * 2 >= tenth);
        let whole = i64::try_from(tenths / 10).unwrap_or(i64::MAX);
        return format!("{sign}{symbol}{}.{}M", thousands(whole), tenths % 10);
    }
    let whole = thousands(i64::try_from(amount / unit).unwrap_or(i64::MAX));
    match amount % unit {
        0 => format!("{sign}{symbol}{whole}"),
        rest => format!("{sign}{symbol}{whole}.{rest:0width$}", width = digits as usize),
    }
}

/// `value` with that many decimals, half away from zero.
pub(crate) fn decimals(value: f64, places: u32) -> String {
    let factor = 10f64.powf(f64::from(places));
    let rounded = (value * factor).round() / factor;
    // No `-0.0`.
    let rounded = if rounded == 0.0 { 0.0 } else { rounded };
    format!("{rounded:.*}", places as usize)
}

fn whole(value: &Number, float: f64) -> i64 {
    #[expect(clippy::cast_possible_truncation, reason = "saturates; no count or amount is that large")]
    value.as_i64().unwrap_or_else(|| float.round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shown_rounded_half_away_from_zero() {
        let cases = [
            (Number::from_f64(3.25), Unit::Percent, "3.3%"),
            (Number::from_f64(-0.04), Unit::Percent, "0.0%"),
            (Some(1_234_567.into()), Unit::Count, "1,234,567"),
            (Number::from_f64(66.5), Unit::Score, "67"),
            (Number::from_f64(-12.5), Unit::Score, "-13"),
            (Some(4_125_000.into()), Unit::Money, "$41,250"),
            (Some(4_125_005.into()), Unit::Money, "$41,250.05"),
            (Some((-4_100).into()), Unit::Money, "-$41"),
            (Some(99_999_999.into()), Unit::Money, "$999,999.99"),
            (Some(235_000_000.into()), Unit::Money, "$2.4M"),
            (Some(123_456_789_012_i64.into()), Unit::Money, "$1,234.6M"),
            (Number::from_f64(92.5), Unit::Minutes, "93 min"),
            (Some(1.into()), Unit::Days, "1 day"),
            (Number::from_f64(1.005), Unit::Ratio, "1.00"),
        ];
        for (value, unit, expected) in cases {
            assert_eq!(shown(&value.unwrap(), unit, "USD"), expected);
        }
        assert_eq!(money(41_250, "JPY"), "¥41,250");
        assert_eq!(money(41_250, "CHF"), "CHF 412.50");
    }
}
