//! A key that stands twice in the front matter: the narrower of the two counts, because a definition never grants
//! more than each of its lines says.

use serde_json::{Map, Value};

use super::agent_definition::turns;
use super::tool_names::{base_name, written};

/// What counts of a key that was read as `first` and stands there again, and how that is said.
pub(super) fn narrower(key: &str, first: Value, again: Value) -> (Value, &'static str) {
    match key {
        "tools" => (in_both_lists(first, again), "only what each of them grants counts"),
        "disallowedTools" => (in_either_list(first, again), "what any of them forbids is forbidden"),
        "maxTurns" => (fewer(first, again), "the smaller one counts"),
        "mcpServers" => (in_both_servers(first, &again), "only what each of them names counts"),
        _ => (first, "the first one counts"),
    }
}

/// Whether a value can be a list of names; what cannot is kept, so that it is refused.
fn lists_names(value: &Value) -> bool {
    matches!(value, Value::Null | Value::String(_) | Value::Array(_))
}

fn in_both_lists(first: Value, again: Value) -> Value {
    if !lists_names(&first) || !lists_names(&again) {
        return if lists_names(&first) { again } else { first };
    }
    let (ours, theirs) = (written(&first), written(&again));
    // `Bash(git add:*)` is narrower than `Bash`.
    let within = |narrow: &str, wide: &str| narrow == wide || base_name(narrow) == wide;
    let mut both = Vec::new();
    for our in &ours {
        both.extend(theirs.iter().filter_map(|their| {
            let narrow = if within(our, their) { our } else { their };
            (within(our, their) || within(their, our)).then(|| Value::from(narrow.as_str()))
        }));
    }
    Value::Array(both)
}

fn in_either_list(first: Value, again: Value) -> Value {
    if !lists_names(&first) || !lists_names(&again) {
        return if lists_names(&first) { again } else { first };
    }
    let entries = |value: Value| match value {
        Value::Array(entries) => entries,
        Value::Null => Vec::new(),
        text => vec![text],
    };
    Value::Array(entries(first).into_iter().chain(entries(again)).collect())
}

/// No number means no limit; what is no number of turns is kept, so that it is refused.
fn fewer(first: Value, again: Value) -> Value {
    match (turns(&first), turns(&again)) {
        (Some(one), Some(other)) => {
            if one <= other {
                first
            } else {
                again
            }
        }
        (Some(_), None) if again.is_null() => first,
        (Some(_), None) => again,
        (None, _) if first.is_null() => again,
        (None, _) => first,
    }
}

fn in_both_servers(first: Value, again: &Value) -> Value {
    let named: Vec<&str> = match again {
        Value::Array(entries) => entries.iter().flat_map(server_names).collect(),
        other => server_names(other),
    };
    let only = |servers: Map<String, Value>| -> Map<String, Value> {
        servers.into_iter().filter(|(name, _)| named.contains(&name.as_str())).collect()
    };
    let of_list = |entry: Value| match entry {
        Value::Object(servers) => {
            Some(Value::Object(only(servers))).filter(|it| it != &Value::Object(Map::new()))
        }
        other => server_names(&other).iter().any(|name| named.contains(name)).then_some(other),
    };
    match first {
        Value::Array(entries) => entries.into_iter().filter_map(of_list).collect(),
        Value::Object(servers) => Value::Object(only(servers)),
        other => of_list(other).unwrap_or(Value::Null),
    }
}

fn server_names(value: &Value) -> Vec<&str> {
    match value {
        Value::String(name) => vec![name.as_str()],
        Value::Object(servers) => servers.keys().map(String::as_str).collect(),
        _ => Vec::new(),
    }
}
