//! Money in one currency, by constant rates: a change of rates makes no movement.

use std::collections::BTreeMap;

use super::sql::literal;

/// Currencies without minor units, and those with three digits; all others have two.
const ZERO: &[&str] = &[
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF",
    "XOF", "XPF",
];
const THREE: &[&str] = &["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];

/// How many digits the minor unit of `currency` has.
pub(super) fn digits(currency: &str) -> u32 {
    if ZERO.contains(&currency) {
        0
    } else if THREE.contains(&currency) {
        3
    } else {
        2
    }
}

/// SQL that turns `column` into minor units of `base`; NULL where the row's currency has no rate.
///
/// Decimal arithmetic: the product is exact, the cast to scale zero rounds half away from zero.
pub(super) fn converted(column: &str, base: &str, rates: &BTreeMap<String, f64>) -> String {
    let mut sql = format!("CASE WHEN currency = {} THEN {column}", literal(base));
    for (currency, rate) in rates.iter().filter(|(currency, rate)| *currency != base && **rate > 0.0) {
        let shift = f64::from(digits(base)) - f64::from(digits(currency));
        let factor = rate * 10f64.powf(shift);
        sql.push_str(&format!(
            " WHEN currency = {} THEN CAST(CAST(CAST({column} AS DECIMAL(19, 0)) * CAST('{factor:.12}' AS DECIMAL(18, 12)) \
             AS DECIMAL(38, 0)) AS BIGINT)",
            literal(currency)
        ));
    }
    sql.push_str(" END");
    sql
}

/// SQL for the currency of converted money: `base` where a rate is known, else the row's own.
pub(super) fn currency(base: &str, rates: &BTreeMap<String, f64>) -> String {
    let known: Vec<String> =
        rates.iter().filter(|(_, rate)| **rate > 0.0).map(|(currency, _)| literal(currency)).collect();
    if known.is_empty() {
        return "currency".to_owned();
    }
    format!("CASE WHEN currency IN ({}) THEN {} ELSE currency END", known.join(", "), literal(base))
}
