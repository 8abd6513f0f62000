//! One account, drawn whole: the hidden state first, everything visible from it.

use chrono::NaiveDate;

use super::behaviour as b;
use super::billing::{self, Invoice};
use super::contract::{self, Contracts, Version};
use super::latent::Latent;
use super::parameters::Parameters;
use super::people::{self, Person};
use super::profile::{Kind, Profile};
use super::random::Random;
use super::relationship::{self, Interaction, Milestone, Objective};
use super::support::{self, Answer, Ticket};
use super::survey;
use super::voice::{self, Advocacy, Wish};

/// Everything about one account but its usage.
pub(super) struct Account {
    pub(super) profile: Profile,
    pub(super) latent: Latent,
    pub(super) contracts: Contracts,
    pub(super) people: Vec<Person>,
    pub(super) invoices: Vec<Invoice>,
    pub(super) tickets: Vec<Ticket>,
    pub(super) answers: Vec<Answer>,
    pub(super) interactions: Vec<Interaction>,
    pub(super) objectives: Vec<Objective>,
    pub(super) milestones: Vec<Milestone>,
    pub(super) wishes: Vec<Wish>,
    pub(super) advocacy: Vec<Advocacy>,
    /// The CSM's own word; set for a day by [`Account::known_on`].
    pub(super) rating: Option<&'static str>,
    pub(super) notes: bool,
}

impl Account {
    /// Draws account number `index` up to the last day of the history, each concern from its own stream.
    pub(super) fn draw(parameters: &Parameters, index: u64) -> Self {
        let as_of = parameters.as_of;
        let stream = |concern| Random::stream(parameters.seed, index, concern);
        let profile = Profile::draw(parameters, index);
        let latent = Latent::draw(&mut stream("latent"), profile.signed_on, as_of);
        let contracts = match profile.kind {
            Kind::Customer => contract::draw(&mut stream("contract"), &profile, &latent, as_of),
            Kind::Prospect => Contracts::default(),
            Kind::Internal => Contracts { versions: vec![free(profile.signed_on)], ..Contracts::default() },
        };
        let people = people::draw(
            &mut stream("people"),
            &mut stream("turnover"),
            &profile,
            &latent,
            &contracts,
            as_of,
        );
        let invoices = billing::draw(&mut stream("billing"), &profile, &latent, &contracts, as_of);
        let (tickets, mut answers) =
            support::draw(&mut stream("support"), &latent, &contracts, &people, as_of);
        answers.extend(survey::draw(&mut stream("survey"), &profile, &latent, &contracts, &people, as_of));
        answers.sort_by_key(|answer| answer.at);
        let interactions = relationship::interactions(
            &mut stream("interactions"),
            &profile,
            &latent,
            &contracts,
            &people,
            as_of,
        );
        let objectives =
            relationship::objectives(&mut stream("objectives"), &latent, &contracts, &people, as_of);
        let milestones = relationship::milestones(&mut stream("milestones"), &latent, &contracts, as_of);
        let history = parameters.from();
        let (wishes, advocacy) =
            voice::draw(&mut stream("voice"), &profile, &latent, &contracts, &people, history, as_of);
        let notes = stream("notes").chance(b::NOTES_KEPT);
        Self {
            profile,
            latent,
            contracts,
            people,
            invoices,
            tickets,
            answers,
            interactions,
            objectives,
            milestones,
            wishes,
            advocacy,
            rating: None,
            notes,
        }
    }
}

/// What our own test accounts have: five seats at no price.
fn free(start: NaiveDate) -> Version {
    Version {
        subscription: 0,
        plan: b::PLANS.len() - 1,
        seats: 5,
        unit_minor: 0,
        billing_months: 12,
        start,
        end: None,
        renewal: None,
        notice_days: None,
        auto_renew: true,
        cancelled_on: None,
        trial: false,
    }
}
