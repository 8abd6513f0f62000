//! Phase 3: renewals, expansion, advocacy, and what peers should take over.

use serde::{Deserialize, Serialize};

use crate::advocacy::{Advocacy, advocacy};
use crate::deliverable::{Handoff, handoffs};
use crate::expansion::{Expansion, expansion};
use crate::renewal::{Renewal, renewals};

use super::{Craft, Implementation};
use crate::assessment::Analysis;

/// What may grow, and who helps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Growth {
    /// Renewals by opt-out date.
    pub renewals: Vec<Renewal>,
    /// Expansion candidates, and those held back.
    pub expansion: Expansion,
    /// Advocacy candidates, and those left alone.
    pub advocacy: Advocacy,
    /// Requests to peer agents.
    pub handoffs: Vec<Handoff>,
}

/// Lists what renews, what may grow and who may speak for us, and prepares the requests to peers.
#[must_use]
pub fn growth(analysis: &Analysis, implementation: &Implementation, craft: &Craft) -> Growth {
    let renewals = renewals(analysis, &implementation.queue);
    let expansion = expansion(analysis, &craft.settings);
    let advocacy = advocacy(analysis, &craft.settings);
    let handoffs = handoffs(analysis, &expansion, &advocacy, &craft.settings);
    Growth { renewals, expansion, advocacy, handoffs }
}
