use crate::store::{Commit, SessionState};
use crate::telemetry::Meter;

/// What is to be counted of a commit once it is on disk.
pub(super) struct Counted {
    step: bool,
    approvals: usize,
    close: Option<SessionState>,
}

impl Counted {
    pub(super) fn of(commit: &Commit) -> Self {
        Self { step: commit.step.is_some(), approvals: commit.approvals.len(), close: commit.close }
    }

    pub(super) fn count(&self, meter: &Meter) {
        if self.step {
            meter.step();
        }
        for _ in 0..self.approvals {
            meter.approval("pending");
        }
        if let Some(state) = self.close {
            meter.session_ended(state.as_str());
        }
    }
}
