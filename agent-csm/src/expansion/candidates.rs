//! Who may grow, and who is held back until something is repaired.

use protocol::{FigureId, Scope};
use serde::{Deserialize, Serialize};

use crate::assessment::{Account, Analysis, Number, Reason};
use crate::plan::Settings;

use super::Size;

/// Expansion, health-gated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Expansion {
    /// In rank order; open deals without a growth signal come last.
    pub candidates: Vec<Candidate>,
    /// With a signal or a deal, but not to be sold to now.
    pub held_back: Vec<HeldBack>,
}

/// An account that may grow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// The account.
    pub account_id: String,
    /// Its name.
    pub account: String,
    /// The CSM.
    pub owner: String,
    /// Health score.
    pub health: Number,
    /// Health band.
    pub band: Option<String>,
    /// What it pays.
    pub arr: Number,
    /// What says it may grow.
    pub signals: Vec<Reason>,
    /// The open deal, if the source has one.
    pub opportunity_id: Option<String>,
    /// How much.
    pub size: Size,
    /// What we would offer.
    pub motion: String,
    /// What to do next.
    pub next_step: String,
}

/// An account nothing is sold to now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldBack {
    /// The account.
    pub account_id: String,
    /// Its name.
    pub account: String,
    /// The CSM.
    pub owner: String,
    /// What it is held back by.
    pub because: String,
}

/// Growth accounts and open expansion deals, each either a candidate or held back.
#[must_use]
pub fn expansion(analysis: &Analysis, settings: &Settings) -> Expansion {
    let deals: Vec<_> =
        analysis.opportunities.iter().filter(|row| row.kind.as_deref() == Some("expansion")).collect();
    let deal_of = |id: &str| deals.iter().find(|row| row.account_id == id);
    let with_deal = deals
        .iter()
        .filter(|row| !analysis.growth.contains(&row.account_id))
        .map(|row| row.account_id.clone())
        .collect::<std::collections::BTreeSet<_>>();
    // Managed accounts whose growth signal fired, but which the gate kept off the list.
    let gated: Vec<&Account> = analysis
        .managed()
        .filter(|account| account.growth_rank.is_none() && account.fired("growth").next().is_some())
        .filter(|account| !with_deal.contains(&account.account_id))
        .collect();
    let listed: Vec<&Account> = analysis
        .ranked(&analysis.growth)
        .chain(with_deal.iter().filter_map(|id| analysis.accounts.get(id)))
        .filter(|account| account.is_managed())
        .collect();
    let mut candidates = Vec::new();
    let mut held_back = Vec::new();
    for account in listed {
        match gate(account, analysis, settings) {
            Some(because) => held_back.push(held(account, because)),
            None => {
                candidates.push(candidate(account, deal_of(&account.account_id).copied(), analysis, settings))
            }
        }
    }
    for account in gated {
        let because = gate(account, analysis, settings).unwrap_or_else(|| match account.health.value {
            None => "health is not known".to_owned(),
            Some(_) => "health is below the floor for growth".to_owned(),
        });
        held_back.push(held(account, because));
    }
    Expansion { candidates, held_back }
}

fn gate(account: &Account, analysis: &Analysis, settings: &Settings) -> Option<String> {
    if let Some(snooze) = analysis.people.snoozed(&account.account_id) {
        return Some(snooze.says());
    }
    if account.is_at_risk() {
        return Some("at risk: repair first".to_owned());
    }
    let band = account.band.as_ref().filter(|band| settings.expansion.blocked_bands.contains(band))?;
    Some(format!("health is {band}"))
}

fn held(account: &Account, because: String) -> HeldBack {
    HeldBack {
        account_id: account.account_id.clone(),
        account: account.name.clone(),
        owner: account.owner.clone(),
        because,
    }
}

fn candidate(
    account: &Account,
    deal: Option<&crate::assessment::OpportunityRow>,
    analysis: &Analysis,
    settings: &Settings,
) -> Candidate {
    let signals: Vec<Reason> = account.fired("growth").cloned().collect();
    let motions = &settings.expansion.motions;
    let motion = signals
        .iter()
        .find_map(|reason| motions.get(&reason.signal).or_else(|| motions.get(&reason.dimension)))
        .or_else(|| deal.and(motions.get("opportunity")))
        .or_else(|| motions.get("other"));
    let size = match deal {
        Some(deal) => {
            let own = FigureId::of("upsells_identified", &Scope::one("account", &account.account_id));
            let all = FigureId::of("upsells_identified", &Scope::all());
            let basis = [own, all].into_iter().find(|id| analysis.figures.contains_key(id.as_str()));
            Size::deal(
                deal.amount_minor,
                deal.currency.as_deref(),
                &deal.opportunity_id,
                basis.map(|id| id.as_str().to_owned()),
            )
        }
        None => Size::seats(account, &analysis.currency),
    };
    Candidate {
        account_id: account.account_id.clone(),
        account: account.name.clone(),
        owner: account.owner.clone(),
        health: account.health.clone(),
        band: account.band.clone(),
        arr: account.arr.clone(),
        signals,
        opportunity_id: deal.map(|deal| deal.opportunity_id.clone()),
        size,
        motion: motion.map_or_else(|| "discovery".to_owned(), |motion| motion.name.clone()),
        next_step: motion.map_or_else(String::new, |motion| motion.next_step.clone()),
    }
}
