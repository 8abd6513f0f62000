//! The committed schemas are those of the types, and accept what is written and no less.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jsonschema::Validator;
use proptest::prelude::*;
use protocol::{ContextResponse, ErrorMessage, Message, Meta, Request, StatusMessage, Verb, schema};
use serde_json::{Value, json};

use super::roundtrip::anything_like_a_message;
use crate::support::{golden, golden_names};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/v1")
}

fn validator(stem: &str) -> Validator {
    let text = std::fs::read_to_string(folder().join(format!("{stem}.json"))).unwrap();
    jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap()
}

fn value(line: &str) -> Value {
    serde_json::from_str(line).unwrap()
}

#[test]
fn committed_schemas_are_those_of_the_types() {
    let generated: BTreeMap<String, String> = schema::all()
        .iter()
        .map(|(stem, schema)| (format!("{stem}.json"), schema::file_text(schema)))
        .collect();
    if std::env::var_os("UPDATE_SCHEMAS").is_some() {
        std::fs::create_dir_all(folder()).unwrap();
        for (file, text) in &generated {
            std::fs::write(folder().join(file), text).unwrap();
        }
    }
    let committed: BTreeMap<String, String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| {
            let text = std::fs::read_to_string(entry.path()).unwrap();
            (entry.file_name().into_string().unwrap(), text)
        })
        .collect();
    let names = |files: &BTreeMap<String, String>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&committed), names(&generated), "set UPDATE_SCHEMAS=1 to write them again");
    for (file, text) in generated {
        assert!(committed[&file] == text, "{file} is not that of the types; set UPDATE_SCHEMAS=1");
    }
}

#[test]
fn every_golden_line_is_valid_and_by_its_own_schema_too() {
    let message = validator("message");
    for name in golden_names() {
        let line = value(&golden(&name));
        let own = if line.get("request_type").is_some() {
            Verb::named(&name).map_or("request", Verb::name)
        } else if line.get("response_type").is_some() {
            let known = folder().join(format!("{name}.json")).exists();
            if known { name.as_str() } else { "response" }
        } else if line.get("status").is_some() {
            "status"
        } else {
            "error"
        };
        for (stem, validator) in [("message", &message), (own, &validator(own))] {
            if let Err(error) = validator.validate(&line) {
                panic!("{name} by {stem}.json: {error} at `{}`", error.instance_path());
            }
        }
    }
}

#[test]
fn a_stream_with_a_broken_line_is_told() {
    let message = validator("message");
    let completed = value(&golden("completed"));
    let without = |name: &str| {
        let mut line = completed.clone();
        line.as_object_mut().unwrap().shift_remove(name);
        line
    };
    let with = |golden_name: &str, pointer: &str, broken: Value| {
        let mut line = value(&golden(golden_name));
        *line.pointer_mut(pointer).unwrap() = broken;
        line
    };
    let rows = [
        ("no message", without("message")),
        ("no deliverables", without("deliverables")),
        ("no status", without("status")),
        ("no agent", without("agent")),
        ("a null message", with("completed", "/message", Value::Null)),
        ("a list as progress", with("completed", "/progress", json!([]))),
        ("an outcome not on the list", with("completed", "/handoffs/0/outcome", json!("perhaps"))),
        ("a code not on the list", with("failed", "/error/code", json!("OOPS"))),
        ("failed without error", json!({"agent": "a", "status": "failed"})),
        ("a seq that is no number", with("managing", "/_meta/seq", json!("7"))),
        ("evidence that is no id", with("managing", "/_meta/evidence/churn_rate", json!(3.2))),
        ("a payload that is no object", with("customer_context.response", "/payload", json!([]))),
        ("nothing to tell it by", json!({"agent": "a"})),
    ];
    for (what, line) in rows {
        assert!(!message.is_valid(&line), "{what}: {line}");
    }
}

#[test]
fn a_message_of_an_agent_that_writes_less_or_other_things_fits_the_schema_of_its_kind() {
    // What published agents write: seed shapes, a progress that is a text, an end without what ours has.
    let rows = [
        ("status", json!({"agent": "pm", "status": "completed"})),
        ("status", json!({"agent": "pm", "status": "failed", "error": "out of tokens"})),
        ("status", json!({"agent": "pm", "status": "awaiting_approval"})),
        (
            "status",
            json!({"agent": "pm", "status": "managing", "progress": "80%", "_meta": {"percent": "80"}}),
        ),
        ("error", json!({"agent": "pm", "error": {"code": 7}})),
    ];
    for (stem, line) in rows {
        assert!(Message::read(line.as_object().unwrap().clone()).is_ok(), "{line}");
        assert!(validator(stem).is_valid(&line), "{stem}.json refuses {line}");
    }
    // What the codec refuses, the schema refuses too.
    for (stem, line) in [
        ("status", json!({"agent": "pm", "status": 3})),
        ("status", json!({"status": "managing"})),
        ("status", json!({"agent": "pm", "status": "managing", "_meta": {"seq": "7"}})),
        ("status", json!({"agent": "pm", "status": "managing", "_meta": []})),
        ("error", json!({"agent": "pm", "error": "no"})),
    ] {
        assert!(Message::read(line.as_object().unwrap().clone()).is_err(), "{line}");
        assert!(!validator(stem).is_valid(&line), "{stem}.json takes {line}");
    }
}

proptest! {
    #[test]
    fn what_the_codec_reads_of_an_agent_fits_the_schema_of_its_kind(members in anything_like_a_message()) {
        let line = Value::Object(members.clone());
        let stem = match Message::read(members) {
            Ok(Message::Response(_)) => "response",
            Ok(Message::Status(_)) => "status",
            Ok(Message::Error(_)) => "error",
            Ok(Message::Request(_)) | Err(_) => return Ok(()),
        };
        let told = validator(stem).validate(&line).map_err(|error| error.to_string());
        prop_assert!(told.is_ok(), "{stem}.json: {told:?}: {line}");
    }
}

#[test]
fn schemas_name_the_members_that_are_written_in_their_order() {
    let order = |schema: schemars::Schema| {
        let properties = schema.get("properties").and_then(Value::as_object).unwrap();
        properties.keys().cloned().collect::<Vec<_>>()
    };
    fn with_meta(names: &[&'static str]) -> Vec<&'static str> {
        [names, &["_meta"]].concat()
    }
    assert_eq!(order(schemars::schema_for!(Request)), with_meta(Request::ORDER));
    assert_eq!(order(schemars::schema_for!(ContextResponse)), with_meta(ContextResponse::ORDER));
    assert_eq!(order(schemars::schema_for!(StatusMessage)), with_meta(StatusMessage::ORDER));
    assert_eq!(order(schemars::schema_for!(ErrorMessage)), with_meta(ErrorMessage::ORDER));
    assert_eq!(order(schemars::schema_for!(Meta)), Meta::ORDER);
}
