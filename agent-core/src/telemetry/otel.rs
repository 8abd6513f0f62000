//! Spans to an OpenTelemetry collector. Compiled with the feature `otel` only.

use opentelemetry::trace::{
    SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState, TracerProvider,
};
use opentelemetry_otlp::{ExporterBuildError, SpanExporter};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::{Span, Subscriber};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;

use super::TraceContext;
use super::start::is_our_span;

/// The name under which spans arrive, unless `OTEL_SERVICE_NAME` gives another.
const SERVICE: &str = "agent";
/// Variables that switch the export on: the collector's base address, or that for traces alone.
const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];

/// Sends spans on; what is left is sent when it is dropped.
#[derive(Debug)]
pub(super) struct Export {
    provider: SdkTracerProvider,
}

impl Drop for Export {
    fn drop(&mut self) {
        if let Err(error) = self.provider.shutdown() {
            tracing::warn!(cause = %error, "the last spans were not exported");
        }
    }
}

/// The layer that exports our spans, where an endpoint is named; `None` where none is.
///
/// Events are not exported: a line of the log is for the operator of this machine.
pub(super) fn export<S>() -> Result<Option<(impl Layer<S>, Export)>, ExporterBuildError>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    if ENDPOINTS.iter().all(|name| std::env::var_os(name).is_none_or(|value| value.is_empty())) {
        return Ok(None);
    }
    // The exporter's client takes the process's own; an error says that there is one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let exporter = SpanExporter::builder().with_http().build()?;
    let mut resource = Resource::builder();
    if std::env::var_os("OTEL_SERVICE_NAME").is_none() {
        resource = resource.with_service_name(SERVICE);
    }
    let provider =
        SdkTracerProvider::builder().with_resource(resource.build()).with_batch_exporter(exporter).build();
    let layer = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer("agent_core"))
        .with_location(false)
        .with_threads(false)
        .with_filter(filter_fn(is_our_span));
    Ok(Some((layer, Export { provider })))
}

/// Makes `span` part of a trace that began elsewhere.
pub(super) fn hang(span: &Span, trace: &TraceContext) {
    let (trace_id, span_id, sampled) = trace.parts();
    let flags = if sampled { TraceFlags::SAMPLED } else { TraceFlags::default() };
    let elsewhere = SpanContext::new(
        TraceId::from_bytes(trace_id),
        SpanId::from_bytes(span_id),
        flags,
        true,
        TraceState::default(),
    );
    // An error says that the span is not exported.
    let _ = span.set_parent(opentelemetry::Context::new().with_remote_span_context(elsewhere));
}

/// The `traceparent` of a span that is exported.
pub(super) fn here(span: &Span) -> Option<String> {
    let context = span.context();
    let span = context.span();
    let here = span.span_context();
    here.is_valid().then(|| {
        let sampled = u8::from(here.is_sampled());
        format!("00-{}-{}-{sampled:02x}", here.trace_id(), here.span_id())
    })
}
