//! JSON Schemas of everything that goes over the wire, generated from the types.

use schemars::generate::SchemaSettings;
use schemars::transform::transform_subschemas;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use crate::{ContextResponse, ErrorMessage, Figure, Members, Request, StatusMessage, Verb, reply};

/// All schemas with the stem of their file, in the order they are documented.
///
/// `message` accepts any line that this agent writes; `response`, `status` and `error` accept what the codec reads
/// of any agent, and name what this one writes. The others are one per verb (the whole request) and one per answer
/// (the whole response).
#[must_use]
pub fn all() -> Vec<(String, Schema)> {
    let mut schemas = vec![
        ("message".to_owned(), message()),
        ("request".to_owned(), of::<Request>()),
        ("response".to_owned(), as_read(of::<ContextResponse>(), &["agent", "response_type", "payload"])),
        ("status".to_owned(), as_read(of::<StatusMessage>(), &["agent", "status"])),
        ("error".to_owned(), as_read(of::<ErrorMessage>(), &["agent", "error"])),
        ("figure".to_owned(), of::<Figure>()),
        ("published_contexts".to_owned(), of::<reply::PublishedContexts>()),
    ];
    for verb in Verb::ALL {
        schemas.push((verb.name().to_owned(), verb_request(*verb)));
        let answer = verb.answer().to_owned() + ".response";
        if schemas.iter().all(|(stem, _)| *stem != answer) {
            schemas.push((answer, verb_response(*verb)));
        }
    }
    schemas
}

/// The text a schema's file has.
#[must_use]
pub fn file_text(schema: &Schema) -> String {
    format!("{:#}\n", schema.as_value())
}

fn generator() -> SchemaGenerator {
    SchemaSettings::draft2020_12().with_transform(never_null).into_generator()
}

fn of<T: JsonSchema>() -> Schema {
    in_reading_order(generator().into_root_schema_for::<T>())
}

/// The schema of a message as it is read: of any agent, so that only what the codec checks is demanded. What other
/// members are for is still said.
fn as_read(mut schema: Schema, checked: &[&str]) -> Schema {
    let properties = schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    let described = |schema: &Value| match schema.get("description") {
        Some(words) => json!({ "description": words }),
        None => json!({}),
    };
    let definition =
        |name: &str| schema.pointer(&format!("/$defs/{name}/properties")).and_then(Value::as_object);
    let meta = definition("Meta").cloned().unwrap_or_default();
    let meta: Members = meta
        .into_iter()
        .map(|(name, schema)| {
            let routes = crate::Meta::CHECKED.contains(&name.as_str());
            let schema = if routes { schema } else { described(&schema) };
            (name, schema)
        })
        .collect();
    let properties: Members = properties
        .into_iter()
        .map(|(name, schema)| {
            let mut read = described(&schema);
            let kind = match name.as_str() {
                "_meta" => Some("object"),
                "payload" | "error" if checked.contains(&name.as_str()) => Some("object"),
                known if checked.contains(&known) => Some("string"),
                _ => None,
            };
            if let Some(kind) = kind {
                read["type"] = kind.into();
            }
            if name == "_meta" {
                read["properties"] = Value::Object(meta.clone());
            }
            (name, read)
        })
        .collect();
    schema.insert("properties".to_owned(), properties.into());
    schema.insert("required".to_owned(), json!(checked));
    schema.remove("allOf");
    schema.remove("$defs");
    schema
}

fn message() -> Schema {
    let mut generator = generator();
    let kinds = [
        ("request_type", generator.subschema_for::<Request>()),
        ("response_type", generator.subschema_for::<ContextResponse>()),
        ("status", generator.subschema_for::<StatusMessage>()),
        ("error", generator.subschema_for::<ErrorMessage>()),
    ];
    // A kind is told by the first of these members that is there, so each rules out those before it.
    let mut earlier: Vec<Value> = Vec::new();
    let mut one_of = Vec::new();
    for (member, schema) in kinds {
        let mut parts = vec![schema.to_value(), json!({ "required": [member] })];
        if !earlier.is_empty() {
            parts.push(json!({ "not": { "anyOf": earlier } }));
        }
        one_of.push(json!({ "allOf": parts }));
        earlier.push(json!({ "required": [member] }));
    }
    let schema = json_schema!({
        "title": "Message",
        "description": "Any line an agent writes.",
        "oneOf": one_of,
    });
    finish(generator, schema)
}

fn verb_request(verb: Verb) -> Schema {
    let mut generator = generator();
    let request = generator.subschema_for::<Request>();
    let payload = verb.payload_schema(&mut generator);
    let schema = json_schema!({
        "title": verb.name(),
        "description": verb.says(),
        "allOf": [request],
        "properties": { "request_type": { "const": verb.name() }, "payload": payload },
    });
    finish(generator, schema)
}

fn verb_response(verb: Verb) -> Schema {
    let mut generator = generator();
    let response = generator.subschema_for::<ContextResponse>();
    let payload = verb.reply_schema(&mut generator);
    let schema = json_schema!({
        "title": verb.answer(),
        "description": format!("The answer to `{}`.", verb.name()),
        "allOf": [response],
        "properties": { "response_type": { "const": verb.answer() }, "payload": payload },
    });
    finish(generator, schema)
}

/// Adds the dialect and the shared definitions to a schema put together by hand.
fn finish(mut generator: SchemaGenerator, mut schema: Schema) -> Schema {
    let definitions: Members = generator.take_definitions(true).into_iter().collect();
    if let Some(dialect) = &generator.settings().meta_schema {
        schema.insert("$schema".to_owned(), dialect.as_ref().into());
    }
    schema.insert("$defs".to_owned(), definitions.into());
    in_reading_order(schema)
}

/// What a person looks for first, first: the dialect, the name, what it is.
fn in_reading_order(mut schema: Schema) -> Schema {
    let members = schema.ensure_object();
    for (place, name) in ["$schema", "title", "description"].into_iter().enumerate() {
        if let Some(value) = members.shift_remove(name) {
            members.shift_insert(place, name.to_owned(), value);
        }
    }
    schema
}

/// Absent members are not written, so an optional member is never `null`.
fn never_null(schema: &mut Schema) {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            schema.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(branches)) = schema.get_mut("anyOf") {
        branches.retain(|branch| branch.get("type") != Some(&Value::from("null")));
        if let [only] = branches.as_slice()
            && let Some(only) = only.as_object().cloned()
        {
            schema.remove("anyOf");
            schema.ensure_object().extend(only);
        }
    }
    transform_subschemas(&mut never_null, schema);
}
