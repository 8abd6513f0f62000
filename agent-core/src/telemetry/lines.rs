use std::fmt::{self, Write as _};
use std::io::Write;
use std::sync::{Mutex, PoisonError};

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::LogFormat;
use super::safe::is_safe;
use crate::runtime::{Clock, SystemClock, rfc3339};
use crate::terminal::visible_line;

/// Stands for text that is not written down.
const WITHHELD: &str = "(withheld)";

/// Writes one line per event, with the ids of the spans it happened in.
pub(super) struct Lines {
    format: LogFormat,
    /// Whether text of any field is written, for somebody who looks for a fault.
    text: bool,
    to: Mutex<Box<dyn Write + Send>>,
}

/// The fields of one span, kept with it.
struct Kept(Map<String, Value>);

impl Lines {
    pub(super) fn new(format: LogFormat, text: bool, to: Box<dyn Write + Send>) -> Self {
        Self { format, text, to: Mutex::new(to) }
    }

    fn fields(&self) -> Fields {
        Fields { text: self.text, found: Map::new() }
    }

    fn line(&self, event: &Event<'_>, mut spans: Map<String, Value>, own: Map<String, Value>) -> String {
        let at = rfc3339(SystemClock.now_micros());
        let (level, target) = (event.metadata().level(), event.metadata().target());
        let mut own = own;
        let said = own.remove("message");
        match self.format {
            LogFormat::Json => {
                let mut line = Map::new();
                line.insert("at".to_owned(), at.into());
                line.insert("level".to_owned(), level.as_str().into());
                line.insert("target".to_owned(), target.into());
                line.extend(said.map(|said| ("message".to_owned(), said)));
                spans.extend(own);
                // What the line itself says of these stands.
                for (name, value) in spans {
                    line.entry(name).or_insert(value);
                }
                Value::Object(line).to_string()
            }
            LogFormat::Human => {
                let mut line = format!("{at} {level:>5} ");
                line.push_str(said.as_ref().and_then(Value::as_str).unwrap_or(target));
                spans.extend(own);
                for (name, value) in &spans {
                    // A value written as JSON cannot break out of its line.
                    let _ = write!(line, " {name}={value}");
                }
                line
            }
        }
    }
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Lines {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, cx: Context<'_, S>) {
        let mut fields = self.fields();
        attributes.record(&mut fields);
        if let Some(span) = cx.span(id) {
            span.extensions_mut().insert(Kept(fields.found));
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, cx: Context<'_, S>) {
        let mut fields = self.fields();
        values.record(&mut fields);
        if let Some(span) = cx.span(id)
            && let Some(kept) = span.extensions_mut().get_mut::<Kept>()
        {
            kept.0.extend(fields.found);
        }
    }

    fn on_event(&self, event: &Event<'_>, cx: Context<'_, S>) {
        let mut spans = Map::new();
        for span in cx.event_scope(event).into_iter().flat_map(|scope| scope.from_root()) {
            if let Some(kept) = span.extensions().get::<Kept>() {
                spans.extend(kept.0.clone());
            }
        }
        let mut own = self.fields();
        event.record(&mut own);
        // A message of another crate may hold anything; ours are one line.
        let line = format!("{}\n", visible_line(&self.line(event, spans, own.found)));
        // There is nowhere to say that nothing can be said.
        let _ = self.to.lock().unwrap_or_else(PoisonError::into_inner).write_all(line.as_bytes());
    }
}

/// Collects the fields that may be written down.
struct Fields {
    text: bool,
    found: Map<String, Value>,
}

impl Fields {
    fn set(&mut self, field: &Field, value: impl Into<Value>) {
        self.found.insert(field.name().to_owned(), value.into());
    }

    fn text(&mut self, field: &Field, value: &dyn fmt::Display) {
        if self.text || is_safe(field.name()) {
            self.set(field, value.to_string());
        } else {
            self.set(field, WITHHELD);
        }
    }
}

impl Visit for Fields {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field, &value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.text(field, &format_args!("{value:?}"));
    }

    fn record_error(&mut self, field: &Field, value: &(dyn std::error::Error + 'static)) {
        self.text(field, &value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.set(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.set(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.set(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.set(field, value);
    }
}
