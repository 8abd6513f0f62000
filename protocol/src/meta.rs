//! `_meta`: what was added to the seed's messages, as an open map with typed members.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::envelope::mistyped;
use crate::{ErrorCode, FigureId, Members, WireError};

/// What goes with a message beside its content. Open: unknown members are kept.
///
/// The members that route a message (`request_id`, `session_id`, `seq`, `in_reply_to`, `trace`) are checked
/// when read; the others are kept as they are, and read as absent when they have another type.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Meta(Members);

/// The members of `_meta` the protocol names, in the order they are written.
#[derive(JsonSchema)]
#[schemars(rename = "Meta", title = "Meta")]
#[expect(dead_code, reason = "only its schema is used; the values live in the open map")]
struct MetaShape {
    /// Name the asker gave this request; replies repeat it as `in_reply_to`.
    request_id: Option<String>,
    /// Session the message belongs to; on a request, the session to attach to again. Absent outside sessions.
    session_id: Option<String>,
    /// Place among the journaled messages of its session, from 1, rising by one. Absent on ticks.
    seq: Option<u64>,
    /// The `request_id` this message answers.
    in_reply_to: Option<String>,
    /// Phase of the work the message was sent from. Open.
    phase: Option<String>,
    /// When the message was journaled, RFC 3339, UTC.
    at: Option<String>,
    /// How far the running phase is, 0 to 100. Only on ticks, which may be dropped.
    percent: Option<u8>,
    /// Member of `progress` or `payload` -> the figure behind it, to be opened with `explain_figure`.
    evidence: Option<BTreeMap<String, FigureId>>,
    /// Member that is `null` -> why it is not known and what would make it known.
    unknown: Option<BTreeMap<String, String>>,
    /// Agents this request went through, oldest first. A request that would come back is refused.
    trace: Option<Vec<String>>,
    /// The session that took over from this one, because what it depended on changed.
    superseded_by: Option<String>,
    /// Trace the message belongs to: the `traceparent` of W3C Trace Context, taken from and passed on.
    traceparent: Option<String>,
    /// What vendors add to the trace: the `tracestate` of W3C Trace Context, passed on as it came.
    tracestate: Option<String>,
}

impl JsonSchema for Meta {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        MetaShape::schema_name()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        MetaShape::json_schema(generator)
    }
}

impl Meta {
    /// The names the protocol gives a meaning, in the order they are written.
    pub const ORDER: &'static [&'static str] = &[
        "request_id",
        "session_id",
        "seq",
        "in_reply_to",
        "phase",
        "at",
        "percent",
        "evidence",
        "unknown",
        "trace",
        "superseded_by",
        "traceparent",
        "tracestate",
    ];

    /// The names that route a message, whose types are checked when they are read.
    pub(crate) const CHECKED: &'static [&'static str] =
        &["request_id", "session_id", "seq", "in_reply_to", "trace"];

    /// An empty `_meta`.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    pub(crate) fn read(members: Members, code: ErrorCode) -> Result<Self, WireError> {
        for name in ["request_id", "session_id", "in_reply_to"] {
            if let Some(value) = members.get(name).filter(|value| !value.is_string()) {
                return Err(mistyped(code, &format!("_meta.{name}"), "a string", value));
            }
        }
        if let Some(value) = members.get("seq").filter(|value| !value.is_u64()) {
            return Err(mistyped(code, "_meta.seq", "a whole number from 0", value));
        }
        if let Some(value) = members.get("trace").filter(|value| texts(value).is_none()) {
            return Err(mistyped(code, "_meta.trace", "an array of strings", value));
        }
        Ok(Self(members))
    }

    /// Whether it has no members; an empty `_meta` is not written, unless it was read.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Its members as one JSON object.
    #[must_use]
    pub fn encode(&self) -> String {
        // Texts, numbers, lists and maps with text keys: writing them cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Any member, known or not, as it stands.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    /// Sets any member; `null` removes it.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) -> &mut Self {
        let value = value.into();
        if value.is_null() {
            self.0.shift_remove(name);
        } else if let Some(slot) = self.0.get_mut(name) {
            *slot = value;
        } else {
            let rank = |member: &str| Self::ORDER.iter().position(|known| *known == member);
            let rank = |member: &str| rank(member).unwrap_or(Self::ORDER.len());
            let place = self.0.keys().position(|member| rank(member) > rank(name));
            self.0.shift_insert(place.unwrap_or(self.0.len()), name.to_owned(), value);
        }
        self
    }

    fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.set(name, value);
        self
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str)
    }

    /// Name the asker gave this request.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.text("request_id")
    }

    /// Session the message belongs to, or asks to be attached to.
    #[must_use]
    pub fn session_id(&self) -> Option<&str> {
        self.text("session_id")
    }

    /// Place among the journaled messages of its session; absent on ticks.
    #[must_use]
    pub fn seq(&self) -> Option<u64> {
        self.0.get("seq").and_then(Value::as_u64)
    }

    /// The `request_id` this message answers.
    #[must_use]
    pub fn in_reply_to(&self) -> Option<&str> {
        self.text("in_reply_to")
    }

    /// Phase of the work the message was sent from. Open.
    #[must_use]
    pub fn phase(&self) -> Option<&str> {
        self.text("phase")
    }

    /// When the message was journaled, RFC 3339, UTC.
    #[must_use]
    pub fn at(&self) -> Option<&str> {
        self.text("at")
    }

    /// How far the running phase is, 0 to 100; only on ticks.
    #[must_use]
    pub fn percent(&self) -> Option<u8> {
        self.0.get("percent").and_then(Value::as_u64).and_then(|percent| u8::try_from(percent).ok())
    }

    /// The figures behind members of the message, by member name.
    #[must_use]
    pub fn evidence(&self) -> BTreeMap<String, FigureId> {
        self.names("evidence").map(|(name, id)| (name.to_owned(), FigureId::from(id))).collect()
    }

    /// Why members of the message are `null`, by member name.
    #[must_use]
    pub fn unknown(&self) -> BTreeMap<String, String> {
        self.names("unknown").map(|(name, reason)| (name.to_owned(), reason.to_owned())).collect()
    }

    /// Agents the request went through, oldest first; empty when it came straight from its author.
    #[must_use]
    pub fn trace(&self) -> Vec<&str> {
        self.0.get("trace").and_then(texts).unwrap_or_default()
    }

    /// The session that took over from this one.
    #[must_use]
    pub fn superseded_by(&self) -> Option<&str> {
        self.text("superseded_by")
    }

    /// The W3C trace context of the message, as it came; absent when it is no text.
    #[must_use]
    pub fn traceparent(&self) -> Option<&str> {
        self.text("traceparent")
    }

    fn names(&self, member: &str) -> impl Iterator<Item = (&str, &str)> {
        let map = self.0.get(member).and_then(Value::as_object);
        map.into_iter().flatten().filter_map(|(name, value)| Some((name.as_str(), value.as_str()?)))
    }

    /// With the name replies shall repeat.
    #[must_use]
    pub fn with_request_id(self, id: &str) -> Self {
        self.with("request_id", id)
    }

    /// With the session it belongs to.
    #[must_use]
    pub fn with_session_id(self, id: &str) -> Self {
        self.with("session_id", id)
    }

    /// With its place among the journaled messages.
    #[must_use]
    pub fn with_seq(self, seq: u64) -> Self {
        self.with("seq", seq)
    }

    /// With the request it answers.
    #[must_use]
    pub fn with_in_reply_to(self, id: &str) -> Self {
        self.with("in_reply_to", id)
    }

    /// With the phase it was sent from.
    #[must_use]
    pub fn with_phase(self, phase: &str) -> Self {
        self.with("phase", phase)
    }

    /// With the time it was journaled, RFC 3339, UTC.
    #[must_use]
    pub fn with_at(self, at: &str) -> Self {
        self.with("at", at)
    }

    /// With how far the running phase is; values past 100 are written as 100.
    #[must_use]
    pub fn with_percent(self, percent: u8) -> Self {
        self.with("percent", percent.min(100))
    }

    /// With one more figure behind a member of the message.
    #[must_use]
    pub fn with_evidence(self, member: &str, figure: &FigureId) -> Self {
        self.with_name("evidence", member, figure.as_str())
    }

    /// With the reason why one more member of the message is `null`.
    #[must_use]
    pub fn with_unknown(self, member: &str, reason: &str) -> Self {
        self.with_name("unknown", member, reason)
    }

    fn with_name(mut self, map: &str, member: &str, value: &str) -> Self {
        if !self.0.get(map).is_some_and(Value::is_object) {
            self.set(map, Members::new());
        }
        if let Some(names) = self.0.get_mut(map).and_then(Value::as_object_mut) {
            names.insert(member.to_owned(), value.into());
        }
        self
    }

    /// With the agents the request went through, oldest first.
    #[must_use]
    pub fn with_trace<'a>(self, agents: impl IntoIterator<Item = &'a str>) -> Self {
        self.with("trace", agents.into_iter().collect::<Vec<_>>())
    }

    /// With the session that took over from this one.
    #[must_use]
    pub fn with_superseded_by(self, session: &str) -> Self {
        self.with("superseded_by", session)
    }

    /// With the W3C trace context it belongs to.
    #[must_use]
    pub fn with_traceparent(self, traceparent: &str) -> Self {
        self.with("traceparent", traceparent)
    }

    pub(crate) fn into_value(self) -> Value {
        Value::Object(self.0)
    }
}

fn texts(value: &Value) -> Option<Vec<&str>> {
    value.as_array()?.iter().map(Value::as_str).collect()
}
