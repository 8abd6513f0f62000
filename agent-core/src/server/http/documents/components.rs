use protocol::Members;
use serde_json::Value;

/// Where the protocol's schemas refer to each other, within one file.
const WITHIN: &str = "#/$defs/";
/// Where they are in a document.
const THERE: &str = "#/components/schemas/";

/// The protocol's schemas, by name: the parts (`Request`, `Figure`, …), and each file's own under its stem.
pub(super) fn schemas() -> Members {
    let mut schemas = Members::new();
    for (stem, schema) in protocol::schema::all() {
        let mut schema = schema.to_value();
        moved(&mut schema);
        let Value::Object(mut members) = schema else { continue };
        members.shift_remove("$schema");
        if let Some(Value::Object(parts)) = members.shift_remove("$defs") {
            for (name, part) in parts {
                schemas.entry(name).or_insert(part);
            }
        }
        schemas.insert(stem, Value::Object(members));
    }
    schemas
}

/// Turns references within a file into references within the document.
fn moved(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            for (name, value) in members {
                match value {
                    Value::String(to) if name == "$ref" => {
                        if let Some(part) = to.strip_prefix(WITHIN) {
                            *to = format!("{THERE}{part}");
                        }
                    }
                    value => moved(value),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(moved),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
