//! What a session leaves behind for the next one to compare with.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::assessment::{Analysis, Day, HealthView};
use crate::health::{Past, PastAction, Record, Records};
use crate::phases::Implementation;
use crate::play::{Action, Opened};

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
    /// SHA-256 of the file that defined each of them; a snapshot of an older version names none.
    #[serde(default)]
    pub definitions: BTreeMap<String, String>,
    /// When every open action was first opened, by its key.
    pub opened: BTreeMap<String, Opened>,
    /// Scores, bands, segments and fired signals: what the next session holds and dates its own by.
    #[serde(default)]
    pub health: Past,
    /// What sessions of earlier days had on record; what this one had is in [`Snapshot::health`].
    #[serde(default, skip_serializing_if = "Records::is_empty")]
    pub records: Records,
    /// What this session itself was compared with, so that doing it again compares with the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Box<Snapshot>>,
    /// The newest snapshot where this session looked back to an earlier day: the next session of a later day is compared
    /// with that one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub later: Option<Box<Snapshot>>,
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
    /// The snapshot of this session, given the newest one before it.
    #[must_use]
    pub fn of(analysis: &Analysis, implementation: &Implementation, newest: Option<&Self>) -> Self {
        let baseline = Self::baseline(analysis, newest);
        let later = newest.map(|it| it.later.as_deref().unwrap_or(it)).filter(|it| it.as_of > analysis.as_of);
        let mut health = HealthView::past(analysis);
        for action in &implementation.queue {
            if let Some(account) = health.accounts.get_mut(&action.account_id) {
                account.actions.push(PastAction {
                    key: action.key.clone(),
                    play: action.play.clone(),
                    opened_on: action.opened_on,
                    due: action.due,
                });
            }
        }
        // What is put aside is not in the queue, and not closed either.
        let aside = |key: &str| {
            Action::account_of(key).is_some_and(|account| analysis.people.snoozed(account).is_some())
        };
        let put_aside = baseline.into_iter().flat_map(|it| &it.opened).filter(|(key, _)| aside(key));
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
            definitions: analysis
                .program()
                .map(|figure| (figure.metric.clone(), figure.definition.sha256.clone()))
                .collect(),
            opened: implementation
                .queue
                .iter()
                .map(|action| (action.key.clone(), Opened { on: action.opened_on }))
                .chain(put_aside.map(|(key, opened)| (key.clone(), *opened)))
                .collect(),
            health,
            records: Self::records_on(analysis.as_of, &analysis.data_hash, newest),
            before: baseline.map(|snapshot| {
                let records = Records::default();
                Box::new(Self { before: None, later: None, records, ..snapshot.clone() })
            }),
            later: later.map(|snapshot| Box::new(Self { later: None, ..snapshot.clone() })),
        }
    }

    /// The values that `analysis` may be compared with, by metric: those of the same definition. Of another one the
    /// difference would be that of the definitions.
    #[must_use]
    pub fn comparable(&self, analysis: &Analysis) -> BTreeMap<String, f64> {
        let same = |metric: &str| {
            let now = analysis.figure(metric).map(|figure| figure.definition.sha256.as_str());
            now.is_some() && self.definitions.get(metric).map(String::as_str) == now
        };
        let known = self.figures.iter().filter(|(metric, _)| same(metric));
        known.map(|(metric, value)| (metric.clone(), *value)).collect()
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
        let newest = Self::standing(as_of, newest)?;
        let again = |snapshot: &Self| snapshot.as_of == as_of && snapshot.data_hash == data_hash;
        [Some(newest), newest.before.as_deref()]
            .into_iter()
            .flatten()
            .find(|snapshot| snapshot.as_of <= as_of && !again(snapshot))
    }

    /// The newest snapshot, or the one of a later day that it looked back from, where that is no later than `as_of`.
    fn standing(as_of: Day, newest: Option<&Self>) -> Option<&Self> {
        let newest = newest?;
        Some(newest.later.as_deref().filter(|later| later.as_of <= as_of).unwrap_or(newest))
    }

    /// What sessions of days before `as_of` had on record.
    fn records_on(as_of: Day, data_hash: &str, newest: Option<&Self>) -> Records {
        let Some(newest) = Self::standing(as_of, newest) else { return Records::default() };
        let again = newest.as_of == as_of && newest.data_hash == data_hash;
        if again || newest.as_of > as_of {
            return newest.records.before(as_of);
        }
        newest.records.with(newest.as_of, newest.recorded()).before(as_of)
    }

    /// What this session had on record.
    fn recorded(&self) -> BTreeMap<String, Record> {
        let of = |(id, account): (&String, &AccountState)| {
            let rank = self.health.accounts.get(id).and_then(|it| it.rank);
            let (score, band) = (account.score, account.band.clone());
            (id.clone(), Record { score, band, at_risk: Some(account.at_risk), rank })
        };
        self.accounts.iter().map(of).collect()
    }

    /// The health a session on that day and data holds its bands against; empty where there is no past.
    #[must_use]
    pub fn past_on(as_of: Day, data_hash: &str, newest: Option<&Self>) -> Past {
        let mut past = Past::default();
        if let Some(baseline) = Self::baseline_on(as_of, data_hash, newest) {
            past = baseline.health.clone();
            // An older version kept it beside the health.
            for (id, account) in &mut past.accounts {
                let then = baseline.accounts.get(id).map(|account| account.at_risk);
                account.at_risk = account.at_risk.or(then);
            }
        }
        past.records = Self::records_on(as_of, data_hash, newest);
        past
    }
}
