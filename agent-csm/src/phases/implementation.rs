//! Phase 2: what to do, for whom, by when.

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
