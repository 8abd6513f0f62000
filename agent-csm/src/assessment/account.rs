//! One account as assessed: who it is, how it is, and why we say so.

use std::collections::BTreeMap;

use protocol::{Figure, FigureId, Scope};
use serde::{Deserialize, Serialize};

use super::{AccountRow, Day, Number, Reading};

/// A signal reading as a reason people can open.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reason {
    /// The signal.
    pub signal: String,
    /// `risk`, `growth`, `adoption` or `context`.
    pub kind: String,
    /// What part of the relationship it speaks of.
    pub dimension: String,
    /// Whether the signal's rule holds.
    pub fired: bool,
    /// 1 to 3; 3 is the most severe.
    pub severity: i64,
    /// What it says.
    pub text: String,
    /// The figure that opens to its rows.
    pub figure: String,
}

impl Reason {
    fn of(reading: &Reading) -> Self {
        Self {
            signal: reading.signal.clone(),
            kind: reading.kind.clone(),
            dimension: reading.dimension.clone(),
            fired: reading.fired,
            severity: reading.severity,
            text: reading.text.clone(),
            figure: reading.figure.id.as_str().to_owned(),
        }
    }
}

/// An account, its figures and its readings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Account {
    /// The account.
    pub account_id: String,
    /// Name people use.
    pub name: String,
    /// The CSM; `unassigned` when the data names nobody.
    pub owner: String,
    /// Segment as the source states it.
    pub segment: Option<String>,
    /// Tier by ARR.
    pub tier: Option<String>,
    /// `managed`, `trial`, `prospect`, `churned` or `internal`.
    pub status: String,
    /// Health score, 0 to 100.
    pub health: Number,
    /// Health band; absent when unscored.
    pub band: Option<String>,
    /// Share of the score's weight that was measured, 0..1.
    pub coverage: Option<f64>,
    /// What held the score down, if a floor did.
    pub floored_by: Option<String>,
    /// Monthly recurring revenue.
    pub mrr: Number,
    /// Annual recurring revenue.
    pub arr: Number,
    /// Active people of purchased seats.
    pub seat_utilisation: Number,
    /// First day of the next term.
    pub renewal_date: Option<Day>,
    /// Last day to opt out.
    pub opt_out_on: Option<Day>,
    /// Days from the as-of date to the opt-out; negative once it has passed.
    pub days_to_opt_out: Option<i64>,
    /// Renews unless the customer opts out.
    pub auto_renew: Option<bool>,
    /// First paid day.
    pub first_paid_on: Option<Day>,
    /// Day recurring revenue last fell to zero.
    pub churned_on: Option<Day>,
    /// Last dated interaction.
    pub last_touch_on: Option<Day>,
    /// Purchased seats.
    pub seats: Option<i64>,
    /// Recurring revenue a month of the subscriptions that state their seats, minor units.
    pub seat_mrr_minor: Option<i64>,
    /// That it has announced to stop, whole or in part, when, and since when that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub announced_end: Option<String>,
    /// The day the last of what is announced to end ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ends_on: Option<Day>,
    /// Every reading: fired first, then the most severe, then by name.
    pub readings: Vec<Reason>,
    /// Dimensions in which nothing could be measured.
    pub unmeasured: Vec<String>,
    /// Place among the accounts at risk; absent when not at risk.
    pub risk_rank: Option<i64>,
    /// Place among the growth accounts; absent when not one.
    pub growth_rank: Option<i64>,
    /// The next day by which they decide: an opt-out, or a term's end where nothing renews by itself; absent where none
    /// is ahead.
    #[serde(default)]
    pub deadline_on: Option<Day>,
    /// Whether a term of theirs renews in the next 90 days.
    pub renews_in_90_days: bool,
    /// Whether a deadline of theirs falls in the next 90 days.
    #[serde(default)]
    pub decides_in_90_days: bool,
}

/// Reasons with the most severe first; equally severe ones in the order they came.
#[must_use]
pub fn gravest<'a>(reasons: impl Iterator<Item = &'a Reason>) -> Vec<&'a Reason> {
    let mut reasons: Vec<&Reason> = reasons.collect();
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.severity));
    reasons
}

/// Dimensions an account is looked at in; what has no reading in one of them is said to be unmeasured.
pub(crate) const DIMENSIONS: [&str; 8] =
    ["usage", "adoption", "support", "engagement", "payment", "contract", "stakeholder", "sentiment"];

impl Account {
    /// The account of `row` with its readings; figures are looked up by id.
    pub(crate) fn assess(
        row: &AccountRow,
        readings: &[&Reading],
        figures: &BTreeMap<String, Figure>,
        as_of: Day,
    ) -> Self {
        let mut reasons: Vec<Reason> = readings.iter().map(|reading| Reason::of(reading)).collect();
        reasons.sort_by(|a, b| {
            b.fired.cmp(&a.fired).then(b.severity.cmp(&a.severity)).then_with(|| a.signal.cmp(&b.signal))
        });
        let own = |metric: &str, title: &str, reason: &str| {
            let id = FigureId::of(metric, &Scope::one("account", &row.account_id));
            Number::or_unknown(figures.get(id.as_str()), title, reason)
        };
        let unmeasured = DIMENSIONS
            .iter()
            .filter(|dimension| !reasons.iter().any(|reason| reason.dimension == **dimension))
            .map(|dimension| (*dimension).to_owned())
            .collect();
        Self {
            account_id: row.account_id.clone(),
            name: row.name.clone(),
            owner: row.owner.clone(),
            segment: row.segment.clone(),
            tier: row.tier.clone(),
            status: row.status.clone(),
            health: own("health_score", "Health score", "too little of the score is measured"),
            band: row.band.clone(),
            coverage: row.coverage,
            floored_by: row.floored_by.clone(),
            mrr: own("mrr", "MRR", "no paid subscription in force"),
            arr: own("arr", "ARR", "no paid subscription in force"),
            seat_utilisation: own(
                "seat_utilisation",
                "Seat utilisation",
                "seats or people's usage are not known",
            ),
            renewal_date: row.renewal_date,
            opt_out_on: row.opt_out_on,
            days_to_opt_out: row.opt_out_on.map(|day| as_of.days_to(day)),
            auto_renew: row.auto_renew,
            first_paid_on: row.first_paid_on,
            churned_on: row.churned_on,
            last_touch_on: row.last_touch_on,
            seats: row.seats,
            seat_mrr_minor: row.seat_mrr_minor,
            announced_end: row.announced_end.clone(),
            ends_on: row.ends_on,
            readings: reasons,
            unmeasured,
            risk_rank: None,
            growth_rank: None,
            deadline_on: None,
            renews_in_90_days: false,
            decides_in_90_days: false,
        }
    }

    /// Whether a paid subscription is in force.
    #[must_use]
    pub fn is_managed(&self) -> bool {
        self.status == "managed"
    }

    /// Whether the account is on the list of accounts at risk.
    #[must_use]
    pub fn is_at_risk(&self) -> bool {
        self.risk_rank.is_some()
    }

    /// By when they decide, or had to: the deadline ahead; where none is, the opt-out that has passed.
    #[must_use]
    pub fn decides_by(&self) -> Option<Day> {
        self.deadline_on.or(if self.auto_renew == Some(false) { self.renewal_date } else { self.opt_out_on })
    }

    /// Whether a renewal or a deadline of theirs falls in the next 90 days: what the renewal playbook is for.
    #[must_use]
    pub fn is_renewing(&self) -> bool {
        self.renews_in_90_days || self.decides_in_90_days
    }

    /// Fired readings of `kind`, the most severe first.
    pub fn fired<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Reason> {
        self.readings.iter().filter(move |reason| reason.fired && reason.kind == kind)
    }

    /// What puts it at risk: fired risk readings, then fired adoption blockers.
    pub fn risks(&self) -> impl Iterator<Item = &Reason> {
        self.fired("risk").chain(self.fired("adoption"))
    }
}
