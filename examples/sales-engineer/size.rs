//! What more seats would bring in a year, from two figures and one rule; or which of them is missing.

use protocol::{Figure, Unit};
use serde::{Deserialize, Serialize};

use crate::policy::{FILE, Policy};
use crate::shared::handed::Handed;
use crate::shared::money::Money;

/// The metric of seats and of the people who use them.
const SEATS: &str = "seats_near_limit";

/// A size with its arithmetic, or why there is none.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Size {
    /// ARR that the proposal would add, in minor units and currency; absent when unknown.
    pub(crate) known: Option<(i64, String)>,
    /// How it was worked out; why it is unknown otherwise.
    pub(crate) formula: String,
    /// The figures it rests on.
    pub(crate) figures: Vec<String>,
    /// The figures, or the rule, it would take; empty when it is known.
    pub(crate) needs: Vec<String>,
}

impl Size {
    /// As shown to people.
    pub(crate) fn shown(&self) -> String {
        match &self.known {
            Some((minor, currency)) => Money { minor: *minor, currency: currency.clone() }.to_string(),
            None => "unknown".to_owned(),
        }
    }

    fn unknown(why: impl Into<String>, needs: Vec<String>) -> Self {
        Self { known: None, formula: why.into(), figures: Vec::new(), needs }
    }

    /// Seats until no more than the policy's part of them is used, at today's price of a seat.
    pub(crate) fn of(account_id: &str, arr: Option<&str>, handed: &Handed, policy: Option<&Policy>) -> Self {
        let arr_id = arr.map_or_else(|| format!("figure:arr@account={account_id}"), str::to_owned);
        let seats_id = format!("figure:{SEATS}@account={account_id}");
        let missing: Vec<String> = [&arr_id, &seats_id]
            .into_iter()
            .filter(|id| !handed.figures.contains_key(*id))
            .cloned()
            .collect();
        if !missing.is_empty() {
            return Self::unknown(format!("{} not handed over", missing.join(" and ")), missing);
        }
        let Some(policy) = policy else {
            return Self::unknown("nobody has decided how full seats may be", vec![FILE.to_owned()]);
        };
        let arr = handed.figure(&arr_id).and_then(Money::of);
        let used = handed.figure(&seats_id).and_then(Used::of);
        let (arr, used) = match (arr, used) {
            (Ok(arr), Ok(used)) => (arr, used),
            (Err(why), _) => return Self::unknown(why, vec![arr_id]),
            (_, Err(why)) => return Self::unknown(why, vec![seats_id]),
        };
        let most = policy.seats_used_at_most_percent;
        let figures = vec![arr_id, seats_id];
        match add(&arr, &used, most) {
            Some((0, _)) => {
                let why = format!("{} people on {} seats are within {most}%", used.people, used.seats);
                Self { known: None, formula: why, figures, needs: Vec::new() }
            }
            Some((more, minor)) => {
                let formula = format!(
                    "{} people / {most}% = {} seats, {more} more than the {} paid; {more} x {arr} / {} seats a year, \
                     taking all of the ARR to be sold by seats; {most}% by {}",
                    used.people,
                    used.seats + more,
                    used.seats,
                    used.seats,
                    policy.decided_by,
                );
                Self { known: Some((minor, arr.currency)), formula, figures, needs: Vec::new() }
            }
            None => Self::unknown("the figures are too large to work with", figures),
        }
    }
}

/// How many people use how many seats.
struct Used {
    people: i64,
    seats: i64,
}

impl Used {
    /// The figure's value is the percentage of its `n` seats that people use.
    fn of(figure: &Figure) -> Result<Self, String> {
        let id = &figure.id;
        if let Some(why) = &figure.implausible {
            return Err(format!("`{id}` cannot be believed: {why}"));
        }
        let seats = i64::try_from(figure.n).ok().filter(|seats| (1..=100_000_000).contains(seats));
        let (Some(percent), Some(seats), Unit::Percent) = (figure.as_f64(), seats, figure.unit) else {
            let reason = figure.reason.as_deref().unwrap_or("it is no percentage of a number of seats");
            return Err(format!("`{id}` gives no seats: {reason}"));
        };
        // A percentage of a whole number of seats: rounding gives the people back.
        #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "far below 2^53")]
        let people = (percent * seats as f64 / 100.0).round() as i64;
        Ok(Self { people, seats })
    }
}

/// The seats to add, and what they bring in a year, rounded half up to the minor unit.
fn add(arr: &Money, used: &Used, most: i64) -> Option<(i64, i64)> {
    let wanted = used.people.checked_mul(100)?.checked_add(most - 1)? / most;
    let more = (wanted - used.seats).max(0);
    let minor = arr.minor.checked_mul(more)?.checked_add(used.seats / 2)? / used.seats;
    Some((more, minor))
}
