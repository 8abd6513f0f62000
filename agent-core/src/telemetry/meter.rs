use std::sync::Arc;
use std::time::Duration;

use protocol::HandoffOutcome;

use super::Metrics;

/// Counts what happens, or nothing at all. Cheap to clone; by default it counts nothing.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    metrics: Option<Arc<Metrics>>,
}

impl Meter {
    /// A meter that counts in `metrics`.
    #[must_use]
    pub fn counting(metrics: Arc<Metrics>) -> Self {
        Self { metrics: Some(metrics) }
    }

    fn with(&self, count: impl FnOnce(&Metrics)) {
        if let Some(metrics) = &self.metrics {
            count(metrics);
        }
    }

    /// A request was taken. One that the agent does not serve (not `known`) is counted under no name of its
    /// own: a caller could make up names without end.
    pub fn request(&self, request_type: &str, known: bool) {
        self.with(|metrics| {
            if known {
                metrics.requests.add(request_type.to_owned());
            } else {
                metrics.requests.add("other");
            }
        });
    }

    /// An HTTP response with this status was sent.
    pub fn response(&self, status: u16) {
        self.with(|metrics| metrics.responses.add(status.to_string()));
    }

    /// A message was written to a connection.
    pub fn message_sent(&self) {
        self.with(|metrics| {
            metrics.messages.inc();
        });
    }

    /// A session was opened: `work` or `question`.
    pub fn session_opened(&self, kind: &'static str) {
        self.with(|metrics| metrics.sessions_opened.add(kind));
    }

    /// A session ended: `completed`, `failed` or `cancelled`.
    pub fn session_ended(&self, how: &'static str) {
        self.with(|metrics| metrics.sessions_ended.add(how));
    }

    /// A session runs in this process, for as long as what is returned is kept.
    #[must_use]
    pub fn running(&self) -> Running {
        self.with(|metrics| {
            metrics.sessions_live.inc();
        });
        Running { meter: self.clone() }
    }

    /// A step was recorded.
    pub fn step(&self) {
        self.with(|metrics| {
            metrics.steps.inc();
        });
    }

    /// A registered tool was called: `ok`, `failed`, `denied` or `stopped`.
    pub fn tool_call(&self, tool: &str, outcome: &'static str) {
        self.with(|metrics| {
            let labels = [("tool", tool.to_owned().into()), ("outcome", outcome.into())];
            metrics.tool_calls.get_or_create(&labels).inc();
        });
    }

    /// Bytes came in from the network.
    pub fn fetched(&self, bytes: u64) {
        self.with(|metrics| {
            metrics.fetched.inc_by(bytes);
        });
    }

    /// Something was handed to another agent.
    pub fn handoff(&self, outcome: HandoffOutcome) {
        self.with(|metrics| metrics.handoffs.add(outcome.as_str()));
    }

    /// An approval came into a state: `pending`, `approved`, `rejected`, `expired`, `carried_out`, `failed`,
    /// `withdrawn`.
    pub fn approval(&self, state: &'static str) {
        self.with(|metrics| metrics.approvals.add(state));
    }

    /// A WebSocket connection was opened.
    pub fn websocket_opened(&self) {
        self.with(|metrics| {
            metrics.websockets_opened.inc();
            metrics.websockets_open.inc();
        });
    }

    /// A WebSocket connection was closed by us with this code; `None`: the other end did it or went away.
    pub fn websocket_closed(&self, code: Option<u16>) {
        self.with(|metrics| {
            metrics.websockets_open.dec();
            match code {
                Some(code) => metrics.websockets_closed.add(code.to_string()),
                None => metrics.websockets_closed.add("theirs"),
            }
        });
    }

    /// The stores take so many bytes on the disk in this part: `database`, `log` or `objects`.
    pub fn store_bytes(&self, part: &'static str, bytes: u64) {
        self.with(|metrics| {
            let gauge = metrics.store_bytes.get_or_create(&[("part", part.into())]);
            gauge.set(i64::try_from(bytes).unwrap_or(i64::MAX));
        });
    }

    /// The store committed so many writes at once.
    pub fn commit(&self, operations: usize, took: Duration) {
        self.with(|metrics| {
            metrics.commit_operations.observe(f64::from(u32::try_from(operations).unwrap_or(u32::MAX)));
            metrics.commit_seconds.observe(took.as_secs_f64());
        });
    }
}

/// A session that runs.
#[derive(Debug)]
pub struct Running {
    meter: Meter,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.meter.with(|metrics| {
            metrics.sessions_live.dec();
        });
    }
}
