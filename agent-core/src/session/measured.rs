use std::collections::BTreeMap;

use protocol::{Members, Meta, Outgoing, StatusMessage};
use serde_json::Value;

use crate::agent::{Agent, Failure};
use crate::store::Store;

/// The members of `_meta` that say something of each member of `progress`.
const OF_MEMBERS: [&str; 3] = ["evidence", "unknown", "implausible"];
/// Why a member is `null` that no message of the session has told yet.
const NOT_YET: &str = "not measured yet in this session";

/// What a session measured last: it stands in every status message that brings no measurements of its own, so that
/// whoever reads `progress` finds it on each of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Measured {
    /// The last `progress` that was told.
    progress: Members,
    /// Every member that was ever told, as it was told last.
    members: BTreeMap<String, Told>,
}

/// A member, and what `_meta` said of it.
#[derive(Clone, Debug)]
struct Told {
    value: Value,
    meta: Vec<(&'static str, Value)>,
}

impl Measured {
    /// What a stored session has told so far.
    pub(crate) async fn of_stored(store: &dyn Store, session_id: &str) -> Result<Self, Failure> {
        let mut last = Self::default();
        for entry in store.outbox(session_id, 0).await? {
            let Ok(Value::Object(members)) = serde_json::from_str(&entry.message) else { continue };
            if let Ok(status) = StatusMessage::read(members)
                && let Some(progress) = brought(&status)
            {
                last.learn(progress.clone(), status.meta());
            }
        }
        Ok(last)
    }

    /// Gives a status message the `progress` it lacks, or learns from the one it brings.
    pub(crate) fn fill(&mut self, agent: &dyn Agent, message: &mut Outgoing) {
        let Outgoing::Status(status) = message else { return };
        let mut progress = brought(status).cloned().unwrap_or_default();
        let brings = !progress.is_empty();
        let empty = agent.empty_progress(&status.status());
        if !brings && empty.is_empty() {
            progress = self.progress.clone();
        }
        let own: Vec<String> = if brings { progress.keys().cloned().collect() } else { Vec::new() };
        for (name, nothing) in empty {
            let known = self.members.get(&name).map_or(nothing, |told| told.value.clone());
            progress.entry(name).or_insert(known);
        }
        for name in progress.keys().filter(|name| !own.contains(name)) {
            self.explain(name, status.meta_mut());
        }
        if brings {
            self.learn(progress.clone(), status.meta());
        }
        status.set_member("progress", progress);
    }

    fn learn(&mut self, progress: Members, meta: &Meta) {
        for (name, value) in &progress {
            let said = |of: &&'static str| Some((*of, meta.get(of)?.get(name)?.clone()));
            let told = Told { value: value.clone(), meta: OF_MEMBERS.iter().filter_map(said).collect() };
            self.members.insert(name.clone(), told);
        }
        self.progress = progress;
    }

    /// Says of a member that is repeated what was said of it when it was told.
    fn explain(&self, name: &str, meta: &mut Meta) {
        let not_yet = [("unknown", Value::from(NOT_YET))];
        let said = self.members.get(name).map_or(not_yet.as_slice(), |told| told.meta.as_slice());
        for (of, value) in said {
            let mut all = match meta.get(of) {
                Some(Value::Object(all)) => all.clone(),
                _ => Members::new(),
            };
            all.insert(name.to_owned(), value.clone());
            meta.set(of, all);
        }
    }
}

/// What a message measured itself; `None` for nothing.
fn brought(status: &StatusMessage) -> Option<&Members> {
    status.measured().and_then(Value::as_object).filter(|members| !members.is_empty())
}
