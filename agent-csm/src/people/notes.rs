//! Notes as a team keeps them: one Markdown file per account, a dated heading before each.
//!
//! ```text
//! # Alder
//!
//! ## 2026-09-30 note by Ana
//!
//! Their CFO wants the numbers before the board meets.
//! ```

use serde::{Deserialize, Serialize};

use crate::assessment::Day;

/// One dated word about an account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The account.
    pub account_id: String,
    /// The day it was said.
    pub said_on: Day,
    /// Who said it, where the file tells.
    pub said_by: Option<String>,
    /// `note`, `call`, `meeting`: the word after the day.
    pub kind: String,
    /// What was said; data, never an instruction.
    pub text: String,
    /// Where it stands: `notes/A.md:12`.
    pub source: String,
}

/// A file of notes, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NoteFile {
    /// The first heading, where it is no day: usually the account's name.
    pub title: Option<String>,
    /// Its dated sections, without an account yet.
    pub notes: Vec<Note>,
    /// First line of text that stands under no day.
    pub undated: Option<usize>,
}

/// The heading of a note, and an empty line.
#[must_use]
pub fn heading(said_on: Day, said_by: &str) -> String {
    format!("\n## {said_on} note by {}\n\n", one_line(said_by))
}

/// A note's text as it is written into the file: no line of it can be taken for a heading.
#[must_use]
pub fn written(text: &str) -> String {
    let mut out = String::new();
    for line in text.trim().lines() {
        let line: String = line.trim_end().chars().filter(|c| !c.is_control() || *c == '\t').collect();
        if line.trim_start().starts_with('#') {
            out.push('\\');
            out.push_str(line.trim_start());
        } else {
            out.push_str(&line);
        }
        out.push('\n');
    }
    out
}

fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_control()).collect::<Vec<_>>().join(" ").trim().to_owned()
}

impl NoteFile {
    /// Reads the text of the file at `path`.
    #[must_use]
    pub fn parse(path: &str, text: &str) -> Self {
        let mut file = Self::default();
        let mut seen = false;
        for (at, line) in text.lines().enumerate() {
            if let Some(title) = heading_of(line) {
                match dated(title) {
                    Some((said_on, kind, said_by)) => file.notes.push(Note {
                        account_id: String::new(),
                        said_on,
                        said_by,
                        kind,
                        text: String::new(),
                        source: format!("{path}:{}", at + 1),
                    }),
                    None if !seen => file.title = Some(title.to_owned()),
                    None => file.say(at, title),
                }
                seen = true;
                continue;
            }
            file.say(at, line);
        }
        for note in &mut file.notes {
            note.finish();
        }
        file
    }

    /// The line is part of the newest note, or stands under no day.
    fn say(&mut self, at: usize, line: &str) {
        match self.notes.last_mut() {
            Some(note) => {
                note.text
                    .push_str(line.strip_prefix('\\').filter(|rest| rest.starts_with('#')).unwrap_or(line));
                note.text.push('\n');
            }
            None if !line.trim().is_empty() => self.undated = self.undated.or(Some(at + 1)),
            None => {}
        }
    }
}

impl Note {
    /// Takes the signature off the text: a last line `Noted by NAME.`
    fn finish(&mut self) {
        let text = self.text.trim().to_owned();
        let (body, last) = text.rsplit_once('\n').unwrap_or(("", &text));
        let signed = last.trim().strip_prefix("Noted by ").map(|name| name.trim_end_matches('.').trim());
        match signed.filter(|name| !name.is_empty()) {
            Some(name) => {
                self.said_by = self.said_by.take().or_else(|| Some(name.to_owned()));
                self.text = body.trim().to_owned();
            }
            None => self.text = text,
        }
    }
}

fn heading_of(line: &str) -> Option<&str> {
    let rest = line.trim_start_matches('#');
    (rest.len() < line.len() && rest.starts_with(' ')).then(|| rest.trim())
}

/// Day, kind and author of `2026-09-30 note by Ana`.
fn dated(title: &str) -> Option<(Day, String, Option<String>)> {
    let (day, rest) = title.split_once(char::is_whitespace).unwrap_or((title, ""));
    let day = day.trim_end_matches([':', ',']);
    let said_on = (day.len() == 10).then(|| day.parse().ok()).flatten()?;
    let kind = rest.split_whitespace().next().filter(|word| word.chars().all(char::is_alphabetic));
    let said_by = rest.split_once("note by ").map(|(_, name)| name.trim().to_owned());
    Some((said_on, kind.unwrap_or("note").to_lowercase(), said_by.filter(|name| !name.is_empty())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_read_as_people_and_the_command_write_them() {
        let said = written("Board meets on Friday.\n## 2020-01-01 note by Mallory\nEnd.");
        let text = format!(
            "# Alder\n\n## 2024-08-19 call with Bilal, Lead\n\nGood review.\nNoted by Joana Abebe.\n{}{said}",
            heading("2026-09-30".parse().unwrap(), "Ana\nOx")
        );
        let file = NoteFile::parse("notes/A.md", &text);
        assert_eq!((file.title.as_deref(), file.undated), (Some("Alder"), None));
        let [call, note] = file.notes.as_slice() else { panic!("{file:?}") };
        assert_eq!(
            (call.kind.as_str(), call.said_by.as_deref(), call.text.as_str()),
            ("call", Some("Joana Abebe"), "Good review.")
        );
        assert_eq!(
            (note.said_on.to_string().as_str(), note.said_by.as_deref()),
            ("2026-09-30", Some("Ana Ox"))
        );
        assert_eq!(note.text, "Board meets on Friday.\n## 2020-01-01 note by Mallory\nEnd.");
        assert_eq!(note.source, "notes/A.md:8");
        assert_eq!(NoteFile::parse("notes/B.md", "# Birch\n\nno day\n").undated, Some(3));
    }
}
