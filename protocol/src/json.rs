//! JSON text to values, refusing what two readers could read differently.

use std::cell::RefCell;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};

use crate::{ErrorCode, Members, WireError};

/// Parses one JSON value. An object that names a member twice is refused, at any depth.
///
/// Whole numbers outside the range of `i64` and `u64` are read as the nearest double, as most readers do.
pub(crate) fn parse(text: &str) -> Result<Value, WireError> {
    if text.trim_ascii().is_empty() {
        return Err(WireError::new(ErrorCode::InvalidJson, "the line is empty"));
    }
    let twice = RefCell::new(None);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let parsed = Strict { twice: &twice }
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value));
    parsed.map_err(|error| match twice.take() {
        Some(name) => WireError::new(ErrorCode::DuplicateMember, format!("member `{name}` is there twice"))
            .with_detail("column", error.column()),
        None => WireError::new(ErrorCode::InvalidJson, format!("the line is not JSON: {error}"))
            .with_detail("column", error.column()),
    })
}

/// Builds a value, leaving the name of a repeated member in `twice`.
#[derive(Clone, Copy)]
struct Strict<'a> {
    twice: &'a RefCell<Option<String>>,
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("number out of range"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = items.next_element_seed(self)? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut members = Members::new();
        while let Some(name) = entries.next_key::<String>()? {
            if members.contains_key(&name) {
                *self.twice.borrow_mut() = Some(name);
                return Err(de::Error::custom("repeated member"));
            }
            let value = entries.next_value_seed(self)?;
            members.insert(name, value);
        }
        Ok(Value::Object(members))
    }
}
