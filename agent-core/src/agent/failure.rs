use protocol::{ErrorCode, WireError};

use crate::evidence::LedgerError;
use crate::store::{ObjectError, StoreError};
use crate::tool::{FailureKind, ToolError};

/// Why work could not be done, in the words that go to whoever asked.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{error}")]
pub struct Failure {
    error: WireError,
    then: Then,
}

/// What a failure does to its session. Closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    /// It ends, `failed`.
    End,
    /// It stops as it is and can be resumed: the ground under it gave way, not its work.
    Stop,
    /// It was told to end; the failure is only how that unwinds.
    Cancel,
}

impl Failure {
    /// A failure that ends the session.
    #[must_use]
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        WireError::new(code, message).into()
    }

    /// With a hint that fits better than the code's own.
    #[must_use]
    pub fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { error: self.error.with_hint(hint), ..self }
    }

    /// Something that cannot happen unless the agent or the runtime has a fault.
    #[must_use]
    pub fn bug(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::Internal, message)
    }

    /// The same failure, leaving the session unfinished, to be resumed once its cause is gone.
    #[must_use]
    pub fn resumable(self) -> Self {
        Self { then: Then::Stop, ..self }
    }

    /// What is said of it on the wire.
    #[must_use]
    pub fn error(&self) -> &WireError {
        &self.error
    }

    /// Whether the session was told to end, and this is only how its work unwinds.
    #[must_use]
    pub fn is_cancellation(&self) -> bool {
        self.then == Then::Cancel
    }

    pub(crate) fn cancelled() -> Self {
        let error = WireError::new(ErrorCode::SessionEnded, "the session was cancelled");
        Self { error, then: Then::Cancel }
    }

    pub(crate) fn then(&self) -> Then {
        self.then
    }

    pub(crate) fn into_error(self) -> WireError {
        self.error
    }
}

impl From<WireError> for Failure {
    fn from(error: WireError) -> Self {
        Self { error, then: Then::End }
    }
}

/// The error with its sources, outermost first: `could not keep object: no space left on device`.
fn chain(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_words = cause.to_string();
        // A transparent error says what its source says.
        if !words.ends_with(&cause_words) {
            words.push_str(": ");
            words.push_str(&cause_words);
        }
        source = cause.source();
    }
    words
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let (code, then) = match &error {
            StoreError::Busy { .. }
            | StoreError::Database { .. }
            | StoreError::Folder { .. }
            | StoreError::TooNew { .. }
            | StoreError::Corrupt { .. } => (ErrorCode::StoreFailed, Then::Stop),
            StoreError::LeaseHeld { .. } => (ErrorCode::SessionBusy, Then::Stop),
            StoreError::LeaseLost { .. } => (ErrorCode::SessionTaken, Then::Stop),
            StoreError::Closed { .. } => (ErrorCode::SessionEnded, Then::Stop),
            StoreError::NoSession { .. } => (ErrorCode::SessionUnknown, Then::End),
            StoreError::FigureConflict { .. } | StoreError::Duplicate { .. } => {
                (ErrorCode::Internal, Then::End)
            }
        };
        let mut wire = WireError::new(code, chain(&error));
        wire.retryable = error.is_retryable() || code.retryable() && code != ErrorCode::StoreFailed;
        if let StoreError::TooNew { .. } = error {
            wire.hint = "run the newer version of the program, or use another workspace".to_owned();
        }
        Self { error: wire, then }
    }
}

impl From<ObjectError> for Failure {
    fn from(error: ObjectError) -> Self {
        let (code, then) = match &error {
            ObjectError::Write { .. } => (ErrorCode::StoreFailed, Then::Stop),
            ObjectError::Read { .. } | ObjectError::Changed { .. } => (ErrorCode::EvidenceDamaged, Then::End),
            ObjectError::Name { .. } => (ErrorCode::Internal, Then::End),
        };
        Self { error: WireError::new(code, chain(&error)), then }
    }
}

impl From<LedgerError> for Failure {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Store(error) => error.into(),
            LedgerError::Rows { .. } => Self::new(ErrorCode::EvidenceDamaged, chain(&error)),
        }
    }
}

impl From<ToolError> for Failure {
    fn from(error: ToolError) -> Self {
        if matches!(error, ToolError::Stopped) {
            return Self::cancelled();
        }
        let code = match &error {
            ToolError::Denied { .. } | ToolError::Asks { .. } | ToolError::Refused { .. } => {
                ErrorCode::ToolDenied
            }
            ToolError::Web { reason, .. } if reason.is_rule() => ErrorCode::ToolDenied,
            ToolError::OverBudget { .. } => ErrorCode::BudgetExceeded,
            ToolError::Broken { .. } => ErrorCode::Internal,
            _ => ErrorCode::ToolFailed,
        };
        let mut wire = WireError::new(code, chain(&error));
        if let Some(hint) = error.hint() {
            wire.hint = hint;
        }
        wire.retryable = false;
        match error.kind() {
            FailureKind::TellCaller => Self { error: wire, then: Then::End },
            // A full disk is no verdict on the work: it goes on when there is room.
            FailureKind::EndSession if code == ErrorCode::ToolFailed => {
                wire.retryable = true;
                Self { error: wire, then: Then::Stop }
            }
            FailureKind::EndSession => Self { error: wire, then: Then::End },
        }
    }
}
