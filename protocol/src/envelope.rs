//! What all messages share: ordered members, of which some are checked, and `_meta`.

use std::sync::Arc;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::{ErrorCode, Members, Meta, WireError};

const META: &str = "_meta";

/// A message's members as they were read or set.
///
/// While `_meta` is kept apart as `meta`, a `null` under that name in `members` marks where it stood.
#[derive(Clone, Debug, Default)]
pub(crate) struct Envelope {
    /// Shared by clones until one of them is changed.
    members: Arc<Members>,
    /// The members as JSON without `_meta`, once they were sealed.
    sealed: Option<Arc<str>>,
    pub(crate) meta: Meta,
}

impl Envelope {
    /// Takes the members of a message; `code` is what a wrongly typed `_meta` is refused with.
    pub(crate) fn read(mut members: Members, code: ErrorCode) -> Result<Self, WireError> {
        let meta = match members.get_mut(META).map(Value::take) {
            None => Meta::default(),
            Some(Value::Object(meta)) => Meta::read(meta, code)?,
            Some(other) => return Err(mistyped(code, META, "an object", &other)),
        };
        Ok(Self { members: Arc::new(members), sealed: None, meta })
    }

    /// Checks that `name` is there and a string.
    pub(crate) fn require_text(&self, name: &str, code: ErrorCode) -> Result<(), WireError> {
        self.require(name, "a string", Value::is_string, code)
    }

    /// Checks that `name` is there and an object.
    pub(crate) fn require_object(&self, name: &str, code: ErrorCode) -> Result<(), WireError> {
        self.require(name, "an object", Value::is_object, code)
    }

    fn require(
        &self,
        name: &str,
        expected: &str,
        is: impl Fn(&Value) -> bool,
        code: ErrorCode,
    ) -> Result<(), WireError> {
        match self.members.get(name) {
            Some(value) if is(value) => Ok(()),
            Some(other) => Err(mistyped(code, name, expected, other)),
            None => Err(WireError::new(code, format!("`{name}` is missing; it must be {expected}"))),
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        if name == META { None } else { self.members.get(name) }
    }

    /// A member that was checked to be a string, or set as one.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.get(name).and_then(Value::as_str).unwrap_or_default()
    }

    /// Puts a member in its place in `order`: before the first member that comes later.
    ///
    /// A member that is there already keeps its place; `null` removes, since absent members are not written.
    pub(crate) fn set(&mut self, order: &[&str], name: &str, value: Value) {
        if name == META {
            return;
        }
        self.sealed = None;
        let members = Arc::make_mut(&mut self.members);
        if value.is_null() {
            members.shift_remove(name);
        } else if let Some(slot) = members.get_mut(name) {
            *slot = value;
        } else {
            let rank = |member: &str| {
                if member == META {
                    usize::MAX
                } else {
                    order.iter().position(|known| *known == member).unwrap_or(order.len())
                }
            };
            let place = members.keys().position(|member| rank(member) > rank(name));
            let place = place.unwrap_or(members.len());
            members.shift_insert(place, name.to_owned(), value);
        }
    }

    /// Encodes the members once, for this message and its clones; changing one of them forgets it.
    pub(crate) fn seal(&mut self) {
        if self.sealed.is_none() && !self.members.is_empty() && !self.members.contains_key(META) {
            self.sealed = serde_json::to_string(&*self.members).ok().map(Arc::from);
        }
    }

    /// The sealed members as JSON, without `_meta`.
    pub(crate) fn sealed(&self) -> Option<&Arc<str>> {
        self.sealed.as_ref()
    }

    /// The whole message as one line.
    pub(crate) fn encode(&self) -> String {
        match self.sealed.as_deref().and_then(|text| text.strip_suffix('}')) {
            Some(open) if !self.meta.is_empty() => {
                let meta = serde_json::to_string(&self.meta).unwrap_or_default();
                [open, ",\"_meta\":", &meta, "}"].concat()
            }
            // Texts, numbers, lists and maps with text keys: writing them cannot fail.
            _ => serde_json::to_string(self).unwrap_or_default(),
        }
    }

    pub(crate) fn into_members(self) -> Members {
        let Self { members, meta, .. } = self;
        let mut members = Arc::unwrap_or_clone(members);
        if let Some(slot) = members.get_mut(META) {
            *slot = meta.into_value();
        } else if !meta.is_empty() {
            members.insert(META.to_owned(), meta.into_value());
        }
        members
    }
}

impl Serialize for Envelope {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let mut placed = false;
        for (name, value) in self.members.iter() {
            if name == META {
                placed = true;
                map.serialize_entry(META, &self.meta)?;
            } else {
                map.serialize_entry(name, value)?;
            }
        }
        if !placed && !self.meta.is_empty() {
            map.serialize_entry(META, &self.meta)?;
        }
        map.end()
    }
}

impl PartialEq for Envelope {
    fn eq(&self, other: &Self) -> bool {
        self.clone().into_members() == other.clone().into_members()
    }
}

/// The refusal of a member that has the wrong type.
pub(crate) fn mistyped(code: ErrorCode, name: &str, expected: &str, found: &Value) -> WireError {
    let found = match found {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    };
    WireError::new(code, format!("`{name}` must be {expected}, found {found}"))
}

/// The methods every message has, over its `envelope` and its `ORDER` of members.
macro_rules! message_members {
    ($message:ident) => {
        impl $message {
            /// The names this message knows, in the order they are written; `_meta` follows them.
            pub const ORDER: &'static [&'static str] = ORDER;

            /// Any member but `_meta`, known or not, as it stands.
            #[must_use]
            pub fn member(&self, name: &str) -> Option<&serde_json::Value> {
                self.envelope.get(name)
            }

            /// Sets any member but `_meta` and the ones that were checked; `null` removes it.
            pub fn set_member(&mut self, name: &str, value: impl Into<serde_json::Value>) {
                if !CHECKED.contains(&name) {
                    self.envelope.set(ORDER, name, value.into());
                }
            }

            /// What goes with the message beside its content.
            #[must_use]
            pub fn meta(&self) -> &$crate::Meta {
                &self.envelope.meta
            }

            /// The same, to be filled.
            pub fn meta_mut(&mut self) -> &mut $crate::Meta {
                &mut self.envelope.meta
            }

            /// The message with another `_meta`.
            #[must_use]
            pub fn with_meta(mut self, meta: $crate::Meta) -> Self {
                self.envelope.meta = meta;
                self
            }

            /// The same message, encoded once but for its `_meta`: writing it and its clones is cheap.
            #[must_use]
            pub fn sealed(mut self) -> Self {
                self.envelope.seal();
                self
            }

            /// What was encoded by [`Self::sealed`]: a JSON object without `_meta`.
            #[must_use]
            pub fn sealed_text(&self) -> Option<&std::sync::Arc<str>> {
                self.envelope.sealed()
            }

            pub(crate) fn encode(&self) -> String {
                self.envelope.encode()
            }

            /// The whole message as a JSON object, members in order.
            #[must_use]
            pub fn into_members(self) -> $crate::Members {
                self.envelope.into_members()
            }
        }

        impl serde::Serialize for $message {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.envelope.serialize(serializer)
            }
        }

        impl<'de> serde::Deserialize<'de> for $message {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let members = <$crate::Members as serde::Deserialize>::deserialize(deserializer)?;
                Self::read(members).map_err(serde::de::Error::custom)
            }
        }
    };
}
pub(crate) use message_members;
