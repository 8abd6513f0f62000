//! What another agent handed over: items, and the figures they rest on, whole.

use std::collections::BTreeMap;

use agent_core::agent::{Failure, Pin};
use agent_core::tool::sha256;
use protocol::{ErrorCode, Figure, Members, Request};
use serde::Deserialize;
use serde_json::Value;

/// More items than this are refused: a person could not read the answer.
const MOST_ITEMS: usize = 1_000;

/// A hand-off as it arrived.
pub(crate) struct Handed {
    /// In the order they were handed over.
    pub(crate) items: Vec<Members>,
    /// By id.
    pub(crate) figures: BTreeMap<String, Figure>,
}

impl Handed {
    /// Reads `payload.items` and `_meta.figures`.
    ///
    /// What is written there is data: it fills fields, and decides nothing but the numbers that follow from it.
    pub(crate) fn read(request: &Request) -> Result<Self, Failure> {
        let refused = |message: String, hint: &str| {
            Failure::new(ErrorCode::InvalidRequest, message).with_hint(hint.to_owned())
        };
        let hint = "hand over `payload.items`, with the figures they rest on whole in `_meta.figures`";
        let Some(items) = request.payload_member("items").and_then(Value::as_array) else {
            return Err(refused("`payload.items` is missing, or is no array".to_owned(), hint));
        };
        if items.len() > MOST_ITEMS {
            let message = format!("`payload.items` has {} items, and {MOST_ITEMS} are taken", items.len());
            return Err(refused(message, "hand over the items that matter most"));
        }
        let items = items.iter().enumerate().map(|(at, item)| match item {
            Value::Object(item) => Ok(item.clone()),
            _ => Err(refused(format!("`payload.items[{at}]` is no object"), hint)),
        });
        let figures = match request.meta().get("figures") {
            None => Vec::new(),
            Some(figures) => Vec::<Figure>::deserialize(figures)
                .map_err(|error| refused(format!("`_meta.figures` are not figures: {error}"), hint))?,
        };
        Ok(Self {
            items: items.collect::<Result<_, _>>()?,
            figures: figures.into_iter().map(|figure| (figure.id.as_str().to_owned(), figure)).collect(),
        })
    }

    /// The figure `id`, or the words that it is missing.
    pub(crate) fn figure(&self, id: &str) -> Result<&Figure, String> {
        self.figures.get(id).ok_or_else(|| format!("`{id}` was not handed over"))
    }

    /// The same hand-off has the same pin; `parts` is what else the work depends on.
    pub(crate) fn pin(request: &Request, parts: BTreeMap<String, String>) -> Pin {
        let hash = |value: Option<&Value>| sha256(value.map(Value::to_string).unwrap_or_default().as_bytes());
        let own = [
            ("items".to_owned(), hash(request.payload_member("items"))),
            ("figures".to_owned(), hash(request.meta().get("figures"))),
            ("version".to_owned(), env!("CARGO_PKG_VERSION").to_owned()),
        ];
        Pin::of(own.into_iter().chain(parts).collect())
    }

    /// The newest day a handed-over figure looks at.
    pub(crate) fn as_of(&self) -> String {
        self.figures.values().map(|figure| figure.as_of.clone()).max().unwrap_or_default()
    }
}

/// The text of a member; empty when it is something else.
pub(crate) fn text<'a>(item: &'a Members, name: &str) -> &'a str {
    item.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// The objects of a member that is a list of them; others are left out.
pub(crate) fn objects<'a>(item: &'a Members, name: &str) -> impl Iterator<Item = &'a Members> {
    item.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object)
}
