//! A call to action: what to do for which account, why, who, by when.

use serde::{Deserialize, Serialize};

use crate::assessment::Day;

/// What an action is about. Closed; written in this order in the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ActionKind {
    /// Something may be lost.
    Risk,
    /// A moment of the contract or the customer's life with us: onboarding, renewal, win-back.
    Lifecycle,
    /// Something may be gained.
    Opportunity,
    /// Staying in touch.
    Activity,
}

impl ActionKind {
    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Risk => "risk",
            Self::Lifecycle => "lifecycle",
            Self::Opportunity => "opportunity",
            Self::Activity => "activity",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        [Self::Risk, Self::Lifecycle, Self::Opportunity, Self::Activity]
            .into_iter()
            .find(|kind| kind.word() == word)
    }
}

/// One entry of the queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// `account|type|reason`: there is one action per key.
    pub key: String,
    /// Place in the queue; 1 is first.
    pub priority: usize,
    /// What it is about.
    pub kind: ActionKind,
    /// The account.
    pub account_id: String,
    /// Its name.
    pub account: String,
    /// The signal or condition that opened it.
    pub reason: String,
    /// The reason in words.
    pub why: String,
    /// The figure that opens the reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub figure: Option<String>,
    /// 0 to 3; 3 is the most severe.
    pub severity: i64,
    /// The playbook; `check-in` when it is only about staying in touch.
    pub play: String,
    /// Who leads it.
    pub owner: String,
    /// Day it was first opened; later sessions keep it.
    pub opened_on: Day,
    /// Day of the step that comes next.
    pub due: Day,
    /// Whether the day of any of its steps lies before the as-of date.
    pub overdue: bool,
    /// What to do next; after a question, when the days of other steps have passed.
    pub next_step: String,
    /// Whether that step reaches the customer: sent by hand, after approval.
    pub needs_approval: bool,
    /// Every step, in order.
    pub steps: Vec<Step>,
}

/// A dated step of an action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// What to do.
    pub text: String,
    /// Who.
    pub owner: String,
    /// By when.
    pub due: Day,
    /// What to know about the date, when it could not be counted as the playbook says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Whether it reaches the customer.
    pub needs_approval: bool,
    /// Template of the message it sends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<String>,
}

impl Action {
    /// The account of a key.
    #[must_use]
    pub fn account_of(key: &str) -> Option<&str> {
        let (rest, _) = key.rsplit_once('|')?;
        rest.rsplit_once('|').map(|(account, _)| account)
    }

    /// The key of an action.
    #[must_use]
    pub fn key_of(account_id: &str, kind: ActionKind, reason: &str) -> String {
        format!("{account_id}|{}|{reason}", kind.word())
    }
}
