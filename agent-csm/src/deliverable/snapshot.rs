//! What a session leaves behind for the next one to compare with.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::assessment::{Analysis, Day, HealthView};
use crate::health::Past;
use crate::phases::Implementation;
use crate::play::Opened;

/// The base as it stood: small enough to keep, enough to say what changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// End of this day, UTC.
    pub as_of: Day,
    /// Hash of the data, hex.
    pub data_hash: String,
    /// Managed accounts, by id.
    pub accounts: BTreeMap<String, AccountState>,
    /// The program's known values, by metric.
    pub figures: BTreeMap<String, f64>,
    /// When every open action was first opened, by its key.
    pub opened: BTreeMap<String, Opened>,
    /// Scores, bands, segments and fired signals: what the next session holds and dates its own by.
    #[serde(default)]
    pub health: Past,
    /// What this session itself was compared with, so that doing it again compares with the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Box<Snapshot>>,
}

/// An account as it stood.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AccountState {
    /// Its name.
    pub name: String,
    /// The CSM.
    pub owner: String,
    /// Health band.
    pub band: Option<String>,
    /// Health score, whole.
    pub score: Option<i64>,
    /// Whether it was at risk.
    pub at_risk: bool,
    /// ARR, minor units.
    pub arr_minor: Option<i64>,
    /// ARR as shown.
    pub arr_shown: String,
    /// Last day to opt out.
    pub opt_out_on: Option<Day>,
}

impl Snapshot {
    /// The snapshot of this session. `baseline` is what it was compared with.
    #[must_use]
    pub fn of(analysis: &Analysis, implementation: &Implementation, baseline: Option<&Self>) -> Self {
        Self {
            as_of: analysis.as_of,
            data_hash: analysis.data_hash.clone(),
            accounts: analysis
                .managed()
                .map(|account| {
                    let state = AccountState {
                        name: account.name.clone(),
                        owner: account.owner.clone(),
                        band: account.band.clone(),
                        score: account.health.whole(),
                        at_risk: account.is_at_risk(),
                        arr_minor: account.arr.whole(),
                        arr_shown: account.arr.shown.clone(),
                        opt_out_on: account.opt_out_on,
                    };
                    (account.account_id.clone(), state)
                })
                .collect(),
            figures: analysis
                .program()
                .filter_map(|figure| figure.as_f64().map(|value| (figure.metric.clone(), value)))
                .collect(),
            opened: implementation
                .queue
                .iter()
                .map(|action| (action.key.clone(), Opened { on: action.opened_on }))
                .collect(),
            health: HealthView::past(analysis),
            before: baseline.map(|snapshot| Box::new(Self { before: None, ..snapshot.clone() })),
        }
    }

    /// What a session over `analysis` is compared with, given the newest snapshot of the workspace.
    ///
    /// A session that only does the last one again (same data, same day) is compared with what that one was
    /// compared with, so that it writes the same words. A snapshot of a later day is no past to compare with.
    #[must_use]
    pub fn baseline<'a>(analysis: &Analysis, newest: Option<&'a Self>) -> Option<&'a Self> {
        Self::baseline_on(analysis.as_of, &analysis.data_hash, newest)
    }

    /// The same for a session that is yet to be assessed: its day and its data are all that decides.
    #[must_use]
    pub fn baseline_on<'a>(as_of: Day, data_hash: &str, newest: Option<&'a Self>) -> Option<&'a Self> {
        let newest = newest?;
        let again = newest.as_of == as_of && newest.data_hash == data_hash;
        let baseline = if again { newest.before.as_deref() } else { Some(newest) };
        baseline.filter(|snapshot| snapshot.as_of <= as_of)
    }

    /// The health a session on that day and data holds its bands against; empty where there is no past.
    #[must_use]
    pub fn past_on(as_of: Day, data_hash: &str, newest: Option<&Self>) -> Past {
        Self::baseline_on(as_of, data_hash, newest).map(|it| it.health.clone()).unwrap_or_default()
    }
}
