//! What people say and do of their own accord: comments, wishes, advocacy.

use chrono::NaiveDate;

use super::behaviour as b;
use super::calendar::{add_days, add_months};
use super::contract::Contracts;
use super::latent::{Latent, Moment};
use super::people::Person;
use super::profile::Profile;
use super::random::Random;
use super::words;

/// Somebody with a seat on the day, or else somebody who is there.
pub(super) fn somebody(random: &mut Random, people: &[Person], day: NaiveDate) -> Option<usize> {
    let pick = |random: &mut Random, places: Vec<usize>| (!places.is_empty()).then(|| random.pick(&places));
    let seated = (0..people.len()).filter(|place| people[*place].seated(day)).collect();
    pick(random, seated)
        .or_else(|| pick(random, (0..people.len()).filter(|place| people[*place].present(day)).collect()))
}

/// A comment that fits the score, about what is best or worst in the hidden state.
pub(super) fn comment(random: &mut Random, moment: &Moment, score: i64) -> Option<&'static str> {
    let said = random.chance(b::COMMENTS);
    let points = [
        b::FIT_POINTS * moment.fit,
        b::SKILL_POINTS * moment.skill,
        b::LUCK_POINTS * moment.luck,
        if moment.champion { b::CHAMPION_POINTS } else { b::NO_CHAMPION_POINTS },
    ];
    let list = if score >= 9 {
        words::GLAD[random.weighted(&points.map(|point| point.max(0.5)))]
    } else if score <= 6 {
        words::SORRY[random.weighted(&points.map(|point| (-point).max(0.5)))]
    } else {
        &words::SO_SO
    };
    let comment = random.pick(list);
    said.then_some(comment)
}

/// A wish for the product.
pub(super) struct Wish {
    pub(super) person: usize,
    pub(super) title: &'static str,
    pub(super) verbatim: &'static str,
    pub(super) created_on: NaiveDate,
    pub(super) shipped_on: Option<NaiveDate>,
}

/// Speaking for us.
pub(super) struct Advocacy {
    pub(super) person: usize,
    pub(super) kind: &'static str,
    pub(super) requested_on: NaiveDate,
    pub(super) completed_on: Option<NaiveDate>,
}

/// Draws the wishes and the advocacy of an account, each by date. `history` is the first day of the simulated history.
pub(super) fn draw(
    random: &mut Random,
    profile: &Profile,
    latent: &Latent,
    contracts: &Contracts,
    people: &[Person],
    history: NaiveDate,
    as_of: NaiveDate,
) -> (Vec<Wish>, Vec<Advocacy>) {
    let (mut wishes, mut advocacy) = (Vec::new(), Vec::new());
    let mut asked: Option<NaiveDate> = None;
    for age in 1.. {
        let month = add_months(profile.signed_on, age);
        if month > as_of {
            break;
        }
        let experience = latent.experience(month);
        let wishes_now = random.chance(b::WISHES);
        let (title, verbatim, ships) = random.pick(&words::WISHES);
        let created_on = add_days(month, random.range(0, 27));
        let person = somebody(random, people, created_on);
        if let Some(person) = person
            && wishes_now
            && created_on <= as_of
            && contracts.paid(created_on)
        {
            let shipped =
                ships.map(|days| add_days(history, days)).filter(|day| *day > created_on && *day <= as_of);
            let known = ships.is_some_and(|days| add_days(history, days) <= created_on);
            // What exists is not wished for any more.
            if !known {
                wishes.push(Wish { person, title, verbatim, created_on, shipped_on: shipped });
            }
        }
        let cooled = asked.is_none_or(|on| add_months(on, 6) <= month);
        if experience >= b::ADVOCATE_FROM
            && contracts.paid(month)
            && cooled
            && random.chance(b::ADVOCACY_ASKED)
        {
            let requested_on = add_days(month, random.range(0, 20));
            let kind = words::ADVOCACY[random.weighted(&words::ADVOCACY.map(|(_, weight)| weight))].0;
            let done = random.chance(b::ADVOCACY_DONE);
            let completed = add_days(requested_on, random.range(7, 60));
            if let Some(person) = somebody(random, people, requested_on)
                && requested_on <= as_of
            {
                asked = Some(month);
                let completed_on = (done && completed <= as_of).then_some(completed);
                advocacy.push(Advocacy { person, kind, requested_on, completed_on });
            }
        }
    }
    wishes.sort_by_key(|wish| wish.created_on);
    advocacy.sort_by_key(|activity| activity.requested_on);
    (wishes, advocacy)
}
