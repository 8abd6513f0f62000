//! `notes/snoozes.toml`: accounts that somebody put aside until a day.

use serde::{Deserialize, Serialize};
use toml::Spanned;

use crate::assessment::Day;
use crate::tables::line_of;

/// Where the snoozes of a workspace lie.
pub const SNOOZES: &str = "notes/snoozes.toml";

/// One entry of the file: an account put aside, or taken up again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnoozeWord {
    /// The account, by id or name, as the file has it.
    pub account: String,
    /// The day it was said.
    pub said_on: Day,
    /// The first day on which its actions are back; none when it is taken up again.
    pub until_on: Option<Day>,
    /// Why.
    pub because: Option<String>,
    /// Who said it.
    pub said_by: String,
    /// Where it stands: `notes/snoozes.toml:3`.
    pub source: String,
}

/// An entry that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{SNOOZES}:{line}: {problem}")]
pub struct SnoozeError {
    /// Line, counted from 1.
    pub line: usize,
    /// What is wrong.
    pub problem: String,
    /// What to write instead.
    pub hint: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    snooze: Vec<Spanned<Entry>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    account: String,
    /// For readers only.
    #[serde(default, rename = "name")]
    _name: Option<String>,
    said_on: toml::Value,
    until: Option<toml::Value>,
    because: Option<String>,
    by: String,
    #[serde(default)]
    lift: bool,
}

/// What a new file begins with.
pub const SNOOZES_FIRST: &str = "\
# Accounts put aside until a day: their actions leave the queue, their figures stay as they are.
# `csm snooze` appends here; edit it by hand as you like. Of several words about an account the last one counts.
";

impl SnoozeWord {
    /// The entry as it is appended; `name` is the account's, for readers.
    #[must_use]
    pub fn block(&self, name: &str) -> String {
        let text = |text: &str| {
            let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            toml::Value::String(line.trim().to_owned()).to_string()
        };
        let mut block = format!("\n[[snooze]]\naccount = {}\nname = {}\n", text(&self.account), text(name));
        block.push_str(&format!("said_on = {}\n", self.said_on));
        match self.until_on {
            Some(until) => block.push_str(&format!("until = {until}\n")),
            None => block.push_str("lift = true\n"),
        }
        if let Some(because) = &self.because {
            block.push_str(&format!("because = {}\n", text(because)));
        }
        block.push_str(&format!("by = {}\n", text(&self.said_by)));
        block
    }
}

/// Reads the file: its entries in their order.
///
/// # Errors
/// The first entry that cannot be used, by its line.
pub fn parse_snoozes(text: &str) -> Result<Vec<SnoozeWord>, SnoozeError> {
    let file: File = toml::from_str(text).map_err(|error| SnoozeError {
        line: line_of(text, error.span().map_or(0, |span| span.start)),
        problem: error.message().trim().replace('\n', ", "),
        hint: "each `[[snooze]]` has account, said_on, until, because and by; or `lift = true` for until"
            .to_owned(),
    })?;
    file.snooze.into_iter().map(|entry| word(text, entry)).collect()
}

fn word(text: &str, entry: Spanned<Entry>) -> Result<SnoozeWord, SnoozeError> {
    let line = line_of(text, entry.span().start);
    let entry = entry.into_inner();
    let wrong = |problem: String, hint: &str| SnoozeError { line, problem, hint: hint.to_owned() };
    let day = |name: &str, value: &toml::Value| -> Result<Day, SnoozeError> {
        let written = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let plain = (written.len() == 10).then(|| written.parse().ok()).flatten();
        plain.ok_or_else(|| wrong(format!("`{name}` is not a day"), "write it as 2026-12-31"))
    };
    let said_on = day("said_on", &entry.said_on)?;
    let until_on = entry.until.as_ref().map(|value| day("until", value)).transpose()?;
    let because = entry.because.map(|it| it.trim().to_owned()).filter(|it| !it.is_empty());
    match (entry.lift, until_on) {
        (true, Some(_)) => {
            return Err(wrong("it has both `until` and `lift`".to_owned(), "leave one of them out"));
        }
        (false, None) => {
            return Err(wrong("it does not say until when".to_owned(), "add `until = 2026-12-31`"));
        }
        (false, Some(until)) if until <= said_on => {
            let problem = format!("`until` ({until}) is not after `said_on` ({said_on})");
            return Err(wrong(problem, "write the first day on which the account is taken up again"));
        }
        (false, Some(_)) if because.is_none() => {
            return Err(wrong("it does not say why".to_owned(), "add `because = \"…\"`"));
        }
        _ => {}
    }
    Ok(SnoozeWord {
        account: entry.account,
        said_on,
        until_on,
        because,
        said_by: entry.by,
        source: format!("{SNOOZES}:{line}"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_appended_is_read_again_and_mistakes_are_named_by_line() {
        let word = SnoozeWord {
            account: "A \"1\"".to_owned(),
            said_on: "2026-09-30".parse().unwrap(),
            until_on: Some("2026-10-31".parse().unwrap()),
            because: Some("merger; \"wait\"\n[[snooze]]".to_owned()),
            said_by: "ana".to_owned(),
            source: String::new(),
        };
        let lift = SnoozeWord { until_on: None, because: None, ..word.clone() };
        let text = format!("{SNOOZES_FIRST}{}{}", word.block("Alder"), lift.block("Alder"));
        let read = parse_snoozes(&text).unwrap();
        assert_eq!(read.len(), 2);
        assert_eq!(read[0].because.as_deref(), Some("merger; \"wait\" [[snooze]]"));
        assert_eq!((read[0].until_on, read[1].until_on), (word.until_on, None));
        assert_eq!(
            (read[0].source.as_str(), read[1].source.as_str()),
            ("notes/snoozes.toml:4", "notes/snoozes.toml:12")
        );

        let wrong = |text: &str| parse_snoozes(text).unwrap_err();
        let entry = "[[snooze]]\naccount = \"A\"\nsaid_on = 2026-09-30\nby = \"x\"\n";
        assert_eq!(wrong(entry).to_string(), "notes/snoozes.toml:1: it does not say until when");
        let past = wrong(&format!("# mine\n\n{entry}until = \"2026-09-30\"\n"));
        assert_eq!(past.line, 3);
        assert!(past.problem.contains("not after"), "{past}");
        assert_eq!(wrong("\n\n[[snooze]\n").line, 3);
        assert_eq!(wrong(&format!("{entry}untill = 2027-01-01\n")).line, 5);
    }
}
