//! Who an account is: what a CRM knows on the first day.

use chrono::NaiveDate;

use super::behaviour::{self as b, Segment};
use super::calendar::{add_days, add_months, days_between, sub_months};
use super::math::whole;
use super::names;
use super::parameters::Parameters;
use super::random::Random;

/// What kind of company a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Buys, or tries to.
    Customer,
    /// Only talks to us.
    Prospect,
    /// Our own test account.
    Internal,
}

/// One company.
pub(super) struct Profile {
    pub(super) index: u64,
    pub(super) id: String,
    pub(super) name: String,
    pub(super) domain: String,
    pub(super) segment: &'static Segment,
    pub(super) industry: &'static str,
    pub(super) country: &'static str,
    pub(super) employees: i64,
    pub(super) signed_on: NaiveDate,
    pub(super) kind: Kind,
}

impl Profile {
    /// Draws company number `index` (from 0); companies are numbered in the order of the months they sign up in.
    pub(super) fn draw(parameters: &Parameters, index: u64) -> Self {
        let mut random = Random::stream(parameters.seed, index, "profile");
        let segment = &b::SEGMENTS
            [random.weighted(&[b::SEGMENTS[0].share, b::SEGMENTS[1].share, b::SEGMENTS[2].share])];
        let dice = random.unit();
        let kind = if dice < b::INTERNAL_SHARE {
            Kind::Internal
        } else if dice < b::INTERNAL_SHARE + b::PROSPECT_SHARE {
            Kind::Prospect
        } else {
            Kind::Customer
        };
        let (mut name, mut domain) = names::company(parameters.seed, index);
        if kind == Kind::Internal {
            name = format!("{} test {index}", parameters.company);
            domain = format!("{}.example", names::slug(&parameters.company));
        }
        Self {
            index,
            id: identifier("A", parameters.accounts, index),
            name,
            domain,
            segment,
            industry: random.pick(&names::INDUSTRIES),
            country: random.pick(&names::COUNTRIES),
            employees: whole(random.log_normal(segment.employees, b::EMPLOYEES_SIGMA)).max(2),
            signed_on: signed_on(parameters, index, &mut random),
            kind,
        }
    }

    /// An id of something that belongs to this account.
    pub(super) fn child(&self, letter: &str, number: usize) -> String {
        format!("{letter}{}-{number:03}", &self.id[1..])
    }
}

fn identifier(letter: &str, accounts: u64, index: u64) -> String {
    let width = accounts.to_string().len().max(4);
    format!("{letter}{:0width$}", index + 1)
}

/// The day a company signs up: monthly cohorts that grow with the months.
fn signed_on(parameters: &Parameters, index: u64, random: &mut Random) -> NaiveDate {
    let months = u64::from(parameters.months);
    let weight = |month: u64| 10 + b::SIGNUP_GROWTH * month;
    let total: u64 = (0..months).map(weight).sum();
    // The company's place in the whole, in units of weight; u128 keeps it exact.
    let mut place = (u128::from(index) * u128::from(total) / u128::from(parameters.accounts)) as u64;
    let mut month = 0;
    while month + 1 < months && place >= weight(month) {
        place -= weight(month);
        month += 1;
    }
    let end = add_days(parameters.as_of, 1);
    let first = add_months(sub_months(end, parameters.months), month as u32);
    let next = add_months(sub_months(end, parameters.months), month as u32 + 1).min(end);
    add_days(first, random.range(0, days_between(first, next) - 1))
}
