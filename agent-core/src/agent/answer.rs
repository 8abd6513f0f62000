use std::collections::BTreeMap;

use protocol::{Delivery, Members, Meta};
use serde::{Deserialize, Serialize};

use crate::store::sha256_hex;

/// What a session depends on. The same pin resumes a session; a changed one supersedes it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pin {
    /// SHA-256 over all parts, hex.
    pub hash: String,
    /// What it is made of, by name: a hash of the data, the as-of date, the version.
    pub parts: BTreeMap<String, String>,
}

impl Pin {
    /// The pin over `parts`. The request itself need not be among them: the runtime compares it too.
    #[must_use]
    pub fn of(parts: BTreeMap<String, String>) -> Self {
        // Lengths go in, so that no two sets of parts run together into the same text.
        let text: String = parts
            .iter()
            .map(|(name, value)| format!("{}:{name}={}:{value}\n", name.len(), value.len()))
            .collect();
        Self { hash: sha256_hex(text.as_bytes()), parts }
    }
}

/// The answer to a question or to a further read.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The payload of the response.
    pub payload: Members,
    /// What goes with it: the figures behind its members, why a member is unknown.
    pub meta: Meta,
    /// The response type, where it is not the request type without its `get_`.
    pub response_type: Option<String>,
}

impl Answer {
    /// An answer that consists of `payload`.
    #[must_use]
    pub fn new(payload: Members) -> Self {
        Self { payload, ..Self::default() }
    }

    /// The same answer with another `_meta`.
    #[must_use]
    pub fn with_meta(self, meta: Meta) -> Self {
        Self { meta, ..self }
    }

    /// The same answer under another response type.
    #[must_use]
    pub fn with_response_type(self, response_type: impl Into<String>) -> Self {
        Self { response_type: Some(response_type.into()), ..self }
    }
}

/// What a session ends with when its work is done.
#[derive(Clone, Debug)]
pub struct Completion {
    /// The delivery.
    pub delivery: Delivery,
    /// What goes with it: the figures behind its progress members, why a member is unknown.
    pub meta: Meta,
}

impl Completion {
    /// The same completion with another `_meta`.
    #[must_use]
    pub fn with_meta(self, meta: Meta) -> Self {
        Self { meta, ..self }
    }
}

impl From<Delivery> for Completion {
    fn from(delivery: Delivery) -> Self {
        Self { delivery, meta: Meta::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::Pin;

    #[test]
    fn parts_cannot_run_together() {
        let pin = |parts: &[(&str, &str)]| {
            Pin::of(parts.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()).hash
        };
        assert_ne!(pin(&[("a", "1\n1:b=1:2")]), pin(&[("a", "1"), ("b", "2")]));
        assert_ne!(pin(&[("a", "bc")]), pin(&[("ab", "c")]));
        assert_eq!(pin(&[("a", "1"), ("b", "2")]), pin(&[("b", "2"), ("a", "1")]));
    }
}
