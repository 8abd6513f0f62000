//! The CSM's side: contacts with the customer, objectives, onboarding milestones, the CSM's own rating.

use chrono::{NaiveDate, NaiveDateTime};

use super::behaviour as b;
use super::calendar::{add_days, at_minute, working_day};
use super::contract::Contracts;
use super::latent::Latent;
use super::math::whole;
use super::people::Person;
use super::profile::Profile;
use super::random::Random;
use super::words;

/// One contact with the customer.
pub(super) struct Interaction {
    pub(super) person: usize,
    pub(super) kind: &'static str,
    pub(super) direction: &'static str,
    pub(super) at: NaiveDateTime,
    pub(super) summary: &'static str,
}

/// Draws the contacts of an account, by time.
pub(super) fn interactions(
    random: &mut Random,
    profile: &Profile,
    latent: &Latent,
    contracts: &Contracts,
    people: &[Person],
    as_of: NaiveDate,
) -> Vec<Interaction> {
    let mut list = Vec::new();
    let Some(mut planned) = contracts.first_paid().map(|first| add_days(first, 5)) else {
        return list;
    };
    let mut number = 0;
    while planned <= as_of {
        let moment = latent.at(planned);
        let held = random.chance(if moment.champion { b::CONTACT_HELD.0 } else { b::CONTACT_HELD.1 });
        let day = working_day(add_days(planned, random.range(0, 6)));
        let at = at_minute(day, random.range(8 * 4, 17 * 4) * 15);
        let reviews = number > 0 && number % 3 == 0 && profile.segment.name != "SMB";
        let kind = if reviews {
            "qbr"
        } else if number == 1 {
            "training"
        } else {
            random.pick(&["call", "meeting", "call", "email"])
        };
        let direction = if kind != "email" {
            "both"
        } else if random.chance(0.4) {
            "inbound"
        } else {
            "outbound"
        };
        let mood = moment.experience + whole(8.0 * random.normal());
        let summary = if mood >= 62 {
            random.pick(&words::MEETING_GLAD)
        } else if mood < 42 {
            random.pick(&words::MEETING_SORRY)
        } else {
            random.pick(&words::MEETING_SO_SO)
        };
        let wanted: &[&str] = if kind == "qbr" {
            &["economic_buyer", "champion"]
        } else {
            &["champion", "admin", "economic_buyer"]
        };
        let person = wanted
            .iter()
            .find_map(|role| people.iter().position(|person| person.role == *role && person.present(day)));
        if let Some(person) = person
            && held
            && day <= as_of
            && contracts.paid(day)
        {
            list.push(Interaction { person, kind, direction, at, summary });
        }
        number += 1;
        planned = add_days(planned, profile.segment.cadence + random.range(-5, 5));
    }
    list.sort_by_key(|interaction| interaction.at);
    list
}

/// What the customer bought the product for.
pub(super) struct Objective {
    pub(super) title: &'static str,
    pub(super) baseline: i64,
    pub(super) target: i64,
    pub(super) current: i64,
    pub(super) created_on: NaiveDate,
    pub(super) due_on: NaiveDate,
    pub(super) proven_on: Option<NaiveDate>,
    pub(super) owner_them: Option<usize>,
}

/// Draws the objectives of an account, by date.
pub(super) fn objectives(
    random: &mut Random,
    latent: &Latent,
    contracts: &Contracts,
    people: &[Person],
    as_of: NaiveDate,
) -> Vec<Objective> {
    let mut list: Vec<Objective> = Vec::new();
    let Some(first) = contracts.first_paid() else {
        return list;
    };
    for _ in 0..random.weighted(&[0.25, 0.5, 0.25]) {
        let (title, low, high, percent) = random.pick(&words::OBJECTIVES);
        let created_on = add_days(first, random.range(5, 60));
        let due_on = add_days(created_on, 180);
        let baseline = random.range(low, high);
        let target = baseline * percent / 100;
        let (progress, reached) = progress(latent, contracts, created_on, as_of);
        let current = baseline + (target - baseline) * progress / 100;
        let confirmed = random.chance(0.7);
        let proven_on =
            reached.map(|after| add_days(created_on, after * 31 + 10)).filter(|on| confirmed && *on <= as_of);
        if created_on <= as_of && list.iter().all(|other| other.title != title) {
            let owner_them =
                people.iter().position(|person| person.role == "champion" && person.present(created_on));
            list.push(Objective {
                title,
                baseline,
                target,
                current,
                created_on,
                due_on,
                proven_on,
                owner_them,
            });
        }
    }
    list.sort_by_key(|objective| objective.created_on);
    list
}

impl Objective {
    /// As far as it had come by the end of `day`.
    pub(super) fn known_on(&mut self, latent: &Latent, contracts: &Contracts, day: NaiveDate) {
        let (progress, _) = progress(latent, contracts, self.created_on, day);
        self.current = self.baseline + (self.target - self.baseline) * progress / 100;
        self.proven_on = self.proven_on.filter(|on| *on <= day);
    }
}

/// Percent of the way to an objective by the end of `day`, at most 100, and after how many months it was reached:
/// an eighth a month at best, nothing from a bad experience.
fn progress(
    latent: &Latent,
    contracts: &Contracts,
    created_on: NaiveDate,
    day: NaiveDate,
) -> (i64, Option<i64>) {
    let months = latent
        .months
        .iter()
        .filter(|moment| moment.month > created_on && moment.month <= day && contracts.paid(moment.month));
    let (mut progress, mut reached) = (0, None);
    for (place, moment) in months.enumerate() {
        progress += ((moment.experience - 35) / 3).clamp(0, 13);
        if progress >= 100 && reached.is_none() {
            reached = Some(place as i64 + 1);
        }
    }
    (progress.min(100), reached)
}

/// A dated step of onboarding.
pub(super) struct Milestone {
    pub(super) name: &'static str,
    pub(super) created_on: NaiveDate,
    pub(super) due_on: NaiveDate,
    pub(super) done_on: Option<NaiveDate>,
}

/// Draws the onboarding of an account: each step follows the one before and slips the more, the less the company learns.
pub(super) fn milestones(
    random: &mut Random,
    latent: &Latent,
    contracts: &Contracts,
    as_of: NaiveDate,
) -> Vec<Milestone> {
    let mut list = Vec::new();
    let Some(first) = contracts.first_paid() else {
        return list;
    };
    let mut before = Some(first);
    let mut slip = 0;
    for (name, days) in words::MILESTONES {
        let due_on = add_days(first, days);
        let skill = latent.at(due_on).skill;
        slip += whole(4.0 - 8.0 * skill + 6.0 * random.normal()).clamp(-3, 60);
        let given_up = random.chance(if skill < -0.8 { 0.25 } else { 0.03 });
        before = before.filter(|_| !given_up).map(|earlier| add_days(due_on, slip).max(add_days(earlier, 1)));
        let done_on = before.filter(|on| *on <= as_of && contracts.paid(*on));
        list.push(Milestone { name, created_on: first, due_on, done_on });
    }
    list
}

/// The CSM's own word about a customer: what they see, with some optimism.
pub(super) fn rating(random: &mut Random, latent: &Latent, as_of: NaiveDate) -> Option<&'static str> {
    let (optimism, spread, rated) = b::RATING;
    // They judge by what they saw a month ago.
    let seen = latent.experience(add_days(as_of, -30)) as f64 + optimism + spread * random.normal();
    let word = if seen >= 55.0 {
        "green"
    } else if seen >= 40.0 {
        "amber"
    } else {
        "red"
    };
    random.chance(rated).then_some(word)
}
