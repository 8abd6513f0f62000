//! One account, whole: the payload of `account_context`.

use serde::{Deserialize, Serialize};

use crate::assessment::{
    Account, ActivityRow, Analysis, ChangeRow, CommentRow, ContactRow, Day, FeatureRequestRow, GapRow,
    MilestoneRow, NoteRow, ObjectiveRow, OpportunityRow, SearchedRow, SnoozeRow, StakeholderRow, TicketRow,
};
use crate::play::Action;

/// Everything the session knows of one account.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccountContext {
    /// End of this day, UTC.
    pub as_of: Day,
    /// Who it is, how it is, and every reading with its figure id.
    pub account: Account,
    /// What is to be done, the most pressing first.
    pub actions: Vec<Action>,
    /// Where its success plan lies, if it has one.
    pub plan: Option<String>,
    /// People.
    pub contacts: Vec<ContactRow>,
    /// What they bought the product for.
    pub objectives: Vec<ObjectiveRow>,
    /// Onboarding steps not reached.
    pub milestones: Vec<MilestoneRow>,
    /// Open deals.
    pub opportunities: Vec<OpportunityRow>,
    /// Requests that have not shipped.
    pub feature_requests: Vec<FeatureRequestRow>,
    /// Recent tickets.
    pub tickets: Vec<TicketRow>,
    /// What they wrote in surveys.
    pub comments: Vec<CommentRow>,
    /// Advocacy asked for or done.
    pub advocacy: Vec<ActivityRow>,
    /// Who is who.
    #[serde(default)]
    pub stakeholders: Vec<StakeholderRow>,
    /// What is missing on that map.
    #[serde(default)]
    pub gaps: Vec<GapRow>,
    /// What our own people noted, the newest first.
    #[serde(default)]
    pub notes: Vec<NoteRow>,
    /// Whether somebody put it aside.
    #[serde(default)]
    pub snooze: Option<SnoozeRow>,
    /// What happened at the customer, the newest first.
    #[serde(default)]
    pub changes: Vec<ChangeRow>,
    /// What was searched for such changes.
    #[serde(default)]
    pub searched: Vec<SearchedRow>,
}

impl AccountContext {
    /// The account of that id; none when the data does not know it. `queue` may be empty.
    #[must_use]
    pub fn of(analysis: &Analysis, queue: &[Action], planned: bool, account_id: &str) -> Option<Self> {
        let account = analysis.accounts.get(account_id)?.clone();
        let people = &analysis.people;
        Some(Self {
            as_of: analysis.as_of,
            actions: of(queue, account_id, |action| &action.account_id),
            plan: planned.then(|| analysis.file_names().plan(account_id)),
            contacts: of(&analysis.contacts, account_id, |row| &row.account_id),
            objectives: of(&analysis.objectives, account_id, |row| &row.account_id),
            milestones: of(&analysis.milestones, account_id, |row| &row.account_id),
            opportunities: of(&analysis.opportunities, account_id, |row| &row.account_id),
            feature_requests: of(&analysis.feature_requests, account_id, |row| &row.account_id),
            tickets: of(&analysis.tickets, account_id, |row| &row.account_id),
            comments: of(&analysis.comments, account_id, |row| &row.account_id),
            advocacy: of(&analysis.activities, account_id, |row| &row.account_id),
            stakeholders: people.stakeholders_of(account_id).cloned().collect(),
            gaps: people.gaps_of(account_id).cloned().collect(),
            notes: people.notes_of(account_id).cloned().collect(),
            snooze: people.snooze_of(account_id).cloned(),
            changes: people.changes_of(account_id).cloned().collect(),
            searched: people.searched_of(account_id).cloned().collect(),
            account,
        })
    }
}

fn of<T: Clone>(rows: &[T], account_id: &str, id: impl Fn(&T) -> &str) -> Vec<T> {
    rows.iter().filter(|row| id(row) == account_id).cloned().collect()
}
