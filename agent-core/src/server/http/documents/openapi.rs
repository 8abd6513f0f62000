use serde_json::{Value, json};

use super::components::schemas;

/// The paths and the shapes that HTTP has and the protocol has not. Checked against the router in a test.
const BY_HAND: &str = include_str!("openapi.json");

/// The OpenAPI 3.1 document of everything the router serves.
#[must_use]
pub fn openapi() -> Value {
    let mut document: Value = serde_json::from_str(BY_HAND).unwrap_or_default();
    let mut shapes = schemas();
    if let Some(own) = document.pointer("/components/schemas").and_then(Value::as_object) {
        shapes.extend(own.clone());
    }
    if let Some(components) = document.get_mut("components") {
        components["schemas"] = shapes.into();
    }
    document["info"]["version"] = json!(env!("CARGO_PKG_VERSION"));
    document
}
