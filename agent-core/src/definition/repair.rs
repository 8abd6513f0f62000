//! Front matter that strict YAML refuses, read key by key.
//!
//! Real definition files hold unquoted `: `, stray tabs and quotes that never close.
//! Each top-level key is tried alone; only a key that still fails is taken as plain text.

use serde_json::{Map, Value};

use super::error::Warning;
use super::examples::belonging;
use super::front_matter::{Split, strict};
use super::repeated::narrower;

/// Reads what can be read. Every departure from strict YAML is a warning with its line.
pub(super) fn read(split: &Split, file: &str, warnings: &mut Vec<Warning>) -> Map<String, Value> {
    let mut lines = Vec::with_capacity(split.lines.len());
    for (at, line) in split.lines.iter().enumerate() {
        let untabbed = untab(line);
        if untabbed != *line {
            warnings.push(Warning::new(
                file,
                split.opened + 1 + at,
                "a tab indents this line, which YAML forbids",
                "indent with spaces",
            ));
        }
        lines.push(untabbed);
    }

    let mut values = Map::new();
    let mut at = 0;
    while at < lines.len() {
        let line = split.opened + 1 + at;
        let Some((key, first)) = key_line(&lines[at]) else {
            if !lines[at].trim().is_empty() && !lines[at].trim_start().starts_with('#') {
                warnings.push(Warning::new(
                    file,
                    line,
                    "this line belongs to no key and is left out",
                    "indent it under its key, or move it below the front matter",
                ));
            }
            at += 1;
            continue;
        };
        let end = at + 1 + length_of(key, &lines[at + 1..]);
        let margin =
            lines[at + 1..end].iter().position(|line| !continues(line)).filter(|_| key == "description");
        if let Some(nth) = margin {
            warnings.push(Warning::new(
                file,
                line + 1 + nth,
                "this line and those after it stand at the margin and are read as part of `description`",
                "indent them under their key",
            ));
        }
        let read = match margin {
            None => strict(&lines[at..end].join("\n")),
            Some(_) => strict(&indented(&lines[at..end])).filter(|it| it.values().all(Value::is_string)),
        };
        let value = match read {
            Some(alone) => alone.into_iter().next().map_or(Value::Null, |(_, value)| value),
            None if margin.is_some() => Value::String(text(first, &lines[at + 1..end])),
            None => {
                warnings.push(Warning::new(
                    file,
                    line,
                    format!("the value of `{key}` is not valid YAML and is read as plain text"),
                    "put the value in double quotes, with `\\\"` for quotes inside",
                ));
                plain(first, &lines[at + 1..end])
            }
        };
        let value = match values.get_mut(key).map(Value::take) {
            None => value,
            Some(before) => {
                let (value, said) = narrower(key, before, value);
                warnings.push(Warning::new(
                    file,
                    line,
                    format!("`{key}` stands twice; {said}"),
                    "remove one of the two",
                ));
                value
            }
        };
        values.insert(key.to_owned(), value);
        at = end;
    }
    values
}

/// How many of the lines after the one that opens `key` belong to it.
fn length_of(key: &str, lines: &[String]) -> usize {
    match key {
        "description" => belonging(lines),
        _ => lines.iter().take_while(|line| continues(line)).count(),
    }
}

/// The lines of one key as YAML wants them: all but the first indented.
fn indented(lines: &[String]) -> String {
    lines.join("\n  ")
}

/// The key and the value's first line, when a line opens a top-level key.
pub(super) fn key_line(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(':')?;
    let key = key.trim_end();
    let within = |quote: char| key.strip_prefix(quote)?.strip_suffix(quote);
    let key = within('"').or_else(|| within('\'')).unwrap_or(key);
    let plain_key = !key.is_empty()
        && key.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && key.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    let spaced = value.is_empty() || value.starts_with([' ', '\t']);
    (plain_key && spaced).then(|| (key, value.trim()))
}

/// Whether a line continues the key above it: indented, blank, or a list entry at the margin.
pub(super) fn continues(line: &str) -> bool {
    line.starts_with(' ') || line.trim().is_empty() || line.starts_with("- ") || line.trim_end() == "-"
}

/// The leading white space with each tab as two spaces.
fn untab(line: &str) -> String {
    let text = line.trim_start_matches([' ', '\t']);
    let indent = &line[..line.len() - text.len()];
    // A blank line's white space means nothing; leave it without a warning.
    if text.trim().is_empty() { line.to_owned() } else { indent.replace('\t', "  ") + text }
}

/// A value as its author most likely meant it: list entries as a list, anything else as one text.
fn plain(first: &str, lines: &[String]) -> Value {
    let more: Vec<&str> = lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty()).collect();
    if first.is_empty() && !more.is_empty() && more.iter().all(|line| line.starts_with('-')) {
        let entries = more.iter().map(|line| unquoted(line[1..].trim()));
        return entries.map(Value::String).collect();
    }
    Value::String(text(first, lines))
}

/// A value as one text, its lines folded as YAML folds them.
fn text(first: &str, lines: &[String]) -> String {
    let more = lines.iter().map(|line| line.trim()).filter(|line| !line.is_empty());
    let block = matches!(first, "|" | ">" | "|-" | ">-" | "|+" | ">+");
    let joined = if block { String::new() } else { first.to_owned() };
    let text = more.fold(joined, |mut text, line| {
        if !text.is_empty() {
            text.push(if first.starts_with('|') { '\n' } else { ' ' });
        }
        text + line
    });
    unquoted(&text)
}

/// Without the quotes around it, whether both are there or only one.
fn unquoted(text: &str) -> String {
    let text = text.trim();
    for quote in ['"', '\''] {
        let inner = text.strip_prefix(quote).unwrap_or(text);
        let inner = inner.strip_suffix(quote).unwrap_or(inner);
        // A quote inside the text, and only there, is the text's own.
        if inner.len() < text.len() && (text.starts_with(quote) || text.matches(quote).count() == 1) {
            return inner.trim().to_owned();
        }
    }
    text.to_owned()
}
