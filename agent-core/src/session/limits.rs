use std::time::Duration;

use protocol::{ErrorCode, Request, WireError};
use tokio::time::Instant;

use crate::agent::Failure;
use crate::runtime::rfc3339;
use crate::tool::{Spend, Spent};

/// What a session may use up; `None` is no limit.
///
/// Time is counted while the session runs in one process, and anew when it is resumed; so are calls and bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Budget {
    /// Time at work.
    pub time: Option<Duration>,
    /// Calls of tools.
    pub tool_calls: Option<u64>,
    /// Bytes fetched from other machines.
    pub fetched_bytes: Option<u64>,
}

/// What one session was granted: what it asked for, within what the runtime allows.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Limits {
    budget: Budget,
    /// From acceptance, in microseconds.
    deadline: Option<i64>,
}

impl Limits {
    /// What a request asks for, narrowed to what is allowed.
    pub(crate) fn of(request: &Request, most: Budget, longest: Option<Duration>) -> Result<Self, WireError> {
        let asked = request.budget()?;
        let deadline = request.deadline_seconds()?.map(Duration::from_secs);
        let budget = Budget {
            time: least(asked.seconds.map(Duration::from_secs), most.time),
            tool_calls: least(asked.tool_calls, most.tool_calls),
            fetched_bytes: least(asked.fetched_bytes, most.fetched_bytes),
        };
        let deadline = least(deadline, longest);
        let deadline = deadline.map(|after| i64::try_from(after.as_micros()).unwrap_or(i64::MAX));
        Ok(Self { budget, deadline })
    }

    /// What counts the calls and bytes of the session.
    pub(crate) fn spend(&self) -> Spend {
        Spend::limited(self.budget.tool_calls, self.budget.fetched_bytes)
    }

    /// When the session, accepted at `opened_at`, has to stop if it goes on now, at `now`.
    pub(crate) fn from(&self, opened_at: i64, now: i64) -> Ends {
        let begun = Instant::now();
        let deadline = self.deadline.map(|after| {
            let until = opened_at.saturating_add(after);
            let left = u64::try_from(until.saturating_sub(now)).unwrap_or_default();
            (far(begun, Duration::from_micros(left)), until)
        });
        Ends { begun, deadline, time: self.budget.time.map(|time| (far(begun, time), time)) }
    }
}

/// When a session that runs has to stop.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ends {
    begun: Instant,
    /// The moment, and how it is written.
    deadline: Option<(Instant, i64)>,
    /// The moment, and the time there was.
    time: Option<(Instant, Duration)>,
}

impl Ends {
    /// The earliest of what there is.
    pub(crate) fn by(&self) -> Option<Instant> {
        least(self.deadline.map(|(at, _)| at), self.time.map(|(at, _)| at))
    }

    /// Waits until the session has to stop, forever if it need not, and says why.
    pub(crate) async fn passed(&self, spend: Option<&Spend>) -> Failure {
        let Some(by) = self.by() else { return std::future::pending().await };
        tokio::time::sleep_until(by).await;
        self.failure(by, spend.map(Spend::spent))
    }

    /// What is said of a session that used up its calls or bytes, if it did.
    pub(crate) fn overspent(&self, spend: &Spend) -> Option<Failure> {
        let over = Failure::from(spend.passed()?).into_error();
        Some(self.counted(over, Some(spend.spent())).into())
    }

    fn failure(&self, by: Instant, spent: Option<Spent>) -> Failure {
        let error = match (self.deadline, self.time) {
            (Some((at, until)), _) if at == by => {
                let until = rfc3339(until);
                WireError::new(ErrorCode::DeadlinePassed, format!("the session had to end by {until}"))
            }
            (_, Some((_, time))) => {
                let seconds = time.as_secs_f64();
                WireError::new(
                    ErrorCode::BudgetExceeded,
                    format!("the session may work for {seconds} seconds and needs more"),
                )
                .with_detail("seconds", seconds)
            }
            _ => WireError::new(ErrorCode::DeadlinePassed, "the session had to end"),
        };
        self.counted(error, spent).into()
    }

    /// The same error, saying what was spent.
    fn counted(&self, mut error: WireError, spent: Option<Spent>) -> WireError {
        let seconds = self.begun.elapsed().as_secs();
        error.message.push_str(&format!("; it has worked for {seconds} seconds"));
        let Some(Spent { tool_calls, fetched_bytes }) = spent else { return error };
        error
            .message
            .push_str(&format!(" and used {tool_calls} tool calls and {fetched_bytes} fetched bytes"));
        error.with_detail("spent_tool_calls", tool_calls).with_detail("spent_fetched_bytes", fetched_bytes)
    }
}

fn least<T: Ord>(one: Option<T>, other: Option<T>) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// `after` from `begun`; a time too far to be counted is thirty years away.
fn far(begun: Instant, after: Duration) -> Instant {
    const THIRTY_YEARS: Duration = Duration::from_secs(86_400 * 365 * 30);
    begun + after.min(THIRTY_YEARS)
}
