//! A figure as it stands in a page: what is shown, and the id that opens it.

use protocol::{Figure, FigureStatus};
use serde::{Deserialize, Serialize};

/// A number on its way to a reader. It is shown with its figure id, or as `unknown` with the reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Number {
    /// Name people use.
    pub title: String,
    /// The figure that opens it; absent when nothing could be computed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub figure: Option<String>,
    /// As shown to people; `unknown` when it is.
    pub shown: String,
    /// The value, unrounded, in the figure's unit; money in minor units.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<f64>,
    /// How many things it is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub n: Option<u64>,
    /// Why it is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Why it cannot be believed, though its arithmetic is right.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub implausible: Option<String>,
    /// Pass, fail, known or unknown.
    pub status: FigureStatus,
}

impl Number {
    /// The figure's number.
    #[must_use]
    pub fn of(figure: &Figure) -> Self {
        Self {
            title: figure.title.clone(),
            figure: Some(figure.id.as_str().to_owned()),
            shown: if figure.value.is_some() { figure.shown.clone() } else { "unknown".to_owned() },
            value: figure.as_f64(),
            n: Some(figure.n),
            reason: figure.reason.clone(),
            implausible: figure.implausible.clone(),
            status: figure.status,
        }
    }

    /// A number nobody could compute, with the reason.
    #[must_use]
    pub fn unknown(title: &str, reason: &str) -> Self {
        Self {
            title: title.to_owned(),
            figure: None,
            shown: "unknown".to_owned(),
            value: None,
            n: None,
            reason: Some(reason.to_owned()),
            implausible: None,
            status: FigureStatus::Unknown,
        }
    }

    /// The number of `figure`, or unknown with `reason` when there is no such figure.
    #[must_use]
    pub fn or_unknown(figure: Option<&Figure>, title: &str, reason: &str) -> Self {
        figure.map_or_else(|| Self::unknown(title, reason), Self::of)
    }

    /// The value in whole minor units or counts; none when unknown.
    #[must_use]
    pub fn whole(&self) -> Option<i64> {
        // Values of this size come from sums of 64-bit integers; a page has no use for more than 2^53.
        #[expect(clippy::cast_possible_truncation, reason = "rounded, and far below 2^53")]
        self.value.map(|value| value.round() as i64)
    }
}

/// Money for reading: whole units, rounded half away from zero, with the currency's sign or code.
#[must_use]
pub fn money(minor: i64, currency: &str) -> String {
    let digits = minor_digits(currency);
    let scale = 10_u64.pow(digits);
    let whole = (minor.unsigned_abs() + scale / 2) / scale;
    let sign = if minor < 0 && whole > 0 { "-" } else { "" };
    let plain = whole.to_string();
    let mut grouped = String::new();
    for (at, digit) in plain.chars().enumerate() {
        if at > 0 && (plain.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    match currency {
        "USD" => format!("{sign}${grouped}"),
        "EUR" => format!("{sign}€{grouped}"),
        "GBP" => format!("{sign}£{grouped}"),
        "" => format!("{sign}{grouped}"),
        code => format!("{sign}{code} {grouped}"),
    }
}

/// Digits of a currency's minor unit, ISO 4217; two where we do not know better.
pub(crate) fn minor_digits(currency: &str) -> u32 {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "VND"
        | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        _ => 2,
    }
}
