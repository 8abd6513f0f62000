//! Splits a file into front matter and body, and reads the front matter.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::error::{DefinitionError, Warning};
use super::{examples, repair};

/// A file split at its `---` lines. Line numbers count from 1 in the original file.
pub(super) struct Split {
    /// Line of the opening `---`.
    pub(super) opened: usize,
    /// Lines of the front matter, without their ends.
    pub(super) lines: Vec<String>,
    /// Everything after the closing `---`.
    pub(super) body: String,
}

impl Split {
    /// Accepts a byte order mark, CRLF line ends, blank lines before the opening `---`.
    pub(super) fn of(text: &str, file: &str) -> Result<Self, DefinitionError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n");
        let lines: Vec<&str> = text.split('\n').collect();
        let first = lines.iter().position(|line| !line.trim().is_empty());
        let opened = match first {
            Some(at) if lines[at].trim_end() == "---" => at,
            other => {
                let line = other.unwrap_or(0) + 1;
                return Err(DefinitionError::NoFrontMatter { file: file.into(), line });
            }
        };
        let closes = |line: &&str| matches!(line.trim_end(), "---" | "...");
        let Some(length) = lines[opened + 1..].iter().position(closes) else {
            return Err(DefinitionError::Unclosed { file: file.into(), line: opened + 1 });
        };
        let closed = opened + 1 + length;
        Ok(Self {
            opened: opened + 1,
            lines: lines[opened + 1..closed].iter().map(|line| (*line).to_owned()).collect(),
            body: lines[closed + 1..].join("\n"),
        })
    }
}

/// The keys of the front matter, in order, each with its line.
pub(super) struct FrontMatter {
    /// Line of the opening `---`; stands in for keys that are absent.
    pub(super) opened: usize,
    values: Map<String, Value>,
    lines: BTreeMap<String, usize>,
}

impl FrontMatter {
    /// Strict YAML first; where that fails, a repair that warns.
    pub(super) fn read(split: &Split, file: &str, warnings: &mut Vec<Warning>) -> Self {
        let text = split.lines.join("\n");
        let values = match strict(&text).filter(|values| !values.keys().any(|key| examples::is_spoken(key))) {
            Some(values) => values,
            None => repair::read(split, file, warnings),
        };
        let mut lines = BTreeMap::new();
        for (at, line) in split.lines.iter().enumerate() {
            if let Some((key, _)) = repair::key_line(line) {
                lines.entry(key.to_owned()).or_insert(split.opened + 1 + at);
            }
        }
        Self { opened: split.opened, values, lines }
    }

    /// Line of a key; the opening `---` when the key is absent.
    pub(super) fn line(&self, key: &str) -> usize {
        self.lines.get(key).copied().unwrap_or(self.opened)
    }

    /// Takes a key out, with its line.
    pub(super) fn take(&mut self, key: &str) -> Option<(usize, Value)> {
        let line = self.line(key);
        self.values.shift_remove(key).map(|value| (line, value))
    }

    /// What nobody took, in the order of the file.
    pub(super) fn into_rest(self) -> impl Iterator<Item = (String, usize, Value)> {
        let Self { opened, values, lines } = self;
        values.into_iter().map(move |(key, value)| {
            let line = lines.get(&key).copied().unwrap_or(opened);
            (key, line, value)
        })
    }
}

/// The mapping in a piece of YAML; `None` when it is not one.
pub(super) fn strict(yaml: &str) -> Option<Map<String, Value>> {
    match serde_saphyr::from_str::<Value>(yaml) {
        Ok(Value::Object(values)) => Some(values),
        _ => None,
    }
}
