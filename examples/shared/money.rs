//! Amounts in whole minor units, shown with their currency.

use std::fmt;

use protocol::{Figure, Unit};

/// An amount of one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Money {
    pub(crate) minor: i64,
    pub(crate) currency: String,
}

impl Money {
    /// The amount a figure states, or why it states none that can be added up.
    pub(crate) fn of(figure: &Figure) -> Result<Self, String> {
        let id = &figure.id;
        let Some(value) = &figure.value else {
            let reason = figure.reason.as_deref().unwrap_or("no reason was given");
            return Err(format!("`{id}` is unknown: {reason}"));
        };
        if let Some(why) = &figure.implausible {
            return Err(format!("`{id}` cannot be believed: {why}"));
        }
        match (value.as_i64(), &figure.currency) {
            (Some(minor), Some(currency)) if figure.unit == Unit::Money => {
                Ok(Self { minor, currency: currency.clone() })
            }
            _ => Err(format!("`{id}` is no amount in whole minor units of a currency")),
        }
    }
}

impl fmt::Display for Money {
    /// `$1,234.50`; whole amounts without decimals.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = match self.currency.as_str() {
            "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "VND"
            | "VUV" | "XAF" | "XOF" | "XPF" => 0,
            "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
            _ => 2,
        };
        let scale = 10_u64.pow(digits);
        let (whole, part) = (self.minor.unsigned_abs() / scale, self.minor.unsigned_abs() % scale);
        let plain = whole.to_string();
        let grouped: String = plain
            .chars()
            .enumerate()
            .flat_map(|(at, digit)| {
                let comma = at > 0 && (plain.len() - at).is_multiple_of(3);
                comma.then_some(',').into_iter().chain([digit])
            })
            .collect();
        if self.minor < 0 {
            f.write_str("-")?;
        }
        match self.currency.as_str() {
            "USD" => write!(f, "${grouped}")?,
            "EUR" => write!(f, "€{grouped}")?,
            "GBP" => write!(f, "£{grouped}")?,
            code => write!(f, "{code} {grouped}")?,
        }
        if part > 0 { write!(f, ".{part:0width$}", width = digits as usize) } else { Ok(()) }
    }
}
