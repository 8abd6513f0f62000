//! The quarterly NPS programme.

use chrono::{Datelike, NaiveDate};

use super::behaviour as b;
use super::calendar::{add_days, add_months, at_minute, month_start};
use super::contract::Contracts;
use super::latent::Latent;
use super::math::whole;
use super::people::Person;
use super::profile::Profile;
use super::random::Random;
use super::support::Answer;
use super::voice;

/// Draws the NPS answers of an account. Each quarter, in its second month, every [`b::NPS_TURN`]th person is asked in turn;
/// only people who are there and whose company pays.
pub(super) fn draw(
    random: &mut Random,
    profile: &Profile,
    latent: &Latent,
    contracts: &Contracts,
    people: &[Person],
    as_of: NaiveDate,
) -> Vec<Answer> {
    let mut answers = Vec::new();
    let mut month = month_start(profile.signed_on);
    while month <= as_of {
        if month.month() % 3 == 2 {
            let wave = u64::from(month.year_ce().1) * 4 + u64::from(month.month() / 3);
            let asked_on = add_days(month, 9);
            for (place, person) in people.iter().enumerate() {
                let turn = (place as u64 + profile.index + wave).is_multiple_of(b::NPS_TURN);
                if !turn
                    || !contracts.paid(asked_on)
                    || !person.present(asked_on)
                    || person.role == "procurement"
                {
                    continue;
                }
                let answered = random.chance(b::NPS_ANSWERS);
                let day = add_days(asked_on, random.range(0, 12));
                let minute = random.range(8 * 60, 19 * 60);
                let moment = latent.at(asked_on);
                let (slope, offset, spread) = b::NPS_SCORE;
                let score =
                    whole(slope * moment.experience as f64 / 10.0 + offset + spread * random.normal())
                        .clamp(0, 10);
                let comment = voice::comment(random, moment, score);
                if answered && day <= as_of {
                    let at = at_minute(day, minute);
                    answers.push(Answer {
                        person: place,
                        ticket: None,
                        kind: "nps",
                        scale: (0, 10),
                        score,
                        comment,
                        at,
                    });
                }
            }
        }
        month = add_months(month, 1);
    }
    answers
}
