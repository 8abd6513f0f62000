//! The conversation, as a person reads it: who said what to whom, wrapped to the terminal.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Map, Value};

use crate::Fault;

/// How much of a list is shown.
const SHOWN: usize = 3;
/// How many files are named.
const FILES: usize = 6;

/// Writes messages to stdout.
pub(crate) struct Talk {
    width: usize,
    /// Percent ticks since the last message, and the newest of them.
    ticks: Vec<String>,
}

impl Talk {
    /// As wide as the terminal: `COLUMNS`, else what `stty` says, else 100.
    pub(crate) fn new() -> Self {
        let told = std::env::var("COLUMNS").ok().and_then(|text| text.trim().parse().ok());
        let asked = || {
            let size = Command::new("stty")
                .arg("size")
                .stdin(Stdio::inherit())
                .stderr(Stdio::null())
                .output()
                .ok()?;
            String::from_utf8(size.stdout).ok()?.split_whitespace().nth(1)?.parse().ok()
        };
        let width: usize = told.or_else(asked).unwrap_or(100);
        Self { width: width.clamp(40, 200), ticks: Vec::new() }
    }

    /// A heading.
    pub(crate) fn head(&mut self, text: &str) -> Result<(), Fault> {
        self.settle()?;
        self.line(0, "")?;
        self.wrapped(0, text)?;
        self.line(0, &"─".repeat(text.chars().count().min(self.width)))
    }

    /// A remark of this program.
    pub(crate) fn note(&mut self, text: &str) -> Result<(), Fault> {
        self.settle()?;
        self.wrapped(0, &format!("· {text}"))
    }

    /// Plain text, wrapped.
    pub(crate) fn text(&mut self, text: &str) -> Result<(), Fault> {
        self.settle()?;
        self.wrapped(0, text)
    }

    /// One message.
    pub(crate) fn said(&mut self, from: &str, to: &str, message: &Value) -> Result<(), Fault> {
        if message["_meta"]["percent"].is_u64() {
            return self.tick(from, message);
        }
        self.settle()?;
        let what =
            ["request_type", "response_type", "status"].iter().find_map(|name| message[*name].as_str());
        let seq = message["_meta"]["seq"].as_u64().map(|seq| format!(" [{seq}]")).unwrap_or_default();
        self.wrapped(0, &format!("{from} → {to}: {}{seq}", what.unwrap_or("error")))?;
        if let Some(text) = message["message"].as_str() {
            self.wrapped(4, text)?;
        }
        for error in [&message["error"]["message"], &message["error"]["hint"]] {
            if let Some(text) = error.as_str() {
                self.wrapped(4, text)?;
            }
        }
        for part in ["payload", "progress"] {
            if let Some(members) = message[part].as_object() {
                self.members(members)?;
            }
        }
        if let Some(summary) = message["approval"]["summary"].as_str() {
            self.wrapped(4, summary)?;
        }
        let listed = |part: &str| message[part].as_array().filter(|list| !list.is_empty());
        if let Some(files) = listed("deliverables") {
            let paths: Vec<&str> =
                files.iter().filter_map(|file| file["path"].as_str()).take(FILES).collect();
            let more = files.len() - paths.len();
            let more = if more > 0 { format!(", and {more} more") } else { String::new() };
            self.wrapped(4, &format!("files: {}{more}", paths.join(", ")))?;
        }
        if let Some(waiting) = listed("approvals") {
            self.wrapped(4, &format!("{} approvals wait for a person", waiting.len()))?;
        }
        if let Some(handoffs) = listed("handoffs") {
            let came = |one: &Value| format!("{} {}", brief(&one["peer"]), brief(&one["outcome"]));
            let came: Vec<String> = handoffs.iter().map(came).collect();
            self.wrapped(4, &format!("handed on: {}", came.join(", ")))?;
        }
        let handed = message["_meta"]["figures"].as_array().map_or(0, Vec::len);
        let behind = message["_meta"]["evidence"].as_object().map_or(0, Map::len);
        match (handed, behind) {
            (0, 0) => Ok(()),
            (0, behind) => self.wrapped(4, &format!("{behind} of these numbers open with explain_figure")),
            (handed, _) => self.wrapped(4, &format!("{handed} figures go with it, whole")),
        }
    }

    fn members(&self, members: &Map<String, Value>) -> Result<(), Fault> {
        let (short, long): (Vec<_>, Vec<_>) =
            members.iter().partition(|(_, value)| !value.is_array() && !value.is_object());
        let short: Vec<String> =
            short.into_iter().map(|(name, value)| format!("{name} {}", brief(value))).collect();
        if !short.is_empty() {
            self.wrapped(4, &short.join(" · "))?;
        }
        for (name, value) in long {
            self.wrapped(4, &format!("{name}: {}", brief(value)))?;
        }
        Ok(())
    }

    /// Ticks come by the dozen: those of the agent itself are counted, those of its peers are shown.
    fn tick(&mut self, from: &str, message: &Value) -> Result<(), Fault> {
        let note = message["message"].as_str().unwrap_or_default();
        if is_peers(note) {
            self.settle()?;
            return self.wrapped(2, &format!("{from} hears from {note}"));
        }
        let percent = message["_meta"]["percent"].as_u64().unwrap_or_default();
        self.ticks.push(format!("{} {percent}%: {note}", message["status"].as_str().unwrap_or_default()));
        Ok(())
    }

    /// Says how many ticks there were.
    fn settle(&mut self) -> Result<(), Fault> {
        if let Some(last) = self.ticks.last() {
            let many = if self.ticks.len() == 1 { "tick" } else { "ticks" };
            let text = format!("… {} {many}, the last: {last}", self.ticks.len());
            self.ticks.clear();
            self.wrapped(2, &text)?;
        }
        Ok(())
    }

    /// A table whose last column is wrapped.
    pub(crate) fn table(&mut self, head: &[&str], rows: &[Vec<String>]) -> Result<(), Fault> {
        self.settle()?;
        let last = head.len().saturating_sub(1);
        let wide = |column: usize| {
            let cells = rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count());
            cells.chain(head.get(column).map(|cell| cell.chars().count())).max().unwrap_or_default()
        };
        let widths: Vec<usize> = (0..last).map(wide).collect();
        let indent: usize = widths.iter().map(|width| width + 2).sum();
        let head = head.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        for row in std::iter::once(&head).chain(rows) {
            let mut text = String::new();
            for (cell, width) in row.iter().zip(&widths) {
                text.push_str(&format!("{cell:<width$}  "));
            }
            let words = row.get(last).map(String::as_str).unwrap_or_default();
            let room = self.width.saturating_sub(indent).max(24);
            let mut lines = wrap(words, room).into_iter();
            self.line(0, &format!("{text}{}", lines.next().unwrap_or_default()))?;
            for more in lines {
                self.line(indent, &more)?;
            }
        }
        Ok(())
    }

    fn wrapped(&self, indent: usize, text: &str) -> Result<(), Fault> {
        let hang = indent + 2;
        let lines = wrap(&clean(text), self.width - hang);
        for (at, line) in lines.iter().enumerate() {
            self.line(if at == 0 { indent } else { hang }, line)?;
        }
        Ok(())
    }

    fn line(&self, indent: usize, text: &str) -> Result<(), Fault> {
        Ok(writeln!(std::io::stdout().lock(), "{:indent$}{text}", "")?)
    }
}

/// Whether a tick tells what a peer said: `product-manager: managing — …`.
pub(crate) fn is_peers(note: &str) -> bool {
    ["product-manager: ", "sales-engineer: "].iter().any(|peer| note.starts_with(peer))
}

/// A value in a few words: what is shown of a number, the first entries of a list.
fn brief(value: &Value) -> String {
    match value {
        Value::Null => "unknown".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(entries) if entries.is_empty() => "none".to_owned(),
        Value::Array(entries) => {
            let first: Vec<String> = entries.iter().take(SHOWN).map(brief).collect();
            let more = entries.len().saturating_sub(SHOWN);
            let more = if more > 0 { format!("; and {more} more") } else { String::new() };
            format!("{}{more}", first.join("; "))
        }
        Value::Object(members) => match members.get("shown").and_then(Value::as_str) {
            Some(shown) => shown.to_owned(),
            None => entry(members),
        },
        other => other.to_string(),
    }
}

/// An object by its names, words and numbers; what lies deeper is left out.
fn entry(members: &Map<String, Value>) -> String {
    let words = |(name, value): (&String, &Value)| match value {
        Value::Object(inner) if inner.contains_key("shown") => Some(format!("{name} {}", brief(value))),
        Value::Object(inner) => inner.get("value").map(|value| format!("{name} {}", brief(value))),
        Value::Array(entries) => Some(format!("{name} {}", entries.len())),
        Value::Null => None,
        value => Some(format!("{name} {}", brief(value))),
    };
    members.iter().filter_map(words).take(6).collect::<Vec<_>>().join(", ")
}

/// Without what would steer a terminal.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let line = lines.last().map(|line| line.chars().count()).unwrap_or_default();
        if line > 0 && line + 1 + word.chars().count() > width {
            lines.push(word.to_owned());
        } else if let Some(last) = lines.last_mut() {
            if line > 0 {
                last.push(' ');
            }
            last.push_str(word);
        }
    }
    lines
}
