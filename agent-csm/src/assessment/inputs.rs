//! What a session step hands to the analysis: figures, readings and the few rows that plans speak of.

use protocol::Figure;
use serde::{Deserialize, Serialize};

use super::{Blockers, Checks, ChurnView, Day, HealthView, People, Sight, Support, Trend, Voice};

/// Everything the phases look at. Assessed already; nothing here is computed by the phases again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Inputs {
    /// The company whose customers these are, for page titles.
    pub company: String,
    /// Reporting currency, ISO 4217.
    pub currency: String,
    /// End of this day, UTC.
    pub as_of: Day,
    /// Hash of the data, hex.
    pub data_hash: String,
    /// Sentences on tables of which import could not take more than a tenth.
    #[serde(default)]
    pub left_out: Vec<String>,
    /// Tiers by ARR; empty when none are configured.
    pub tiers: Vec<TierRow>,
    /// Success goals as people wrote them: in `csm.toml`, or another agent's claim with its name.
    pub goals: Vec<String>,
    /// Every figure, of any scope: the program's, per owner, segment and tier, and per account.
    pub figures: Vec<Figure>,
    /// Every account known on the as-of date.
    pub accounts: Vec<AccountRow>,
    /// Every signal reading.
    pub readings: Vec<Reading>,
    /// Managed accounts at risk, ranked.
    pub at_risk: Vec<Ranked>,
    /// Health-gated growth accounts, ranked.
    pub growth: Vec<Ranked>,
    /// Renewals ahead.
    pub renewals: Vec<RenewalRow>,
    /// Accounts that may be asked to speak for us.
    pub advocacy: Vec<AdvocacyRow>,
    /// People at accounts.
    pub contacts: Vec<ContactRow>,
    /// What customers bought the product for.
    pub objectives: Vec<ObjectiveRow>,
    /// Dated steps of onboarding that are not reached yet.
    pub milestones: Vec<MilestoneRow>,
    /// Open deals in existing accounts.
    pub opportunities: Vec<OpportunityRow>,
    /// Requests that have not shipped.
    pub feature_requests: Vec<FeatureRequestRow>,
    /// Advocacy asked for or done.
    pub activities: Vec<ActivityRow>,
    /// Tickets of the last 90 days.
    pub tickets: Vec<TicketRow>,
    /// Survey comments of the last 365 days.
    pub comments: Vec<CommentRow>,
    /// Tables without a row, so that silence is not taken for absence.
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
    /// What may be said of churn.
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

/// A tier as configured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TierRow {
    /// Its name.
    pub name: String,
    /// Least ARR of an account in it, minor units.
    pub min_arr_minor: i64,
}

/// One account on the as-of date.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccountRow {
    /// The account.
    pub account_id: String,
    /// Name people use.
    pub name: String,
    /// The CSM; `unassigned` when the data names nobody.
    pub owner: String,
    /// Segment as the source states it.
    pub segment: Option<String>,
    /// Tier by ARR.
    pub tier: Option<String>,
    /// `managed`, `trial`, `prospect`, `churned` or `internal`.
    pub status: String,
    /// Health band; absent when unscored.
    pub band: Option<String>,
    /// Share of the score's weight that was measured, 0..1.
    pub coverage: Option<f64>,
    /// What held the score down, if a floor did.
    pub floored_by: Option<String>,
    /// Day the current term ends.
    pub renewal_date: Option<Day>,
    /// Last day to opt out.
    pub opt_out_on: Option<Day>,
    /// Renews unless the customer opts out.
    pub auto_renew: Option<bool>,
    /// First paid day.
    pub first_paid_on: Option<Day>,
    /// Day recurring revenue last fell to zero.
    pub churned_on: Option<Day>,
    /// Last dated interaction.
    pub last_touch_on: Option<Day>,
    /// Purchased seats.
    pub seats: Option<i64>,
    /// Recurring revenue a month of the subscriptions that state their seats, minor units.
    pub seat_mrr_minor: Option<i64>,
    /// That it has announced to stop, whole or in part, when, and since when that is known.
    #[serde(default)]
    pub announced_end: Option<String>,
    /// The day the last of what is announced to end ends.
    #[serde(default)]
    pub ends_on: Option<Day>,
}

/// One signal of one account, with the figure that opens to its rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// The account.
    pub account_id: String,
    /// The signal's name.
    pub signal: String,
    /// `risk`, `growth`, `adoption` or `context`.
    pub kind: String,
    /// `usage`, `adoption`, `support`, `engagement`, `payment`, `contract`, `stakeholder` or `sentiment`.
    pub dimension: String,
    /// Whether the signal's rule holds.
    pub fired: bool,
    /// 1 to 3.
    pub severity: i64,
    /// What it says, filled from rows.
    pub text: String,
    /// The reading as a figure.
    pub figure: Figure,
}

/// An account's place in a ranked list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ranked {
    /// The account.
    pub account_id: String,
    /// 1 is first.
    pub rank: i64,
}

/// A renewal ahead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RenewalRow {
    /// The account.
    pub account_id: String,
    /// First day of the next term.
    pub renewal_date: Day,
    /// Next last day to opt out, or the one that has passed; absent where nothing renews by itself.
    #[serde(default)]
    pub opt_out_on: Option<Day>,
    /// The day by which they decide: the opt-out, or the term's end where nothing renews by itself; absent once passed.
    #[serde(default)]
    pub deadline_on: Option<Day>,
    /// Whether a term of theirs renews in the next 90 days.
    pub in_90_days: bool,
    /// Whether a deadline of theirs falls in the next 90 days.
    #[serde(default)]
    pub deadline_in_90_days: bool,
    /// Fiscal quarter of the renewal date.
    #[serde(default)]
    pub quarter: Option<String>,
}

/// An account that may be asked to speak for us.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdvocacyRow {
    /// The account.
    pub account_id: String,
    /// 1 is first.
    pub rank: i64,
    /// Why, in words, where the data says it.
    pub reason: Option<String>,
}

/// A person at an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ContactRow {
    /// The person.
    pub contact_id: String,
    /// The account.
    pub account_id: String,
    /// Full name.
    pub name: Option<String>,
    /// Mail address.
    pub email: Option<String>,
    /// Job title.
    pub title: Option<String>,
    /// economic_buyer, champion, admin, technical, procurement, user or blocker.
    pub role: Option<String>,
    /// When the person left.
    pub left_on: Option<Day>,
}

/// An objective of the customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ObjectiveRow {
    /// The objective.
    pub objective_id: String,
    /// The account.
    pub account_id: String,
    /// In the customer's words.
    pub title: String,
    /// Value at the start.
    pub baseline: Option<f64>,
    /// Value agreed.
    pub target: Option<f64>,
    /// Last measured value.
    pub current: Option<f64>,
    /// Due.
    pub due_on: Option<Day>,
    /// Confirmed by the customer.
    pub proven_on: Option<Day>,
    /// Owner on the customer's side.
    pub owner_them: Option<String>,
}

/// A dated step that is not reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MilestoneRow {
    /// The milestone.
    pub milestone_id: String,
    /// The account.
    pub account_id: String,
    /// What is reached.
    pub name: String,
    /// Planned for.
    pub due_on: Option<Day>,
}

/// An open deal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpportunityRow {
    /// The opportunity.
    pub opportunity_id: String,
    /// The account.
    pub account_id: String,
    /// Name.
    pub name: Option<String>,
    /// `expansion` or `renewal`.
    pub kind: Option<String>,
    /// Stage as the source states it.
    pub stage: Option<String>,
    /// Amount as the source states it, minor units.
    pub amount_minor: Option<i64>,
    /// Currency of the amount.
    pub currency: Option<String>,
}

/// A request of a customer that has not shipped.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeatureRequestRow {
    /// The request.
    pub request_id: String,
    /// The account.
    pub account_id: String,
    /// What is asked; the same wish has the same title.
    pub title: String,
    /// In the customer's words.
    pub verbatim: Option<String>,
    /// Asked on.
    pub created_on: Day,
}

/// Advocacy asked for, done or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ActivityRow {
    /// The activity.
    pub activity_id: String,
    /// The account.
    pub account_id: String,
    /// reference, case_study, review …
    pub kind: Option<String>,
    /// Asked on.
    pub requested_on: Day,
    /// Done on.
    pub completed_on: Option<Day>,
}

/// A support ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TicketRow {
    /// The ticket.
    pub ticket_id: String,
    /// The account.
    pub account_id: String,
    /// Subject.
    pub subject: Option<String>,
    /// Category as the source states it.
    pub category: Option<String>,
    /// Opened.
    pub opened_on: Day,
    /// Escalated.
    pub is_escalated: Option<bool>,
    /// Whether it is still open.
    pub is_open: bool,
}

/// What somebody wrote in a survey.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommentRow {
    /// The answer.
    pub response_id: String,
    /// The account.
    pub account_id: String,
    /// nps, csat or ces.
    pub kind: String,
    /// Score given.
    pub score: i64,
    /// Verbatim.
    pub comment: String,
    /// Given on.
    pub responded_on: Day,
}
