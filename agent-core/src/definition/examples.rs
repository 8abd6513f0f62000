//! Examples of use that authors write under a description without indenting them: blocks between tags, and the lines
//! of a talk. YAML takes such a line for a key of its own, or for a mistake.

use super::agent_definition::is_known;
use super::repair::{continues, key_line};

/// Words that begin a line of an example; no definition has a key of such a name.
const SPEAKERS: [&str; 16] = [
    "ai",
    "answer",
    "assistant",
    "commentary",
    "context",
    "example",
    "examples",
    "human",
    "input",
    "note",
    "output",
    "question",
    "scenario",
    "system",
    "trigger",
    "user",
];

/// How many of `lines`, which follow the line that opens `description`, belong to it.
pub(super) fn belonging(lines: &[String]) -> usize {
    let mut at = 0;
    while at < lines.len() {
        if let Some(block) = block(&lines[at..]) {
            at += block;
        } else if continues(&lines[at]) || is_prose(&lines[at]) {
            at += 1;
        } else {
            break;
        }
    }
    at
}

/// Whether a line that YAML reads as a key is one of an example.
pub(super) fn is_spoken(key: &str) -> bool {
    SPEAKERS.contains(&key.to_lowercase().as_str())
}

/// A line at the margin that opens no key: a sentence, or one that somebody says.
fn is_prose(line: &str) -> bool {
    match key_line(line) {
        Some((key, _)) => !is_known(key) && (is_spoken(key) || key.starts_with(char::is_uppercase)),
        None => !line.starts_with('#'),
    }
}

/// How many lines a block between tags has, when one begins here and is closed.
fn block(lines: &[String]) -> Option<usize> {
    let first = lines.first()?.trim_start();
    let name: String = first
        .strip_prefix('<')?
        .chars()
        .take_while(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
        .collect();
    let close = format!("</{name}>");
    (!name.is_empty()).then(|| lines.iter().position(|line| line.contains(&close)))?.map(|at| at + 1)
}
