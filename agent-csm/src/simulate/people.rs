//! The people at an account: buyer, champions one after the other, administrator, users; who joined and who left.

use chrono::NaiveDate;

use super::behaviour as b;
use super::calendar::{add_days, add_months};
use super::contract::Contracts;
use super::latent::Latent;
use super::math::whole;
use super::names;
use super::profile::{Kind, Profile};
use super::random::Random;

/// One person.
pub(super) struct Person {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) email: String,
    pub(super) title: &'static str,
    pub(super) role: &'static str,
    pub(super) created_on: NaiveDate,
    pub(super) left_on: Option<NaiveDate>,
    /// From this day the person has a seat.
    pub(super) seat_from: Option<NaiveDate>,
    /// From this day the person has none any more.
    pub(super) seat_until: Option<NaiveDate>,
    /// The person's own habit: a factor on weekly use.
    pub(super) habit: f64,
    /// Features the person knows, by index.
    pub(super) knows: [bool; b::FEATURES.len()],
}

impl Person {
    /// At the company on the day, as far as we know.
    pub(super) fn present(&self, day: NaiveDate) -> bool {
        self.created_on <= day && self.left_on.is_none_or(|left| left > day)
    }

    /// Has a seat on the day.
    pub(super) fn seated(&self, day: NaiveDate) -> bool {
        self.seat_from.is_some_and(|from| from <= day)
            && self.seat_until.is_none_or(|until| until > day)
            && self.present(day)
    }
}

const TITLES: [(&str, &[&str]); 7] = [
    ("economic_buyer", &["VP Operations", "CFO", "Managing Director", "COO", "VP Finance"]),
    ("champion", &["Head of Analytics", "Analytics Lead", "BI Manager", "Operations Manager"]),
    ("admin", &["Data Engineer", "Systems Administrator", "BI Developer"]),
    ("technical", &["IT Architect", "Security Engineer", "Data Architect"]),
    ("procurement", &["Procurement Manager", "Category Buyer"]),
    ("blocker", &["Head of IT", "Finance Controller"]),
    (
        "user",
        &["Analyst", "Controller", "Planner", "Team Lead", "Account Manager", "Product Manager", "Buyer"],
    ),
];

/// Draws the people of an account; ids are in the order of the day they became known.
pub(super) fn draw(
    random: &mut Random,
    turn: &mut Random,
    profile: &Profile,
    latent: &Latent,
    contracts: &Contracts,
    as_of: NaiveDate,
) -> Vec<Person> {
    let mut people = Vec::new();
    let mut add = |role: &'static str, created_on: NaiveDate, left_on: Option<NaiveDate>, seat: bool| {
        let skill = latent.at(created_on).skill;
        let titles = TITLES.iter().find(|(name, _)| *name == role).map_or(TITLES[6].1, |(_, titles)| *titles);
        let title = random.pick(titles);
        let name = names::person(random);
        let mut knows = [false; b::FEATURES.len()];
        for known in &mut knows {
            *known = random.chance(b::knows_feature(skill));
        }
        knows[b::FIRST_FEATURE] = true;
        people.push(Person {
            id: String::new(),
            email: String::new(),
            name,
            title,
            role,
            created_on,
            left_on,
            seat_from: seat.then_some(created_on),
            seat_until: None,
            habit: random.log_normal(1.0, 0.35),
            knows,
        });
        people.len() - 1
    };
    let signed = profile.signed_on;
    let buys = profile.kind == Kind::Customer && !contracts.versions.is_empty();
    for (number, (from, left)) in latent.champions.iter().enumerate() {
        if number == 0 || (contracts.paid(*from) && from <= &as_of) {
            add("champion", *from, *left, buys);
        }
    }
    add("economic_buyer", signed, None, false);
    if profile.segment.name != "SMB" {
        add("technical", signed, None, false);
        add("procurement", add_days(signed, 5).min(as_of), None, false);
        if latent.at(signed).fit < 0.0 && turn.chance(0.3) {
            add("blocker", add_days(signed, 10).min(as_of), None, false);
        }
    }
    let mut seated: Vec<usize> = Vec::new();
    let mut left: Vec<(usize, NaiveDate)> = Vec::new();
    let mut unseated: Vec<(usize, NaiveDate)> = Vec::new();
    let first = contracts.versions.first().map(|version| version.start);
    let mut month = first.map_or(add_days(as_of, 1), |first| first);
    let mut age = 0;
    while month <= as_of {
        if let Some(version) = contracts.at(month) {
            let share = b::assigned_share(latent.experience(month), age);
            let wanted = whole(version.seats as f64 * share).clamp(1, version.seats) as usize;
            seated.retain(|user| {
                let leaves = turn.chance(b::PERSON_LEAVES);
                let on = add_days(month, turn.range(0, 27));
                if leaves && on <= as_of {
                    left.push((*user, on));
                }
                !(leaves && on <= as_of)
            });
            // A champion holds one of the seats.
            while seated.len() + 1 < wanted {
                let role = if seated.is_empty() { "admin" } else { "user" };
                let on = add_days(month, turn.range(0, 20)).min(as_of);
                seated.push(add(role, on, None, true));
            }
            while seated.len() > version.seats as usize {
                if let Some(user) = seated.pop() {
                    unseated.push((user, month));
                }
            }
        }
        age += 1;
        month = add_months(first.map_or(month, |first| first), age as u32);
    }
    for (user, on) in left {
        let person: &mut Person = &mut people[user];
        person.left_on = Some(on.max(person.created_on));
    }
    for (user, on) in unseated {
        people[user].seat_until = Some(on);
    }
    people.sort_by_key(|person| person.created_on);
    for (number, person) in people.iter_mut().enumerate() {
        person.id = profile.child("U", number + 1);
        let local = names::slug(&person.name).replace('-', ".");
        person.email = format!("{local}.{}@{}", number + 1, profile.domain);
    }
    people
}
