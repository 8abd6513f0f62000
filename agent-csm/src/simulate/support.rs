//! Tickets, and what people say about them when they are solved.

use chrono::{NaiveDate, NaiveDateTime};

use super::behaviour as b;
use super::calendar::{add_days, add_months, after_office_minutes, at_minute, working_day};
use super::contract::Contracts;
use super::latent::Latent;
use super::math::{exp, whole};
use super::people::Person;
use super::random::Random;
use super::voice;
use super::words;

/// One ticket, as far as it has come by the as-of date.
pub(super) struct Ticket {
    pub(super) number: usize,
    pub(super) person: usize,
    pub(super) subject: &'static str,
    pub(super) category: &'static str,
    pub(super) opened_at: NaiveDateTime,
    pub(super) first_reply_at: Option<NaiveDateTime>,
    pub(super) solved_at: Option<NaiveDateTime>,
    pub(super) priority: &'static str,
    pub(super) reopens: i64,
    pub(super) escalated: bool,
}

/// One answer to a survey.
pub(super) struct Answer {
    pub(super) person: usize,
    pub(super) ticket: Option<usize>,
    pub(super) kind: &'static str,
    pub(super) scale: (i64, i64),
    pub(super) score: i64,
    pub(super) comment: Option<&'static str>,
    pub(super) at: NaiveDateTime,
}

/// Draws the tickets of an account by the time they were opened, and the answers about them.
pub(super) fn draw(
    random: &mut Random,
    latent: &Latent,
    contracts: &Contracts,
    people: &[Person],
    as_of: NaiveDate,
) -> (Vec<Ticket>, Vec<Answer>) {
    let mut tickets = Vec::new();
    let mut answers: Vec<(usize, Answer)> = Vec::new();
    let Some(first) = contracts.versions.first().map(|version| version.start) else {
        return (tickets, Vec::new());
    };
    for age in 0.. {
        let month = add_months(first, age);
        if month > as_of {
            break;
        }
        let Some(version) = contracts.at(month) else {
            continue;
        };
        let moment = latent.at(month);
        let stretch = exp(-b::LUCK_STRETCH * moment.luck);
        for _ in 0..random.poisson(b::tickets_in_month(version.seats, i64::from(age), moment.luck)) {
            let day = working_day(add_days(month, random.range(0, 29)));
            let opened_at = at_minute(day, random.range(7 * 60, 20 * 60));
            let priority = &b::PRIORITIES[random.weighted(&b::PRIORITIES.map(|(_, share, _)| share))];
            let reply = random.log_normal(b::FIRST_REPLY.0, b::FIRST_REPLY.1) * priority.2 * stretch;
            let first_reply_at = after_office_minutes(opened_at, whole(reply).clamp(1, 20_000));
            let solving = random.log_normal(b::SOLUTION.0, b::SOLUTION.1) * stretch;
            let reopens = random.poisson((0.10 - 0.10 * moment.luck).clamp(0.02, 0.6));
            let solved_at =
                after_office_minutes(first_reply_at, whole(solving * (1 + reopens) as f64).clamp(5, 60_000));
            let (category, subjects) = random.pick(&words::TICKETS);
            let subject = random.pick(subjects);
            let escalated = random.chance(if priority.0 == "urgent" { 0.25 } else { 0.02 } * stretch);
            let person = voice::somebody(random, people, day);
            let answer = answer(random, moment.experience, reply, reopens);
            let Some(person) = person else {
                continue;
            };
            if day > as_of {
                continue;
            }
            let known = |at: NaiveDateTime| (at.date() <= as_of).then_some(at);
            let ticket = Ticket {
                number: 0,
                person,
                subject,
                category,
                opened_at,
                first_reply_at: known(first_reply_at),
                solved_at: known(solved_at),
                priority: priority.0,
                reopens: if known(solved_at).is_some() { reopens } else { 0 },
                escalated,
            };
            if let Some((kind, scale, score, comment, hours)) = answer {
                let at = solved_at + chrono::TimeDelta::hours(hours);
                if at.date() <= as_of {
                    answers.push((
                        tickets.len(),
                        Answer { person, ticket: None, kind, scale, score, comment, at },
                    ));
                }
            }
            tickets.push(ticket);
        }
    }
    // Numbers follow the time of opening; answers follow their ticket.
    let mut order: Vec<usize> = (0..tickets.len()).collect();
    order.sort_by_key(|place| (tickets[*place].opened_at, *place));
    for (number, place) in order.iter().enumerate() {
        tickets[*place].number = number + 1;
    }
    let answers = answers
        .into_iter()
        .map(|(place, answer)| Answer { ticket: Some(tickets[place].number), ..answer })
        .collect();
    tickets.sort_by_key(|ticket| ticket.number);
    (tickets, answers)
}

type Said = (&'static str, (i64, i64), i64, Option<&'static str>, i64);

/// What the person says when the ticket is solved, if anything.
fn answer(random: &mut Random, experience: i64, reply_minutes: f64, reopens: i64) -> Option<Said> {
    let dice = random.unit();
    let hours = random.range(1, 48);
    let mood = (experience - 50) as f64 / 25.0 - reply_minutes / 480.0 - 0.8 * reopens as f64
        + 0.8 * random.normal();
    let comment = random.chance(b::COMMENTS).then(|| {
        let list = if mood > 0.5 {
            words::GLAD[2]
        } else if mood < -1.0 {
            words::SORRY[2]
        } else {
            &words::SO_SO
        };
        random.pick(list)
    });
    if dice < b::CSAT_ANSWERS {
        Some(("csat", (1, 5), whole(4.2 + 0.7 * mood).clamp(1, 5), comment, hours))
    } else if dice < b::CSAT_ANSWERS + b::CES_ANSWERS {
        Some(("ces", (1, 7), whole(5.2 + 0.9 * mood).clamp(1, 7), comment, hours))
    } else {
        None
    }
}
