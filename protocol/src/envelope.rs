//! What all messages share: ordered members, of which some are checked, and `_meta`.

use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::{ErrorCode, Members, Meta, WireError};

const META: &str = "_meta";

/// A message's members as they were read or set.
///
/// While `_meta` is kept apart as `meta`, a `null` under that name in `members` marks where it stood.
#[derive(Clone, Debug, Default)]
pub(crate) struct Envelope {
    members: Members,
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
        Ok(Self { members, meta })
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
        if value.is_null() {
            self.members.shift_remove(name);
        } else if let Some(slot) = self.members.get_mut(name) {
            *slot = value;
        } else {
            let rank = |member: &str| {
                if member == META {
                    usize::MAX
                } else {
                    order.iter().position(|known| *known == member).unwrap_or(order.len())
                }
            };
            let place = self.members.keys().position(|member| rank(member) > rank(name));
            let place = place.unwrap_or(self.members.len());
            self.members.shift_insert(place, name.to_owned(), value);
        }
    }

    pub(crate) fn into_members(self) -> Members {
        let Self { mut members, meta } = self;
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
        self.clone().into_members().serialize(serializer)
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
