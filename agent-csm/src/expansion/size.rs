//! How much an expansion is worth: only what rows say, with the arithmetic in words.

use serde::{Deserialize, Serialize};

use crate::assessment::{Account, money};

/// A size, or why there is none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Size {
    /// ARR in minor units; absent when unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arr_minor: Option<i64>,
    /// As shown to people; `unknown` when it is.
    pub shown: String,
    /// How it was worked out, or why it could not be.
    pub formula: String,
    /// The figures it rests on.
    pub figures: Vec<String>,
}

impl Size {
    /// A size nobody could work out.
    pub(crate) fn unknown(why: &str) -> Self {
        Self { arr_minor: None, shown: "unknown".to_owned(), formula: why.to_owned(), figures: Vec::new() }
    }

    /// Seats used above those bought, at today's price per seat.
    ///
    /// Only where all of the account's MRR is sold by seats, so that the MRR figure it names gives that price.
    pub(crate) fn seats(account: &Account, currency: &str) -> Self {
        let (Some(used), Some(seats), Some(mrr)) =
            (account.seat_utilisation.value, account.seats, account.seat_mrr_minor)
        else {
            return Self::unknown("seats, their use or their price are not known");
        };
        if seats <= 0 || account.seat_utilisation.implausible.is_some() {
            return Self::unknown("seats or their use cannot be believed");
        }
        // `used` is a percentage of a whole number of seats, so rounding gives the number of people back.
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            reason = "seats, far below 2^53"
        )]
        let over = (used * seats as f64 / 100.0).round() as i64 - seats;
        if over <= 0 {
            return Self::unknown("no seats above those bought");
        }
        if account.mrr.whole() != Some(mrr) {
            return Self::unknown(match account.mrr.value {
                Some(_) => "part of the MRR is not sold by seats",
                None => "seats, their use or their price are not known",
            });
        }
        // Rounded half up to the minor unit; all operands are positive.
        let Some(arr_minor) =
            mrr.checked_mul(12).and_then(|arr| arr.checked_mul(over)).map(|all| (all + seats / 2) / seats)
        else {
            return Self::unknown("seats or their price cannot be believed");
        };
        let price = money(mrr * 12 / seats, currency);
        let figures =
            [&account.seat_utilisation.figure, &account.mrr.figure].into_iter().flatten().cloned().collect();
        Self {
            arr_minor: Some(arr_minor),
            shown: money(arr_minor, currency),
            formula: format!("{over} above the {seats} seats bought, at about {price} a seat and year"),
            figures,
        }
    }

    /// The amount a source states for an open deal.
    pub(crate) fn deal(
        amount_minor: Option<i64>,
        currency: Option<&str>,
        opportunity_id: &str,
        basis: Option<String>,
    ) -> Self {
        match (amount_minor, currency) {
            (Some(amount), Some(currency)) => Self {
                // A deal's amount is the source's claim and need not be ARR, so it is shown and never added up.
                arr_minor: None,
                shown: money(amount, currency),
                formula: format!("amount as the source states it for {opportunity_id}; not checked"),
                figures: basis.into_iter().collect(),
            },
            _ => Self::unknown("the deal states no amount"),
        }
    }
}
