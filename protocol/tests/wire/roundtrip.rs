//! Whatever an object carries beside what makes it a message comes back, in order.

use proptest::prelude::*;
use protocol::{DEFAULT_LINE_LIMIT, ErrorCode, Members, Message, decode_line, encode};
use serde_json::{Value, json};

const ENVELOPE: &[&str] =
    &["requesting_agent", "request_type", "payload", "agent", "response_type", "status", "error", "_meta"];

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        proptest::num::f64::NORMAL.prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((any::<String>(), inner), 0..4)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

fn any_members() -> impl Strategy<Value = Members> {
    // Names the protocol knows are among them, with any value at all.
    let name = prop_oneof![
        "[a-z_]{1,8}",
        any::<String>(),
        prop::sample::select(vec!["message", "progress", "deliverables", "handoffs", "approval"])
            .prop_map(str::to_owned),
    ];
    prop::collection::vec((name, any_value()), 0..6).prop_map(|entries| {
        entries.into_iter().filter(|(name, _)| !ENVELOPE.contains(&name.as_str())).collect()
    })
}

/// A message of some agent whose members are anything at all: what the codec makes of it is yet to be seen.
pub(crate) fn anything_like_a_message() -> impl Strategy<Value = Members> {
    let name = prop::sample::select(vec![
        "agent",
        "status",
        "message",
        "progress",
        "deliverables",
        "handoffs",
        "approvals",
        "error",
        "approval",
        "response_type",
        "payload",
    ]);
    let word = prop_oneof![
        prop::sample::select(vec!["completed", "failed", "cancelled", "awaiting_approval", "managing"])
            .prop_map(Value::from),
        any_value(),
    ];
    let meta_name = prop::sample::select(vec![
        "request_id",
        "session_id",
        "seq",
        "in_reply_to",
        "phase",
        "at",
        "percent",
        "evidence",
        "unknown",
        "trace",
    ]);
    let meta_value = prop_oneof![any_value(), Just(json!(["a"])), any::<u64>().prop_map(Value::from)];
    let meta = prop::collection::vec((meta_name.prop_map(str::to_owned), meta_value), 0..4);
    let meta = meta.prop_map(|entries| json!({ "_meta": Members::from_iter(entries) }));
    let members = prop::collection::vec((name.prop_map(str::to_owned), word), 0..6);
    (members, prop::option::of(meta), any::<bool>()).prop_map(|(members, meta, named)| {
        let mut members: Members = members.into_iter().collect();
        if named {
            members.insert("agent".to_owned(), json!("a"));
        }
        members.extend(meta.and_then(|meta| meta.as_object().cloned()).unwrap_or_default());
        members
    })
}

/// `extra` with the members that make it a message, each put in at its own place.
fn any_message() -> impl Strategy<Value = Members> {
    let kind = prop_oneof![
        any_members()
            .prop_map(|payload| json!({"requesting_agent": "a", "request_type": "t", "payload": payload})),
        any_members().prop_map(|payload| json!({"agent": "a", "response_type": "t", "payload": payload})),
        any::<String>().prop_map(|status| json!({"agent": "a", "status": status})),
        any_members().prop_map(|error| json!({"agent": "a", "error": error})),
    ];
    let meta = prop::option::of(any_members());
    (kind, meta, any_members(), any::<[prop::sample::Index; 4]>()).prop_map(
        |(kind, meta, mut extra, places)| {
            let meta = meta.map(|meta| ("_meta".to_owned(), Value::Object(meta)));
            let envelope = kind.as_object().cloned().unwrap_or_default().into_iter().chain(meta);
            for ((name, value), place) in envelope.zip(places) {
                let place = place.index(extra.len() + 1);
                extra.shift_insert(place, name, value);
            }
            extra
        },
    )
}

proptest! {
    #[test]
    fn any_message_is_written_back_as_it_was(members in any_message()) {
        let line = Value::Object(members).to_string();
        let read = decode_line(line.as_bytes(), DEFAULT_LINE_LIMIT).unwrap();
        prop_assert_eq!(encode(&read), line);
    }

    #[test]
    fn a_written_message_is_one_line(members in any_message()) {
        let written = encode(&Message::read(members).unwrap());
        prop_assert!(!written.contains(['\n', '\r']));
    }

    #[test]
    fn an_object_with_nothing_to_tell_it_by_is_unknown(members in any_members()) {
        let line = Value::Object(members).to_string();
        let refused = decode_line(line.as_bytes(), DEFAULT_LINE_LIMIT).unwrap_err();
        prop_assert_eq!(refused.error.code, ErrorCode::UnknownMessage);
    }

    #[test]
    fn any_bytes_are_read_or_refused(line in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(read) = decode_line(&line, DEFAULT_LINE_LIMIT) {
            prop_assert!(decode_line(encode(&read).as_bytes(), DEFAULT_LINE_LIMIT).is_ok());
        }
    }
}
