//! Phase 2: what to do, for whom, by when.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::deliverable::Snapshot;
use crate::plan::{SuccessPlan, success_plans};
use crate::play::{Action, action_queue};

use super::Craft;
use crate::assessment::Analysis;

/// Plans and the queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Implementation {
    /// Every action, the most pressing first.
    pub queue: Vec<Action>,
    /// Plans of the priority accounts.
    pub plans: Vec<SuccessPlan>,
}

impl Implementation {
    /// The most pressing action of every account that has one, by account.
    #[must_use]
    pub fn most_pressing(&self) -> BTreeMap<&str, &Action> {
        // Later ones are overwritten: the queue is read from its end.
        self.queue.iter().rev().map(|action| (action.account_id.as_str(), action)).collect()
    }

    /// The accounts that have a success plan.
    #[must_use]
    pub fn planned(&self) -> BTreeSet<&str> {
        self.plans.iter().map(|plan| plan.account.account_id.as_str()).collect()
    }
}

/// Opens actions where playbooks apply and writes a plan for every priority account.
///
/// `previous` is the snapshot of the session before: an action it knew keeps the day it was opened.
#[must_use]
pub fn implementation(analysis: &Analysis, craft: &Craft, previous: Option<&Snapshot>) -> Implementation {
    let earlier = previous.map(|snapshot| snapshot.opened.clone()).unwrap_or_default();
    let queue = action_queue(analysis, craft, &earlier);
    let plans = success_plans(analysis, craft, &queue);
    Implementation { queue, plans }
}
