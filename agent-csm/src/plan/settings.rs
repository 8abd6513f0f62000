//! `plans.toml`: who gets a plan, how often we talk, what a growth motion is called.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::assessment::{Account, TierRow};

/// The file as read; every field is documented in it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Who gets a success plan.
    pub priority: Priority,
    /// Days between check-ins.
    pub cadence: Cadence,
    /// Days that count as onboarding, as lately churned.
    pub windows: Windows,
    /// Roles every account should have a named person in.
    pub stakeholder_roles: Vec<String>,
    /// Expansion: floors and motions.
    pub expansion: Expansion,
    /// Advocacy: how often an account may be asked.
    pub advocacy: Advocacy,
    /// What is handed to which peer.
    pub handoffs: Handoffs,
}

/// Who gets a success plan: any of these.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Priority {
    /// Accounts at risk.
    pub at_risk: bool,
    /// Accounts of the tier with the highest ARR.
    pub top_tier: bool,
    /// Accounts that renew in the next 90 days.
    pub renewing: bool,
}

/// Days between check-ins.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cadence {
    /// In the tier with the highest ARR.
    pub top_days: u32,
    /// In the tiers between, and where no tier is configured.
    pub middle_days: u32,
    /// In the tier with the lowest ARR.
    pub bottom_days: u32,
    /// A check-in enters the queue this many days before it is due.
    pub ahead_days: i64,
    /// A tier by its name; wins over its place.
    #[serde(default)]
    pub tiers: BTreeMap<String, u32>,
}

/// Spans of days.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Windows {
    /// An account counts as onboarding this many days from its first paid day.
    pub onboarding_days: i64,
    /// A churned account may be won back this many days after it left.
    pub win_back_days: i64,
}

/// Expansion.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expansion {
    /// Health bands in which nothing is sold.
    pub blocked_bands: Vec<String>,
    /// Growth signal, or its dimension, or `other` -> what we would offer.
    pub motions: BTreeMap<String, Motion>,
}

/// A way to grow.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Motion {
    /// What it is called.
    pub name: String,
    /// What to do next.
    pub next_step: String,
}

/// Advocacy.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Advocacy {
    /// Days an account is left alone after an ask.
    pub cool_down_days: i64,
    /// Asks of one account in 365 days.
    pub asks_a_year: usize,
    /// Asks proposed in one session.
    pub asks_at_once: usize,
}

/// Hand-offs.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Handoffs {
    /// Ticket categories that speak of missing documentation, lower case.
    pub documentation_categories: Vec<String>,
    /// NPS answers up to this score go to research.
    pub detractor_max: i64,
}

/// Where an account's tier stands among the configured ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Highest ARR.
    Top,
    /// Between, or unknown.
    Middle,
    /// Lowest ARR.
    Bottom,
}

/// Why `plans.toml` could not be used.
#[derive(Debug, thiserror::Error)]
#[error("could not read `{file}`, line {line}: {problem}")]
#[non_exhaustive]
pub struct SettingsError {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// What is wrong.
    pub problem: String,
}

impl Settings {
    /// Reads the text of `plans.toml`.
    pub fn parse(file: &str, text: &str) -> Result<Self, SettingsError> {
        toml::from_str(text).map_err(|error| SettingsError {
            file: file.to_owned(),
            line: error.span().map_or(1, |span| 1 + text[..span.start.min(text.len())].matches('\n').count()),
            problem: error.message().to_owned(),
        })
    }

    /// Where `account` stands among `tiers`, the smallest first. One tier alone is neither top nor bottom.
    #[must_use]
    pub fn standing(&self, account: &Account, tiers: &[TierRow]) -> Standing {
        let tier = account.tier.as_deref();
        match tiers {
            [_] | [] => Standing::Middle,
            [.., last] if tier == Some(last.name.as_str()) => Standing::Top,
            [first, ..] if tier == Some(first.name.as_str()) => Standing::Bottom,
            _ => Standing::Middle,
        }
    }
}
