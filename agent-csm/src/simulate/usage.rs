//! Product usage: one row per person, feature and day.
//!
//! Somebody who uses a feature in a week uses it on one day of it, so the rows are whole, not a sample,
//! and equally dense over all of the kept history: a trend in them is a trend of the account.

use chrono::NaiveDate;

use super::behaviour as b;
use super::calendar::{add_days, monday};
use super::contract::Contracts;
use super::latent::Latent;
use super::people::Person;
use super::random::Random;

/// One row of usage.
pub(super) struct Use {
    pub(super) day: NaiveDate,
    /// Index of the person among those of the account.
    pub(super) person: usize,
    pub(super) feature: &'static str,
    pub(super) quantity: i64,
}

/// Chance of each weekday, Monday first.
const WEEKDAYS: [f64; 7] = [0.22, 0.21, 0.20, 0.18, 0.13, 0.03, 0.03];

/// Draws the usage of an account in the weeks from that of `from` to the day `last`, sorted by day, person and feature.
/// Rows of days before `from` are there too, as far back as its Monday.
pub(super) fn draw(
    random: &mut Random,
    latent: &Latent,
    contracts: &Contracts,
    people: &[Person],
    from: NaiveDate,
    last: NaiveDate,
) -> Vec<Use> {
    let mut rows = Vec::new();
    let Some(first) = contracts.versions.first() else {
        return rows;
    };
    let mut week = monday(from.max(first.start));
    while week <= last {
        let chance = b::uses_in_week(latent.experience(week.max(first.start)));
        for (place, person) in people.iter().enumerate() {
            if !person.seated(week) && !person.seated(add_days(week, 6)) {
                continue;
            }
            if !random.chance((chance * person.habit).min(0.97)) {
                continue;
            }
            for (index, feature) in b::FEATURES.iter().enumerate() {
                if !person.knows[index] || !random.chance(feature.weekly) {
                    continue;
                }
                let day = add_days(week, random.weighted(&WEEKDAYS) as i64);
                let quantity = 1 + random.poisson(1.5);
                let Some(version) = contracts.at(day) else {
                    continue;
                };
                // Someone who has decided to leave winds down.
                let winding_down = version.cancelled_on.is_some_and(|on| on <= day) && random.chance(0.4);
                if day <= last && person.seated(day) && version.plan >= feature.plan && !winding_down {
                    rows.push(Use { day, person: place, feature: feature.name, quantity });
                }
            }
        }
        week = add_days(week, 7);
    }
    let order = |row: &Use| (row.day, people[row.person].id.as_str(), row.feature);
    rows.sort_by(|a, b| order(a).cmp(&order(b)));
    rows
}
