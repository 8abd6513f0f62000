use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::session::Live;
use crate::telemetry::{Meter, Running};

/// The sessions that run in this process. Whoever has a session's place here is the one who runs it.
#[derive(Default)]
pub(super) struct LiveSessions {
    by_id: Mutex<HashMap<String, Live>>,
    meter: Meter,
}

/// A session's place, free again once this is dropped.
pub(super) struct Place {
    sessions: Arc<LiveSessions>,
    id: String,
    _running: Running,
}

impl LiveSessions {
    /// None yet.
    pub(super) fn new(meter: Meter) -> Self {
        Self { meter, ..Self::default() }
    }

    /// The session of this id, if it runs.
    pub(super) fn get(&self, id: &str) -> Option<Live> {
        self.by_id().get(id).filter(|live| live.is_running()).cloned()
    }

    /// Takes the place of a session that is about to run; if it runs already, that one.
    pub(super) fn take(self: &Arc<Self>, live: Live) -> Result<Place, Live> {
        let mut by_id = self.by_id();
        if let Some(running) = by_id.get(&live.session_id).filter(|live| live.is_running()) {
            return Err(running.clone());
        }
        let id = live.session_id.clone();
        by_id.insert(id.clone(), live);
        Ok(Place { sessions: Arc::clone(self), id, _running: self.meter.running() })
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.by_id().len()
    }

    fn by_id(&self) -> MutexGuard<'_, HashMap<String, Live>> {
        self.by_id.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// The session's id.
    pub(super) fn id(&self) -> &str {
        &self.id
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut by_id = self.sessions.by_id();
        // A session that stopped may run again by now, in a place of its own.
        if by_id.get(&self.id).is_some_and(|live| !live.is_running()) {
            by_id.remove(&self.id);
        }
    }
}
