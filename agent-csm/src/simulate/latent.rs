//! The hidden experience of one account, month by month: what everything visible follows from.

use chrono::{Datelike, NaiveDate};

use super::behaviour as b;
use super::calendar::{add_days, add_months, month_start};
use super::math::whole;
use super::random::Random;

/// One month of the hidden state.
pub(super) struct Moment {
    /// First day of the month.
    pub(super) month: NaiveDate,
    /// How well the product suits the company.
    pub(super) fit: f64,
    /// How well the company has learnt to use it.
    pub(super) skill: f64,
    /// How support has gone lately.
    pub(super) luck: f64,
    /// Somebody inside carries the product.
    pub(super) champion: bool,
    /// All of it, 0 to 100.
    pub(super) experience: i64,
}

/// The hidden history of one account.
pub(super) struct Latent {
    /// One entry a month from the month of signing up to the as-of date.
    pub(super) months: Vec<Moment>,
    /// Champions one after the other: from, and the day they left.
    pub(super) champions: Vec<(NaiveDate, Option<NaiveDate>)>,
}

impl Latent {
    /// Draws the hidden history. It doesn't depend on any contract: the world doesn't stop when a customer leaves.
    pub(super) fn draw(random: &mut Random, from: NaiveDate, as_of: NaiveDate) -> Self {
        let mut fit = b::FIT_MEAN + random.normal();
        let settled = b::SKILL_SETTLED.0 + b::SKILL_SETTLED.1 * random.normal();
        let mut skill = b::SKILL_START + 0.4 * random.normal();
        let mut luck = b::LUCK_NEW * random.normal();
        let mut champions = vec![(from, None)];
        let mut gap = 0;
        let mut months = Vec::new();
        let mut month = month_start(from);
        while month <= as_of {
            if gap > 0 {
                gap -= 1;
                if gap == 0 {
                    champions.push((month, None));
                }
            } else if month > from && random.chance(b::CHAMPION_LEAVES) {
                let left = add_days(month, random.range(0, 27));
                if let Some(last) = champions.last_mut()
                    && left <= as_of
                {
                    last.1 = Some(left);
                    gap = random.range(b::CHAMPION_GAP.0, b::CHAMPION_GAP.1) + 1;
                }
            }
            let champion = gap == 0;
            let points = 50.0
                + b::FIT_POINTS * fit
                + b::SKILL_POINTS * skill
                + b::LUCK_POINTS * luck
                + if champion { b::CHAMPION_POINTS } else { b::NO_CHAMPION_POINTS };
            months.push(Moment {
                month,
                fit,
                skill,
                luck,
                champion,
                experience: whole(points).clamp(0, 100),
            });
            fit += b::FIT_DRIFT * random.normal();
            skill += b::SKILL_PACE * (settled - skill) + 0.1 * random.normal();
            luck = b::LUCK_LASTS * luck + b::LUCK_NEW * random.normal();
            month = add_months(month, 1);
        }
        Self { months, champions }
    }

    /// The hidden state in the month of `day`; the first or last month outside the history.
    pub(super) fn at(&self, day: NaiveDate) -> &Moment {
        let first = self.months[0].month;
        let index = (day.year() - first.year()) * 12 + day.month() as i32 - first.month() as i32;
        let last = self.months.len() - 1;
        &self.months[usize::try_from(index).unwrap_or(0).min(last)]
    }

    /// Experience in the month of `day`.
    pub(super) fn experience(&self, day: NaiveDate) -> i64 {
        self.at(day).experience
    }
}
