//! What the engine is told beside the tables.

use crate::churn::Stored;
use crate::health::Past;
use crate::people::Heard;

/// What a session knows that is in no table: empty as if there had been no session before and nobody had said a word.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// What the last session left: its bands are held and its fired signals keep their day.
    pub past: Past,
    /// What people and pages said, as the session took it in.
    pub heard: Heard,
    /// What the last backtest left: the churn model, where one is trusted.
    pub churn: Stored,
}
