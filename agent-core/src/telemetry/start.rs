use std::io::Write;

use tracing::Subscriber;
use tracing_subscriber::filter::{FilterExt, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};
use tracing_subscriber::{EnvFilter, Layer, Registry};

use super::lines::Lines;

/// Variable that lets text of any field into the log, for somebody who looks for a fault.
const TEXT: &str = "CSM_LOG_TEXT";

/// How a log line is written. Closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people: time, level, message, then `name=value`.
    #[default]
    Human,
    /// For machines: one JSON object per line.
    Json,
}

/// Why nothing would be logged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InitError {
    /// The filter is not one.
    #[error("not a log filter: `{filter}`")]
    Filter {
        /// As it was given.
        filter: String,
        /// What is wrong with it.
        #[source]
        source: tracing_subscriber::filter::ParseError,
    },
    /// Something else in this process logs already.
    #[error("logging was set up before")]
    Taken(#[from] TryInitError),
    /// Spans cannot be exported.
    #[cfg(feature = "otel")]
    #[error("could not set up the export of spans")]
    Export(#[source] opentelemetry_otlp::ExporterBuildError),
}

/// What was set up. Hold it until the program ends: dropping it sends what is still to be exported.
#[must_use = "spans that were not exported yet are lost with it"]
#[derive(Debug, Default)]
pub struct Telemetry {
    /// Held for what dropping it does.
    #[cfg(feature = "otel")]
    _export: Option<super::otel::Export>,
}

/// Logs a panic as a line, since what it says may be text of the data.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let said = panic.payload_as_str().unwrap_or_default();
        let (file, line) = panic.location().map_or(("", 0), |at| (at.file(), at.line()));
        tracing::error!(file, line, said, "panicked");
    }));
}

/// Logs to stderr, each line with the trace, session and step it belongs to, and without text of requests or
/// data; panics too. `filter` is as in `warn,agent_core=debug`.
///
/// Built with the feature `otel`, spans are exported as well, where `OTEL_EXPORTER_OTLP_ENDPOINT` says.
///
/// # Errors
/// When the filter is not one, or logging was set up before.
pub fn init(format: LogFormat, filter: &str) -> Result<Telemetry, InitError> {
    let text = std::env::var_os(TEXT).is_some_and(|value| value == "1");
    let lines = layer(format, filter, text, Box::new(std::io::stderr()))?;
    let subscriber = Registry::default().with(lines);
    log_panics();
    #[cfg(feature = "otel")]
    {
        if let Some((layer, export)) = super::otel::export().map_err(InitError::Export)? {
            subscriber.with(layer).try_init()?;
            return Ok(Telemetry { _export: Some(export) });
        }
    }
    subscriber.try_init()?;
    Ok(Telemetry::default())
}

/// What [`init`] sets up, writing elsewhere: for a program that has its own place for logs, and for tests.
///
/// # Errors
/// When the filter is not one.
pub fn subscriber(
    format: LogFormat,
    filter: &str,
    to: Box<dyn Write + Send>,
) -> Result<impl Subscriber + Send + Sync, InitError> {
    Ok(Registry::default().with(layer(format, filter, false, to)?))
}

/// The lines, filtered; spans are kept at every level, since lines take their ids from them.
fn layer<S>(
    format: LogFormat,
    filter: &str,
    text: bool,
    to: Box<dyn Write + Send>,
) -> Result<impl Layer<S>, InitError>
where
    S: Subscriber + for<'a> tracing_subscriber::registry::LookupSpan<'a>,
{
    let wanted = EnvFilter::try_new(filter)
        .map_err(|source| InitError::Filter { filter: filter.to_owned(), source })?;
    Ok(Lines::new(format, text, to).with_filter(wanted.or(filter_fn(is_our_span))))
}

/// Whether this is one of the spans of this room.
pub(super) fn is_our_span(metadata: &tracing::Metadata<'_>) -> bool {
    metadata.is_span() && metadata.target().starts_with("agent_core")
}
