//! What can be seen of a running agent from outside: spans, log lines, counters.
//!
//! Ids, names, codes and numbers only: no text of a request, of the data or of a person.
//! [`init`] is for a program, [`Meter`] for whoever counts, the spans for whoever does work.

mod lines;
mod meter;
mod metrics;
#[cfg(feature = "otel")]
mod otel;
mod safe;
mod span;
mod start;
mod trace_context;

pub use meter::{Meter, Running};
pub use metrics::Metrics;
pub use span::{outgoing, request_span, session_span, step_span, tool_span};
pub use start::{InitError, LogFormat, Telemetry, init, subscriber};
pub use trace_context::TraceContext;
