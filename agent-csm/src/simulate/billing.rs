//! Invoices: one per billing period, one for seats added within it; when and whether they are paid.

use chrono::NaiveDate;

use super::behaviour as b;
use super::calendar::{add_days, add_months, days_between};
use super::contract::{Cause, Contracts, Version};
use super::latent::Latent;
use super::math::whole;
use super::profile::Profile;
use super::random::Random;

/// One invoice.
pub(super) struct Invoice {
    pub(super) subscription: usize,
    pub(super) issued_on: NaiveDate,
    pub(super) due_on: NaiveDate,
    pub(super) paid_on: Option<NaiveDate>,
    pub(super) amount_minor: i64,
    pub(super) status: &'static str,
    pub(super) attempts: Option<i64>,
}

/// Draws the invoices of an account up to the as-of date, by issue date.
pub(super) fn draw(
    random: &mut Random,
    profile: &Profile,
    latent: &Latent,
    contracts: &Contracts,
    as_of: NaiveDate,
) -> Vec<Invoice> {
    let payment_days = random.pick(profile.segment.payment_days);
    let mut invoices = Vec::new();
    for (issued_on, subscription, amount_minor) in charges(contracts, as_of) {
        if amount_minor <= 0 {
            continue;
        }
        let failing = contracts.losses.iter().any(|loss| {
            loss.cause == Cause::Payment && (0..=45).contains(&days_between(issued_on, loss.decided_on))
        });
        let due_on = add_days(issued_on, payment_days);
        let (paid_on, attempts) = if payment_days == 0 {
            by_card(random, issued_on, failing)
        } else {
            let unhappy = latent.experience(due_on.min(as_of)) < 40;
            let (mean, spread, late) = b::PAID_AFTER_DUE;
            let delay = mean + spread * random.normal() + if unhappy { late } else { 0.0 };
            let never = random.chance(b::NEVER_PAID);
            (if never { None } else { Some(add_days(due_on, whole(delay)).max(issued_on)) }, None)
        };
        let mut invoice =
            Invoice { subscription, issued_on, due_on, paid_on, amount_minor, status: "open", attempts };
        invoice.known_on(as_of);
        invoices.push(invoice);
    }
    invoices
}

impl Invoice {
    /// Paid, tried and given up as far as that had happened by the end of `day`, which is not before it was issued.
    pub(super) fn known_on(&mut self, day: NaiveDate) {
        self.paid_on = self.paid_on.filter(|paid| *paid <= day);
        self.status = match self.paid_on {
            Some(_) => "paid",
            None if days_between(self.due_on, day) > 90 => "uncollectible",
            None => "open",
        };
        self.attempts = self.attempts.map(|tries| tries.min(1 + days_between(self.issued_on, day) / 4));
    }
}

fn by_card(random: &mut Random, issued_on: NaiveDate, failing: bool) -> (Option<NaiveDate>, Option<i64>) {
    let mut attempts = 1;
    let mut day = issued_on;
    while failing || random.chance(b::CARD_FAILS) {
        if attempts == 4 {
            return (None, Some(attempts));
        }
        attempts += 1;
        day = add_days(day, 4);
    }
    (Some(day), Some(attempts))
}

/// What falls due: day, subscription, amount.
fn charges(contracts: &Contracts, as_of: NaiveDate) -> Vec<(NaiveDate, usize, i64)> {
    let mut charges = Vec::new();
    let paid: Vec<&Version> = contracts.versions.iter().filter(|version| !version.trial).collect();
    let mut begun = None;
    for (place, version) in paid.iter().enumerate() {
        let fresh = begun.is_none_or(|(subscription, _)| subscription != version.subscription);
        if fresh {
            begun = Some((version.subscription, version.start));
        }
        let anchor = begun.map_or(version.start, |(_, start)| start);
        let period = version.billing_months;
        let mut number = 0;
        let mut next = anchor;
        while next <= as_of && version.end.is_none_or(|end| next < end) {
            if next >= version.start {
                charges.push((next, version.subscription, version.mrr_minor() * i64::from(period)));
            }
            number += 1;
            next = add_months(anchor, number * period);
        }
        // Terms that grow within a billing period are charged for the rest of it.
        if !fresh && place > 0 && version.start <= as_of {
            let growth = version.mrr_minor() - paid[place - 1].mrr_minor();
            let end_of_period = (0..)
                .map(|n| add_months(anchor, n * period))
                .find(|day| *day >= version.start)
                .unwrap_or(version.start);
            let days = days_between(version.start, end_of_period);
            charges.push((version.start, version.subscription, growth * 12 * days / 365));
        }
    }
    charges.sort();
    charges
}
