//! The data files of the workspace: which columns they have and how an account becomes rows.

use std::path::Path;

use super::account::Account;
use super::behaviour as b;
use super::calendar::stamp;
use super::profile::Kind;
use super::sink::{Sink, field};
use super::usage::Use;
use super::world::SimulateError;

/// Currency of every amount.
pub(super) const CURRENCY: &str = "USD";

macro_rules! files {
    ($($name:ident: [$($column:literal),+ $(,)?],)+) => {
        /// The data files being written.
        pub(super) struct Files { $($name: Sink,)+ }

        impl Files {
            /// Creates every file with its header.
            pub(super) fn create(dir: &Path) -> Result<Self, SimulateError> {
                Ok(Self { $($name: Sink::create(dir, stringify!($name), &[$($column),+])?,)+ })
            }

            /// Writes what is still in memory; rows by file.
            pub(super) fn finish(self) -> Result<Vec<(&'static str, u64)>, SimulateError> {
                Ok(vec![$((stringify!($name), self.$name.finish()?),)+])
            }
        }
    };
}

files! {
    accounts: ["account_id", "name", "domain", "segment", "owner", "industry", "country", "employees", "signed_on",
        "is_internal", "csm_rating"],
    advocacy_activities: ["activity_id", "account_id", "contact_id", "kind", "requested_on", "completed_on"],
    churn_events: ["churn_event_id", "account_id", "decided_on", "effective_on", "reason", "is_reactivation"],
    contacts: ["contact_id", "account_id", "email", "name", "title", "role", "created_on", "left_on"],
    feature_requests: ["request_id", "account_id", "contact_id", "title", "verbatim", "created_on", "shipped_on"],
    features: ["feature", "title", "plan", "is_core"],
    interactions: ["interaction_id", "account_id", "contact_id", "kind", "direction", "occurred_at", "owner", "summary"],
    invoices: ["invoice_id", "account_id", "subscription_id", "issued_on", "due_on", "paid_on", "amount_minor",
        "amount_paid_minor", "currency", "status", "attempts"],
    milestones: ["milestone_id", "account_id", "name", "created_on", "due_on", "done_on"],
    objectives: ["objective_id", "account_id", "title", "baseline", "target", "current", "created_on", "due_on",
        "proven_on", "owner_us", "owner_them"],
    opportunities: ["opportunity_id", "account_id", "name", "kind", "stage", "status", "amount_minor", "currency", "owner",
        "created_on", "close_on"],
    subscriptions: ["subscription_id", "account_id", "product", "plan", "seats", "mrr_minor", "currency",
        "billing_interval", "start_date", "end_date", "renewal_date", "notice_days", "auto_renew", "cancelled_on",
        "is_trial"],
    survey_responses: ["response_id", "account_id", "contact_id", "ticket_id", "kind", "scale_min", "scale_max", "score",
        "comment", "responded_at"],
    team_members: ["member_id", "name", "email", "role", "weekly_hours"],
    tickets: ["ticket_id", "account_id", "contact_id", "subject", "opened_at", "first_reply_at", "first_reply_minutes",
        "solved_at", "priority", "category", "reopens", "is_escalated"],
    usage_events: ["account_id", "user_id", "feature", "event_date", "quantity"],
}

/// One member of our own team.
pub(super) struct Colleague {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) role: &'static str,
    pub(super) weekly_hours: i64,
}

impl Files {
    /// Writes the product's features and the team: what doesn't belong to an account.
    pub(super) fn company(&mut self, team: &[Colleague]) -> Result<(), SimulateError> {
        for feature in &b::FEATURES {
            let plans = if feature.plan == 0 { &b::PLANS[..1] } else { &b::PLANS[feature.plan..] };
            for (plan, _) in plans {
                // No plan named means every plan.
                let plan = if feature.plan == 0 { String::new() } else { (*plan).to_owned() };
                self.features.row(&[
                    feature.name.to_owned(),
                    feature.title.to_owned(),
                    plan,
                    feature.core.to_string(),
                ])?;
            }
        }
        for (number, member) in team.iter().enumerate() {
            self.team_members.row(&[
                format!("M{:04}", number + 1),
                member.name.clone(),
                member.email.clone(),
                member.role.to_owned(),
                member.weekly_hours.to_string(),
            ])?;
        }
        Ok(())
    }

    /// Writes all rows of one account.
    pub(super) fn account(
        &mut self,
        account: &Account,
        owner: Option<&str>,
        usage: &[Use],
    ) -> Result<(), SimulateError> {
        let profile = &account.profile;
        self.accounts.row(&[
            profile.id.clone(),
            profile.name.clone(),
            profile.domain.clone(),
            profile.segment.name.to_owned(),
            field(owner),
            profile.industry.to_owned(),
            profile.country.to_owned(),
            profile.employees.to_string(),
            profile.signed_on.to_string(),
            (profile.kind == Kind::Internal).to_string(),
            field(account.rating),
        ])?;
        for person in &account.people {
            self.contacts.row(&[
                person.id.clone(),
                profile.id.clone(),
                person.email.clone(),
                person.name.clone(),
                person.title.to_owned(),
                person.role.to_owned(),
                person.created_on.to_string(),
                field(person.left_on),
            ])?;
        }
        self.money(account, owner)?;
        self.relationship(account, owner)?;
        self.voice(account)?;
        for one in usage {
            self.usage_events.row(&[
                profile.id.clone(),
                account.people[one.person].id.clone(),
                one.feature.to_owned(),
                one.day.to_string(),
                one.quantity.to_string(),
            ])?;
        }
        Ok(())
    }

    fn money(&mut self, account: &Account, owner: Option<&str>) -> Result<(), SimulateError> {
        let profile = &account.profile;
        let contracts = &account.contracts;
        for version in &contracts.versions {
            self.subscriptions.row(&[
                profile.child("S", version.subscription + 1),
                profile.id.clone(),
                "Platform".to_owned(),
                b::PLANS[version.plan].0.to_owned(),
                version.seats.to_string(),
                version.mrr_minor().to_string(),
                CURRENCY.to_owned(),
                match version.billing_months {
                    1 => "month",
                    3 => "quarter",
                    _ => "year",
                }
                .to_owned(),
                version.start.to_string(),
                field(version.end),
                field(version.renewal),
                field(version.notice_days),
                version.auto_renew.to_string(),
                field(version.cancelled_on),
                version.trial.to_string(),
            ])?;
        }
        for (number, invoice) in account.invoices.iter().enumerate() {
            let paid = if invoice.paid_on.is_some() { invoice.amount_minor } else { 0 };
            self.invoices.row(&[
                profile.child("I", number + 1),
                profile.id.clone(),
                profile.child("S", invoice.subscription + 1),
                invoice.issued_on.to_string(),
                invoice.due_on.to_string(),
                field(invoice.paid_on),
                invoice.amount_minor.to_string(),
                paid.to_string(),
                CURRENCY.to_owned(),
                invoice.status.to_owned(),
                field(invoice.attempts),
            ])?;
        }
        let mut deals: Vec<_> = contracts.deals.iter().collect();
        deals.sort_by_key(|deal| (deal.created_on, deal.kind));
        for (number, deal) in deals.into_iter().enumerate() {
            let (stage, status) = match deal.won {
                None => ("Proposal", "open"),
                Some(true) => ("Closed won", "won"),
                Some(false) => ("Closed lost", "lost"),
            };
            self.opportunities.row(&[
                profile.child("O", number + 1),
                profile.id.clone(),
                format!("{} {}", profile.name, deal.kind),
                deal.kind.to_owned(),
                stage.to_owned(),
                status.to_owned(),
                deal.amount_minor.to_string(),
                CURRENCY.to_owned(),
                field(owner),
                deal.created_on.to_string(),
                deal.close_on.to_string(),
            ])?;
        }
        let mut events: Vec<_> = contracts
            .losses
            .iter()
            .map(|loss| (loss.decided_on, loss.effective_on, loss.cause.reason(), false))
            .chain(contracts.returns.iter().map(|on| (*on, *on, "", true)))
            .collect();
        events.sort();
        for (number, (decided, effective, reason, back)) in events.into_iter().enumerate() {
            self.churn_events.row(&[
                profile.child("C", number + 1),
                profile.id.clone(),
                decided.to_string(),
                effective.to_string(),
                reason.to_owned(),
                back.to_string(),
            ])?;
        }
        Ok(())
    }

    fn relationship(&mut self, account: &Account, owner: Option<&str>) -> Result<(), SimulateError> {
        let profile = &account.profile;
        for (number, one) in account.interactions.iter().enumerate() {
            self.interactions.row(&[
                profile.child("N", number + 1),
                profile.id.clone(),
                account.people[one.person].id.clone(),
                one.kind.to_owned(),
                one.direction.to_owned(),
                stamp(one.at),
                field(owner),
                one.summary.to_owned(),
            ])?;
        }
        for (number, one) in account.objectives.iter().enumerate() {
            self.objectives.row(&[
                profile.child("B", number + 1),
                profile.id.clone(),
                one.title.to_owned(),
                one.baseline.to_string(),
                one.target.to_string(),
                one.current.to_string(),
                one.created_on.to_string(),
                one.due_on.to_string(),
                field(one.proven_on),
                field(owner),
                field(one.owner_them.map(|place| account.people[place].name.as_str())),
            ])?;
        }
        for (number, one) in account.milestones.iter().enumerate() {
            self.milestones.row(&[
                profile.child("K", number + 1),
                profile.id.clone(),
                one.name.to_owned(),
                one.created_on.to_string(),
                one.due_on.to_string(),
                field(one.done_on),
            ])?;
        }
        Ok(())
    }

    fn voice(&mut self, account: &Account) -> Result<(), SimulateError> {
        let profile = &account.profile;
        for one in &account.tickets {
            let waited = one.first_reply_at.map(|at| at.signed_duration_since(one.opened_at).num_minutes());
            self.tickets.row(&[
                profile.child("T", one.number),
                profile.id.clone(),
                account.people[one.person].id.clone(),
                one.subject.to_owned(),
                stamp(one.opened_at),
                field(one.first_reply_at.map(stamp)),
                field(waited),
                field(one.solved_at.map(stamp)),
                one.priority.to_owned(),
                one.category.to_owned(),
                one.reopens.to_string(),
                one.escalated.to_string(),
            ])?;
        }
        for (number, one) in account.answers.iter().enumerate() {
            self.survey_responses.row(&[
                profile.child("R", number + 1),
                profile.id.clone(),
                account.people[one.person].id.clone(),
                field(one.ticket.map(|ticket| profile.child("T", ticket))),
                one.kind.to_owned(),
                one.scale.0.to_string(),
                one.scale.1.to_string(),
                one.score.to_string(),
                field(one.comment),
                stamp(one.at),
            ])?;
        }
        for (number, one) in account.wishes.iter().enumerate() {
            self.feature_requests.row(&[
                profile.child("W", number + 1),
                profile.id.clone(),
                account.people[one.person].id.clone(),
                one.title.to_owned(),
                one.verbatim.to_owned(),
                one.created_on.to_string(),
                field(one.shipped_on),
            ])?;
        }
        for (number, one) in account.advocacy.iter().enumerate() {
            self.advocacy_activities.row(&[
                profile.child("V", number + 1),
                profile.id.clone(),
                account.people[one.person].id.clone(),
                one.kind.to_owned(),
                one.requested_on.to_string(),
                field(one.completed_on),
            ])?;
        }
        Ok(())
    }
}
