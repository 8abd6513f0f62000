//! Lists of tool names: a comma string or a YAML list.

use serde_json::Value;

use super::agent_definition::kind;
use super::error::{DefinitionError, Warning};

/// The names in a value, in order, each once.
pub(super) fn names(
    key: &'static str,
    value: Value,
    file: &str,
    line: usize,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<String>, DefinitionError> {
    let mut found = Vec::new();
    match value {
        Value::Null => {}
        Value::String(text) => split(&text, &mut found),
        Value::Array(items) => {
            for item in items {
                match item {
                    Value::String(text) => split(&text, &mut found),
                    // An entry that is no name can grant nothing, but must not silently permit
                    // what its author wanted to forbid.
                    other if key == "disallowedTools" => {
                        return Err(DefinitionError::Unfit {
                            file: file.into(),
                            line,
                            key,
                            found: kind(&other),
                        });
                    }
                    other => warnings.push(Warning::new(
                        file,
                        line,
                        format!("an entry of `{key}` is {} and is left out", kind(&other)),
                        "write the tool's name",
                    )),
                }
            }
        }
        other => {
            return Err(DefinitionError::Unfit { file: file.into(), line, key, found: kind(&other) });
        }
    }
    let mut once: Vec<String> = Vec::with_capacity(found.len());
    for name in found {
        if !once.contains(&name) {
            once.push(name);
        }
    }
    Ok(once)
}

/// The names in a value, as far as they are names.
pub(super) fn written(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    match value {
        Value::String(text) => split(text, &mut found),
        Value::Array(items) => {
            items.iter().filter_map(Value::as_str).for_each(|text| split(text, &mut found))
        }
        _ => {}
    }
    found
}

/// `Bash(rm:*)` is the tool `Bash`.
pub(super) fn base_name(name: &str) -> &str {
    name.split('(').next().unwrap_or(name).trim()
}

/// Splits at commas outside parentheses: `Bash(git add:*, git commit:*), Read` names two tools.
fn split(text: &str, found: &mut Vec<String>) {
    let mut depth = 0_usize;
    let mut name = String::new();
    for c in text.chars().chain([',']) {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            ',' | '\n' if depth == 0 => {
                let clean = name.trim().trim_matches(['"', '\'', '[', ']']).trim();
                if !clean.is_empty() {
                    found.push(clean.to_owned());
                }
                name.clear();
                continue;
            }
            _ => {}
        }
        name.push(c);
    }
    // An unclosed parenthesis: what is left is still a name, and a name no tool has.
    let clean = name.trim().trim_end_matches(',').trim();
    if !clean.is_empty() {
        found.push(clean.to_owned());
    }
}
