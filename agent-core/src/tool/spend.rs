//! What the calls of one session may use up, and what they have.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio_util::sync::CancellationToken;

use super::error::ToolError;

/// Counts what calls use up, and refuses what goes over a limit. The first limit passed stands.
#[derive(Debug, Default)]
pub struct Spend {
    most_calls: Option<u64>,
    most_fetched: Option<u64>,
    calls: AtomicU64,
    fetched: AtomicU64,
    passed: OnceLock<Passed>,
    over: CancellationToken,
}

/// What was used up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Spent {
    /// Calls of tools that were let through.
    pub tool_calls: u64,
    /// Bytes that came from other machines.
    pub fetched_bytes: u64,
}

#[derive(Clone, Copy, Debug)]
struct Passed {
    what: &'static str,
    limit: u64,
}

impl Spend {
    /// Counts, and refuses nothing.
    #[must_use]
    pub fn unlimited() -> Self {
        Self::default()
    }

    /// Refuses what goes over so many calls, or so many fetched bytes; `None` is no limit.
    #[must_use]
    pub fn limited(tool_calls: Option<u64>, fetched_bytes: Option<u64>) -> Self {
        Self { most_calls: tool_calls, most_fetched: fetched_bytes, ..Self::default() }
    }

    /// One more call of a tool. [`super::Toolbox`] counts every call; a tool need not.
    pub fn call(&self) -> Result<(), ToolError> {
        self.alive()?;
        if self.most_calls.is_some_and(|most| self.calls.load(Ordering::Relaxed) >= most) {
            return self.pass("tool calls", self.most_calls);
        }
        self.calls.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// So many more bytes that came from another machine. On an error nothing more is to be read.
    pub fn fetched(&self, bytes: u64) -> Result<(), ToolError> {
        let fetched = self.fetched.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        self.alive()?;
        if self.most_fetched.is_some_and(|most| fetched > most) {
            return self.pass("fetched bytes", self.most_fetched);
        }
        Ok(())
    }

    /// What was used up so far.
    #[must_use]
    pub fn spent(&self) -> Spent {
        Spent {
            tool_calls: self.calls.load(Ordering::Relaxed),
            fetched_bytes: self.fetched.load(Ordering::Relaxed),
        }
    }

    /// Cancelled once a limit was passed.
    pub(crate) fn over(&self) -> &CancellationToken {
        &self.over
    }

    /// Which limit was passed, if one was.
    pub(crate) fn passed(&self) -> Option<ToolError> {
        self.passed.get().map(|passed| ToolError::OverBudget { what: passed.what, limit: passed.limit })
    }

    fn alive(&self) -> Result<(), ToolError> {
        self.passed().map_or(Ok(()), Err)
    }

    fn pass(&self, what: &'static str, limit: Option<u64>) -> Result<(), ToolError> {
        let limit = limit.unwrap_or_default();
        let passed = *self.passed.get_or_init(|| Passed { what, limit });
        self.over.cancel();
        Err(ToolError::OverBudget { what: passed.what, limit: passed.limit })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_over_a_limit_is_refused_and_stays_refused() {
        let spend = Spend::limited(Some(2), Some(10));
        assert!(spend.call().is_ok() && spend.call().is_ok() && spend.fetched(10).is_ok());
        assert!(!spend.over().is_cancelled());
        let over = |result: Result<(), ToolError>| match result {
            Err(ToolError::OverBudget { what, limit }) => (what, limit),
            other => panic!("{other:?}"),
        };
        assert_eq!(over(spend.call()), ("tool calls", 2));
        // The first limit passed stands, whatever is asked for afterwards.
        assert_eq!(over(spend.fetched(1)), ("tool calls", 2));
        assert!(spend.over().is_cancelled());
        assert_eq!(spend.spent(), Spent { tool_calls: 2, fetched_bytes: 11 });
    }
}
