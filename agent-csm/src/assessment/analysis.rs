//! Phase 1: what is so.

use std::collections::BTreeMap;

use protocol::{Figure, FigureId, Scope};
use serde::{Deserialize, Serialize};

use super::by_account::of;
use super::{
    Account, ActivityRow, AdvocacyRow, Blockers, Checks, ChurnView, CommentRow, ContactRow, Day,
    FeatureRequestRow, HealthView, Inputs, MilestoneRow, Number, ObjectiveRow, OpportunityRow, People,
    Reading, RenewalRow, Sight, Support, TicketRow, TierRow, Trend, Voice,
};
use crate::workspace::FileNames;

/// The customer base as assessed: what every later step reads, and nothing else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Analysis {
    /// The company whose customers these are.
    pub company: String,
    /// Reporting currency, ISO 4217.
    pub currency: String,
    /// End of this day, UTC.
    pub as_of: Day,
    /// Hash of the data, hex.
    pub data_hash: String,
    /// Sentences on tables of which import could not take more than a tenth.
    pub left_out: Vec<String>,
    /// Tiers by ARR, the smallest first.
    pub tiers: Vec<TierRow>,
    /// Success goals as people wrote them.
    pub goals: Vec<String>,
    /// Figures by id: the program's, per part, and those an account's page or a hand-off rests on.
    pub figures: BTreeMap<String, Figure>,
    /// Every account, by id.
    pub accounts: BTreeMap<String, Account>,
    /// Accounts at risk, in rank order.
    pub at_risk: Vec<String>,
    /// Growth accounts, in rank order.
    pub growth: Vec<String>,
    /// Renewals ahead, the earliest deadline first.
    pub renewals: Vec<RenewalRow>,
    /// Accounts that may be asked to speak for us, in rank order.
    pub advocacy: Vec<AdvocacyRow>,
    /// People at accounts.
    pub contacts: Vec<ContactRow>,
    /// What customers bought the product for.
    pub objectives: Vec<ObjectiveRow>,
    /// Onboarding steps not reached.
    pub milestones: Vec<MilestoneRow>,
    /// Open deals in existing accounts.
    pub opportunities: Vec<OpportunityRow>,
    /// Requests that have not shipped.
    pub feature_requests: Vec<FeatureRequestRow>,
    /// Advocacy asked for or done.
    pub activities: Vec<ActivityRow>,
    /// Recent tickets.
    pub tickets: Vec<TicketRow>,
    /// Recent survey comments.
    pub comments: Vec<CommentRow>,
    /// Tables without a row.
    pub empty_tables: Vec<String>,
    /// What the invariants say.
    #[serde(default)]
    pub checks: Checks,
    /// Who is who, and what our own people said.
    #[serde(default)]
    pub people: People,
    /// What customers wrote.
    #[serde(default)]
    pub voice: Voice,
    /// Probabilities to leave, where they are trusted; else why there are none.
    #[serde(default)]
    pub churn: ChurnView,
    /// Health of every customer in full.
    #[serde(default)]
    pub health: HealthView,
    /// How each customer uses the product over time.
    #[serde(default)]
    pub trend: Trend,
    /// What keeps customers from using what they bought.
    #[serde(default)]
    pub blockers: Blockers,
    /// Support history of every customer.
    #[serde(default)]
    pub support: Support,
    /// What pages draw beside figures and readings.
    #[serde(default)]
    pub sight: Sight,
}

impl Analysis {
    /// The program's number for `metric`.
    #[must_use]
    pub fn number(&self, metric: &str) -> Number {
        self.part(metric, &Scope::all())
    }

    /// The number of `metric` over a part: an owner, a segment, a tier, an account.
    #[must_use]
    pub fn part(&self, metric: &str, scope: &Scope) -> Number {
        let id = FigureId::of(metric, scope);
        Number::or_unknown(self.figures.get(id.as_str()), metric, "not computed")
    }

    /// The program's figure for `metric`.
    #[must_use]
    pub fn figure(&self, metric: &str) -> Option<&Figure> {
        self.figures.get(FigureId::of(metric, &Scope::all()).as_str())
    }

    /// Figures over everything, by metric.
    pub fn program(&self) -> impl Iterator<Item = &Figure> {
        self.figures.values().filter(|figure| figure.scope.dimension == "all")
    }

    /// The accounts of a ranked list, in its order.
    pub fn ranked<'a>(&'a self, ids: &'a [String]) -> impl Iterator<Item = &'a Account> {
        ids.iter().filter_map(|id| self.accounts.get(id))
    }

    /// Managed accounts, by id.
    pub fn managed(&self) -> impl Iterator<Item = &Account> {
        self.accounts.values().filter(|account| account.is_managed())
    }

    /// Names of the files that belong to accounts.
    #[must_use]
    pub fn file_names(&self) -> FileNames {
        FileNames::of(self.accounts.keys().map(String::as_str))
    }

    /// Contacts of an account.
    pub fn contacts_of(&self, account_id: &str) -> impl Iterator<Item = &ContactRow> {
        of(&self.contacts, account_id, |row| &row.account_id)
    }

    /// What an account wants to reach.
    pub fn objectives_of(&self, account_id: &str) -> impl Iterator<Item = &ObjectiveRow> {
        of(&self.objectives, account_id, |row| &row.account_id)
    }

    /// Recent tickets of an account.
    pub fn tickets_of(&self, account_id: &str) -> impl Iterator<Item = &TicketRow> {
        of(&self.tickets, account_id, |row| &row.account_id)
    }

    /// Owners of managed accounts, by name.
    #[must_use]
    pub fn owners(&self) -> Vec<&str> {
        let mut owners: Vec<&str> = self.managed().map(|account| account.owner.as_str()).collect();
        owners.sort_unstable();
        owners.dedup();
        owners
    }

    /// The first twelve characters of the data's hash, for pages.
    #[must_use]
    pub fn short_hash(&self) -> &str {
        self.data_hash.get(..12).unwrap_or(&self.data_hash)
    }

    /// Whether no source fills `table`.
    #[must_use]
    pub fn is_empty_table(&self, table: &str) -> bool {
        self.empty_tables.iter().any(|name| name == table)
    }
}

/// Brings figures, readings and rows together account by account and keeps every list in a stated order.
#[must_use]
pub fn assess(inputs: &Inputs) -> Analysis {
    let mut figures: BTreeMap<String, Figure> =
        inputs.figures.iter().map(|figure| (figure.id.as_str().to_owned(), figure.clone())).collect();
    let mut readings: BTreeMap<&str, Vec<&Reading>> = BTreeMap::new();
    for reading in &inputs.readings {
        readings.entry(&reading.account_id).or_default().push(reading);
        if reading.fired {
            figures.insert(reading.figure.id.as_str().to_owned(), reading.figure.clone());
        }
    }
    let mut accounts: BTreeMap<String, Account> = inputs
        .accounts
        .iter()
        .map(|row| {
            let own = readings.get(row.account_id.as_str()).map_or(&[][..], Vec::as_slice);
            (row.account_id.clone(), Account::assess(row, own, &figures, inputs.as_of))
        })
        .collect();
    for ranked in &inputs.at_risk {
        if let Some(account) = accounts.get_mut(&ranked.account_id) {
            account.risk_rank = Some(ranked.rank);
        }
    }
    for ranked in &inputs.growth {
        if let Some(account) = accounts.get_mut(&ranked.account_id) {
            account.growth_rank = Some(ranked.rank);
        }
    }
    let mut renewals = sorted(&inputs.renewals, |row| {
        (row.deadline_on.unwrap_or(row.renewal_date), row.renewal_date, row.account_id.clone())
    });
    renewals.dedup();
    for renewal in &renewals {
        if let Some(account) = accounts.get_mut(&renewal.account_id) {
            account.deadline_on = renewal.deadline_on;
            account.renews_in_90_days = renewal.in_90_days;
            account.decides_in_90_days = renewal.deadline_in_90_days;
        }
    }
    Analysis {
        company: inputs.company.clone(),
        currency: inputs.currency.clone(),
        as_of: inputs.as_of,
        data_hash: inputs.data_hash.clone(),
        left_out: inputs.left_out.clone(),
        tiers: sorted(&inputs.tiers, |tier| (tier.min_arr_minor, tier.name.clone())),
        goals: inputs.goals.clone(),
        at_risk: by_rank(&accounts, |account| account.risk_rank),
        growth: by_rank(&accounts, |account| account.growth_rank),
        renewals,
        advocacy: sorted(&inputs.advocacy, |row| (row.rank, row.account_id.clone())),
        contacts: sorted(&inputs.contacts, |row| (row.account_id.clone(), row.contact_id.clone())),
        objectives: sorted(&inputs.objectives, |row| (row.account_id.clone(), row.objective_id.clone())),
        milestones: sorted(&inputs.milestones, |row| {
            (row.account_id.clone(), row.due_on, row.milestone_id.clone())
        }),
        opportunities: sorted(&inputs.opportunities, |row| {
            (row.account_id.clone(), row.opportunity_id.clone())
        }),
        feature_requests: sorted(&inputs.feature_requests, |row| (row.title.clone(), row.request_id.clone())),
        activities: sorted(&inputs.activities, |row| (row.account_id.clone(), row.activity_id.clone())),
        tickets: sorted(&inputs.tickets, |row| (row.account_id.clone(), row.ticket_id.clone())),
        comments: sorted(&inputs.comments, |row| (row.account_id.clone(), row.response_id.clone())),
        empty_tables: sorted(&inputs.empty_tables, Clone::clone),
        checks: inputs.checks.clone(),
        people: inputs.people.clone(),
        voice: inputs.voice.clone(),
        churn: inputs.churn.clone(),
        health: inputs.health.clone(),
        trend: inputs.trend.clone(),
        blockers: inputs.blockers.clone(),
        support: inputs.support.clone(),
        sight: inputs.sight.clone(),
        figures,
        accounts,
    }
}

fn by_rank(accounts: &BTreeMap<String, Account>, rank: impl Fn(&Account) -> Option<i64>) -> Vec<String> {
    let mut ranked: Vec<(i64, &String)> =
        accounts.iter().filter_map(|(id, account)| rank(account).map(|rank| (rank, id))).collect();
    ranked.sort_unstable();
    ranked.into_iter().map(|(_, id)| id.clone()).collect()
}

fn sorted<T: Clone, K: Ord>(rows: &[T], key: impl Fn(&T) -> K) -> Vec<T> {
    let mut rows = rows.to_vec();
    rows.sort_by_cached_key(key);
    rows
}
