//! What keeps customers from using what they bought, by account and by theme.

use serde::{Deserialize, Serialize};

use crate::engine::{Engine, EngineError};

/// Adoption blockers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blockers {
    /// By account, then theme, then feature.
    pub list: Vec<Blocker>,
    /// By theme, the most ARR first.
    pub themes: Vec<BlockerTheme>,
}

/// One blocker of one account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blocker {
    /// The account.
    pub account_id: String,
    /// What kind it is.
    pub theme: String,
    /// The feature, where it is about one.
    pub feature: Option<String>,
    /// In words.
    pub text: String,
    /// The figure that opens to its rows.
    pub figure: String,
    /// ARR of the account, minor units.
    pub arr_minor: Option<i64>,
}

/// A kind of blocker over the whole base.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockerTheme {
    /// The kind.
    pub theme: String,
    /// Accounts that have it.
    pub accounts: i64,
    /// Their ARR, each account once, minor units; absent where one of them is not known.
    pub arr_minor: Option<i64>,
}

impl Blockers {
    /// Reads it from the engine's tables.
    pub(super) fn gather(engine: &Engine) -> Result<Self, EngineError> {
        Ok(Self { list: engine.query(LIST)?, themes: engine.query(THEMES)? })
    }
}

const LIST: &str = "\
SELECT account_id, theme, feature, text, 'figure:' || signal || '@account=' || account_id AS figure, arr_minor
FROM blockers ORDER BY account_id, theme, feature, text";

const THEMES: &str = "SELECT theme, accounts, arr_minor FROM blocker_themes ORDER BY place";
