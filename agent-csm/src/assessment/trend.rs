//! How each customer uses the product over time: weeks, archetype, change points.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Day;
use super::health::Keyed;
use crate::engine::{Engine, EngineError, decimals};

/// Use over time, by account.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Trend {
    /// Weeks of managed accounts, at most 26, oldest first; none before the first use.
    pub weeks: BTreeMap<String, Vec<UsageWeek>>,
    /// How each managed account uses the product.
    pub archetypes: BTreeMap<String, Archetype>,
    /// When the weekly use settled on another level, oldest first.
    pub changes: BTreeMap<String, Vec<ChangePoint>>,
}

/// Seven days of use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsageWeek {
    /// Its first day.
    pub week_start: Day,
    /// Uses.
    pub uses: i64,
    /// Distinct people; absent where the usage names nobody.
    pub users: Option<i64>,
}

/// A way to use the product.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Archetype {
    /// Its name.
    pub archetype: String,
    /// The rule in words.
    pub definition: String,
    /// Day of the first session that found it; absent before the second session.
    pub since: Option<Day>,
    /// What it was in the last session, where that was another.
    pub was: Option<String>,
}

/// A change of the weekly level.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ChangePoint {
    /// First day of the first week on the new level.
    pub week_start: Day,
    /// Mean uses a week before, up to the change before.
    pub before: f64,
    /// Mean uses a week after, up to the next change.
    pub after: f64,
    /// In words.
    pub text: String,
    /// The figure that opens to its rows.
    pub figure: String,
}

impl Trend {
    /// Reads it from the engine's tables.
    pub(super) fn gather(engine: &Engine) -> Result<Self, EngineError> {
        #[derive(Deserialize)]
        struct Shift {
            week_start: Day,
            level_before: f64,
            level_after: f64,
        }
        let mut trend = Self::default();
        for row in engine.query::<Keyed<UsageWeek>>(WEEKS)? {
            trend.weeks.entry(row.account_id).or_default().push(row.rest);
        }
        for row in engine.query::<Keyed<Archetype>>(ARCHETYPES)? {
            trend.archetypes.insert(row.account_id, row.rest);
        }
        for row in engine.query::<Keyed<Shift>>(CHANGES)? {
            let Shift { week_start, level_before: before, level_after: after } = row.rest;
            let change = ChangePoint {
                week_start,
                before,
                after,
                text: format!(
                    "from {} to {} uses a week in the week of {week_start}",
                    decimals(before, 1),
                    decimals(after, 1)
                ),
                figure: format!("figure:usage_shift@account={}", row.account_id),
            };
            trend.changes.entry(row.account_id).or_default().push(change);
        }
        Ok(trend)
    }
}

const WEEKS: &str = "\
SELECT w.account_id, w.week_start, w.uses, w.users FROM usage_weeks w
JOIN account_status a ON a.account_id = w.account_id AND a.status = 'managed'
ORDER BY w.account_id, w.week_start";

const ARCHETYPES: &str = "\
SELECT account_id, archetype, definition, since, was FROM usage_archetypes ORDER BY account_id";

const CHANGES: &str = "\
SELECT c.account_id, c.week_start, c.level_before, c.level_after FROM usage_change_points c
JOIN account_status a ON a.account_id = c.account_id AND a.status = 'managed'
ORDER BY c.account_id, c.week_start";
