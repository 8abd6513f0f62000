use std::borrow::Cow;
use std::sync::Arc;

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

/// One label of one value; every value is of a closed list, so that their number is bounded.
type Label = [(&'static str, Cow<'static, str>); 1];

/// Counters of one kind, told apart by a label.
pub(super) struct Labelled {
    name: &'static str,
    family: Family<Label, Counter>,
}

impl Labelled {
    fn new(name: &'static str) -> Self {
        Self { name, family: Family::default() }
    }

    pub(super) fn add(&self, value: impl Into<Cow<'static, str>>) {
        self.family.get_or_create(&[(self.name, value.into())]).inc();
    }
}

/// What a server counts. Written through [`super::Meter`], read as text by whoever collects it.
pub struct Metrics {
    registry: Registry,
    pub(super) requests: Labelled,
    pub(super) responses: Labelled,
    pub(super) messages: Counter,
    pub(super) sessions_opened: Labelled,
    pub(super) sessions_ended: Labelled,
    pub(super) sessions_live: Gauge,
    pub(super) steps: Counter,
    pub(super) tool_calls: Family<[(&'static str, Cow<'static, str>); 2], Counter>,
    pub(super) fetched: Counter,
    pub(super) handoffs: Labelled,
    pub(super) approvals: Labelled,
    pub(super) websockets_opened: Counter,
    pub(super) websockets_open: Gauge,
    pub(super) websockets_closed: Labelled,
    pub(super) store_bytes: Family<Label, Gauge>,
    pub(super) commit_operations: Histogram,
    pub(super) commit_seconds: Histogram,
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Metrics {
    /// All counters, at zero.
    #[must_use]
    pub fn new() -> Arc<Self> {
        let mut metrics = Self {
            registry: Registry::with_prefix("agent"),
            requests: Labelled::new("request_type"),
            responses: Labelled::new("status"),
            messages: Counter::default(),
            sessions_opened: Labelled::new("kind"),
            sessions_ended: Labelled::new("how"),
            sessions_live: Gauge::default(),
            steps: Counter::default(),
            tool_calls: Family::default(),
            fetched: Counter::default(),
            handoffs: Labelled::new("outcome"),
            approvals: Labelled::new("state"),
            websockets_opened: Counter::default(),
            websockets_open: Gauge::default(),
            websockets_closed: Labelled::new("code"),
            store_bytes: Family::default(),
            commit_operations: Histogram::new([1., 2., 4., 8., 16., 32., 64., 128., 256., 512.]),
            commit_seconds: Histogram::new([0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 2.]),
        };
        metrics.register();
        Arc::new(metrics)
    }

    fn register(&mut self) {
        let Self { registry, .. } = self;
        let mut labelled =
            |name: &str, help: &str, of: &Labelled| registry.register(name, help, of.family.clone());
        labelled("requests", "Requests taken, by request type; those not served are `other`", &self.requests);
        labelled("http_responses", "HTTP responses, by status code", &self.responses);
        labelled("sessions_opened", "Sessions opened, by kind", &self.sessions_opened);
        labelled("sessions_ended", "Sessions that ended, by status", &self.sessions_ended);
        labelled("handoffs", "Hand-offs to other agents, by outcome", &self.handoffs);
        labelled("approvals", "Approvals that came into a state", &self.approvals);
        labelled(
            "websockets_closed",
            "WebSocket connections closed, by our close code; `theirs` when the other end did it",
            &self.websockets_closed,
        );
        registry.register("messages_sent", "Messages written to connections", self.messages.clone());
        registry.register("sessions_live", "Sessions running in this process", self.sessions_live.clone());
        registry.register("steps", "Steps recorded", self.steps.clone());
        registry.register("tool_calls", "Tool calls, by tool and outcome", self.tool_calls.clone());
        registry.register_with_unit(
            "fetched",
            "Bytes fetched from the network",
            Unit::Bytes,
            self.fetched.clone(),
        );
        registry.register(
            "websockets_opened",
            "WebSocket connections opened",
            self.websockets_opened.clone(),
        );
        registry.register("websockets_open", "WebSocket connections open now", self.websockets_open.clone());
        registry.register_with_unit(
            "store",
            "What the stores take on the disk: `database`, `log` (committed, not yet in it), `objects`",
            Unit::Bytes,
            self.store_bytes.clone(),
        );
        registry.register(
            "commit_operations",
            "Writes in one commit of the store",
            self.commit_operations.clone(),
        );
        registry.register_with_unit(
            "commit",
            "Time a commit of the store took",
            Unit::Seconds,
            self.commit_seconds.clone(),
        );
    }

    /// The content type of [`Metrics::text`].
    pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    /// All counters in the text format that Prometheus reads.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::Meter;
    use super::Metrics;

    #[test]
    fn what_is_counted_is_what_is_shown_and_names_that_are_not_known_run_together() {
        let metrics = Metrics::new();
        let meter = Meter::counting(metrics.clone());
        meter.request("get_library_context", true);
        meter.request("made_up_by_a_caller_1", false);
        meter.request("made_up_by_a_caller_2", false);
        meter.session_opened("work");
        meter.session_opened("work");
        meter.session_ended("completed");
        let running = [meter.running(), meter.running()];
        drop(meter.running());
        meter.tool_call("Read", "ok");
        meter.fetched(1_234);
        meter.websocket_opened();
        meter.websocket_closed(Some(1001));
        meter.websocket_opened();
        meter.websocket_closed(None);
        meter.commit(3, Duration::from_millis(4));
        let text = metrics.text();
        for line in [
            "agent_requests_total{request_type=\"get_library_context\"} 1",
            "agent_requests_total{request_type=\"other\"} 2",
            "agent_sessions_opened_total{kind=\"work\"} 2",
            "agent_sessions_ended_total{how=\"completed\"} 1",
            "agent_sessions_live 2",
            "agent_tool_calls_total{tool=\"Read\",outcome=\"ok\"} 1",
            "agent_fetched_bytes_total 1234",
            "agent_websockets_open 0",
            "agent_websockets_closed_total{code=\"1001\"} 1",
            "agent_websockets_closed_total{code=\"theirs\"} 1",
            "agent_commit_operations_bucket{le=\"4.0\"} 1",
            "agent_commit_seconds_bucket{le=\"0.002\"} 0",
            "agent_commit_seconds_bucket{le=\"0.005\"} 1",
        ] {
            assert!(text.lines().any(|there| there == line), "{line} in\n{text}");
        }
        assert!(!text.contains("made_up"), "{text}");
        drop(running);
        // A meter that counts nothing takes the same calls.
        Meter::default().request("get_library_context", true);
    }
}
