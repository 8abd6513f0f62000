//! Support history of every customer, digested.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::health::Keyed;
use crate::engine::{Engine, EngineError, decimals};

/// Digests by account; empty where the data has no ticket.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Support {
    /// Every managed account, by id.
    pub accounts: BTreeMap<String, SupportDigest>,
}

/// One account's tickets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SupportDigest {
    /// Opened in 90 days.
    pub tickets_90: i64,
    /// Opened in the 90 days before.
    pub tickets_before: i64,
    /// Opened in 90 days per 100 seats; absent where seats are not known.
    pub per_100_seats: Option<f64>,
    /// Urgent ones of 90 days.
    pub urgent_90: i64,
    /// High ones of 90 days.
    pub high_90: i64,
    /// Reopens of the tickets of 90 days.
    pub reopens_90: i64,
    /// Open now.
    pub open_now: i64,
    /// Days the oldest open one has been open.
    pub oldest_open_days: Option<i64>,
    /// Days the oldest open urgent one has been open.
    pub oldest_urgent_days: Option<i64>,
    /// Good CSAT answers of 180 days.
    pub csat_good: i64,
    /// CSAT answers of 180 days.
    pub csat_n: i64,
    /// Median minutes to the first human reply, 90 days.
    pub reply_minutes: Option<f64>,
    /// The most frequent categories of 90 days with their tickets.
    #[serde(default)]
    pub categories: Vec<(String, i64)>,
    /// In words.
    #[serde(default)]
    pub text: String,
    /// The figures that open to its rows.
    #[serde(default)]
    pub figures: Vec<String>,
}

/// Signals over the rows of the digest.
const SIGNALS: [&str; 6] = [
    "csat_low",
    "slow_first_reply",
    "ticket_load",
    "ticket_reopens",
    "ticket_severity",
    "urgent_tickets_open",
];

impl Support {
    /// Reads it from the engine's tables.
    pub(super) fn gather(engine: &Engine) -> Result<Self, EngineError> {
        #[derive(Deserialize)]
        struct Category {
            category: String,
            tickets: i64,
        }
        let mut accounts: BTreeMap<String, SupportDigest> = engine
            .query::<Keyed<SupportDigest>>(DIGESTS)?
            .into_iter()
            .map(|row| (row.account_id, row.rest))
            .collect();
        for row in engine.query::<Keyed<Category>>(CATEGORIES)? {
            if let Some(digest) = accounts.get_mut(&row.account_id) {
                digest.categories.push((row.rest.category, row.rest.tickets));
            }
        }
        for reading in engine.readings() {
            if let Some(digest) = accounts.get_mut(&reading.account_id)
                && SIGNALS.contains(&reading.signal.as_str())
            {
                digest.figures.push(reading.figure.id.as_str().to_owned());
            }
        }
        for digest in accounts.values_mut() {
            digest.text = digest.words();
        }
        Ok(Self { accounts })
    }
}

impl SupportDigest {
    fn words(&self) -> String {
        let mut told = vec![format!(
            "{} tickets in 90 days, {} in the 90 days before",
            self.tickets_90, self.tickets_before
        )];
        if let Some(rate) = self.per_100_seats.filter(|_| self.tickets_90 > 0) {
            told.push(format!("{} per 100 seats", decimals(rate, 1)));
        }
        if self.urgent_90 + self.high_90 > 0 {
            told.push(format!("{} urgent, {} high", self.urgent_90, self.high_90));
        }
        if self.reopens_90 > 0 {
            told.push(format!("reopened {} times", self.reopens_90));
        }
        if let Some(days) = self.oldest_open_days {
            told.push(format!("{} open, the oldest for {days} days", self.open_now));
        }
        if let Some(days) = self.oldest_urgent_days {
            told.push(format!("an urgent one open for {days} days"));
        }
        if self.csat_n > 0 {
            told.push(format!("{} of {} CSAT answers in 180 days good", self.csat_good, self.csat_n));
        }
        if let Some(minutes) = self.reply_minutes {
            told.push(format!("first reply after {} minutes (median)", decimals(minutes, 0)));
        }
        if !self.categories.is_empty() {
            let topics: Vec<String> =
                self.categories.iter().map(|(name, tickets)| format!("{name} {tickets}")).collect();
            told.push(format!("about {}", topics.join(", ")));
        }
        told.join("; ")
    }
}

const DIGESTS: &str = "\
SELECT account_id, tickets_90, tickets_before, per_100_seats, urgent_90, high_90, reopens_90, open_now,
       oldest_open_days, oldest_urgent_days, csat_good, csat_n, reply_minutes
FROM support_digest ORDER BY account_id";

const CATEGORIES: &str =
    "SELECT account_id, category, tickets FROM support_categories ORDER BY account_id, place";
