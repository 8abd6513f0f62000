//! Bodies of ours as JSON.
//!
//! They are structs of texts, numbers, lists and maps with text keys, whose writing cannot fail.

use serde::Serialize;
use serde_json::Value;

use crate::Members;

pub(crate) fn value_of(body: &impl Serialize) -> Value {
    serde_json::to_value(body).unwrap_or_default()
}

pub(crate) fn members_of(body: &impl Serialize) -> Members {
    match value_of(body) {
        Value::Object(members) => members,
        _ => Members::new(),
    }
}
