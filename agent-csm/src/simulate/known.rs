//! An account as it was known at the end of a day: what the systems of its vendor would have exported then.
//!
//! The whole history is drawn first and cut afterwards, so that the export of an earlier day is of the same company.
//! Rows dated after the day are not there; of the others, what happened to them later is not told yet. Numbers of rows
//! follow their dates, so an id means the same row on every day.

use chrono::{NaiveDate, NaiveDateTime};

use super::account::Account;
use super::contract::{Contracts, Deal};
use super::parameters::Parameters;
use super::random::Random;
use super::relationship;

impl Account {
    /// The account at the end of [`Parameters::day`]; `None` where nobody knew it yet.
    pub(super) fn known_on(mut self, parameters: &Parameters) -> Option<Self> {
        let day = parameters.day();
        if self.profile.signed_on > day {
            return None;
        }
        let passed = |on: &Option<NaiveDate>| on.filter(|on| *on <= day);
        let happened = |at: &Option<NaiveDateTime>| at.filter(|at| at.date() <= day);
        self.contracts.known_on(day);
        self.people.retain(|person| person.created_on <= day);
        for person in &mut self.people {
            person.left_on = passed(&person.left_on);
        }
        self.invoices.retain(|invoice| invoice.issued_on <= day);
        for invoice in &mut self.invoices {
            invoice.known_on(day);
        }
        self.tickets.retain(|ticket| ticket.opened_at.date() <= day);
        for ticket in &mut self.tickets {
            ticket.first_reply_at = happened(&ticket.first_reply_at);
            ticket.solved_at = happened(&ticket.solved_at);
            if ticket.solved_at.is_none() {
                ticket.reopens = 0;
            }
        }
        self.answers.retain(|answer| answer.at.date() <= day);
        self.interactions.retain(|interaction| interaction.at.date() <= day);
        self.objectives.retain(|objective| objective.created_on <= day);
        for objective in &mut self.objectives {
            objective.known_on(&self.latent, &self.contracts, day);
        }
        self.milestones.retain(|milestone| milestone.created_on <= day);
        for milestone in &mut self.milestones {
            milestone.done_on = passed(&milestone.done_on);
        }
        self.wishes.retain(|wish| wish.created_on <= day);
        for wish in &mut self.wishes {
            wish.shipped_on = passed(&wish.shipped_on);
        }
        self.advocacy.retain(|activity| activity.requested_on <= day);
        for activity in &mut self.advocacy {
            activity.completed_on = passed(&activity.completed_on);
        }
        // The same stream on every day: a CSM's lean towards an account does not change, what they see does.
        let mut stream = Random::stream(parameters.seed, self.profile.index, "rating");
        let rated = self.contracts.paid(day);
        self.rating = rated.then(|| relationship::rating(&mut stream, &self.latent, day)).flatten();
        Some(self)
    }
}

impl Contracts {
    fn known_on(&mut self, day: NaiveDate) {
        self.versions.retain(|version| version.start <= day);
        for version in &mut self.versions {
            version.cancelled_on = version.cancelled_on.filter(|on| *on <= day);
            // An end ahead is known only where the customer has said so.
            if version.cancelled_on.is_none() {
                version.end = version.end.filter(|end| *end <= day);
            }
        }
        self.losses.retain(|loss| loss.decided_on <= day);
        self.returns.retain(|on| *on <= day);
        let pays = self.at(day).map(|version| version.mrr_minor() * 12);
        self.deals.retain(|deal| deal.created_on <= day);
        for deal in &mut self.deals {
            deal.known_on(day, pays);
        }
    }
}

impl Deal {
    /// One that closed later is open; what is up for renewal is what the customer `pays` a year on that day.
    fn known_on(&mut self, day: NaiveDate, pays: Option<i64>) {
        if self.won.is_none() || self.close_on <= day {
            return;
        }
        (self.close_on, self.won) = (self.expected_on, None);
        if let (true, Some(pays)) = (self.kind == "renewal", pays) {
            self.amount_minor = pays;
        }
    }
}
