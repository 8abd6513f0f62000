//! `business_changes.toml`: which phrases mean that something happened to a customer's business.

use serde::{Deserialize, Serialize};

use super::phrases::{Phrase, Token, tokens};

/// Longest quote, in characters.
const QUOTE: usize = 220;
/// How many words before a phrase a negation may stand.
const NEGATION: usize = 2;

/// What a kind of change means for revenue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// It may be lost.
    Risk,
    /// It may be gained.
    Growth,
    /// Worth knowing, neither good nor bad.
    Context,
}

impl Effect {
    /// The word in tables.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Risk => "risk",
            Self::Growth => "growth",
            Self::Context => "context",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    negations: Vec<String>,
    change: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    kind: String,
    title: String,
    effect: Effect,
    phrases: Vec<String>,
    #[serde(default)]
    not: Vec<String>,
}

/// The kinds of change, in the order of the file.
#[derive(Clone, Debug)]
pub struct Taxonomy {
    negations: Vec<String>,
    changes: Vec<Change>,
}

#[derive(Clone, Debug)]
struct Change {
    kind: String,
    title: String,
    effect: Effect,
    phrases: Vec<Phrase>,
    /// Phrases whose words mean something else.
    not: Vec<Phrase>,
}

/// A change that a text tells of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Told<'a> {
    pub(crate) kind: &'a str,
    pub(crate) title: &'a str,
    pub(crate) effect: Effect,
    /// The sentence it stands in.
    pub(crate) quote: String,
}

impl Taxonomy {
    /// Reads the file.
    ///
    /// # Errors
    /// What is wrong in words; with its line where the TOML is.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
        let mut changes = Vec::new();
        for entry in file.change {
            let read = |phrases: &[String]| -> Result<Vec<Phrase>, String> {
                let one = |text: &String| {
                    Phrase::parse(text)
                        .ok_or_else(|| format!("`{}`: the phrase `{text}` has no word", entry.kind))
                };
                phrases.iter().map(one).collect()
            };
            let (phrases, not) = (read(&entry.phrases)?, read(&entry.not)?);
            if phrases.is_empty() {
                return Err(format!("`{}` has no phrase", entry.kind));
            }
            changes.push(Change { phrases, not, kind: entry.kind, title: entry.title, effect: entry.effect });
        }
        let negations = file.negations.iter().map(|word| word.to_lowercase()).collect();
        Ok(Self { negations, changes })
    }

    /// One regular expression that finds a line of every text that some phrase may stand in: the longest word of each.
    #[must_use]
    pub fn pattern(&self) -> String {
        let mut all: Vec<&str> =
            self.changes.iter().flat_map(|change| &change.phrases).map(Phrase::longest).collect();
        all.sort_unstable();
        all.dedup();
        all.join("|")
    }

    /// Title and effect of a kind.
    #[must_use]
    pub fn kind(&self, kind: &str) -> Option<(&str, Effect)> {
        self.changes.iter().find(|it| it.kind == kind).map(|it| (it.title.as_str(), it.effect))
    }

    /// What `text` tells of: each kind once, by the first phrase that is neither excluded nor denied.
    pub(crate) fn told(&self, text: &str) -> Vec<Told<'_>> {
        let words = tokens(text);
        self.changes
            .iter()
            .filter_map(|change| {
                let (at, length) = self.first(change, &words)?;
                let (start, end) = (words.get(at)?.start, words.get(at + length - 1)?.end);
                Some(Told {
                    kind: &change.kind,
                    title: &change.title,
                    effect: change.effect,
                    quote: sentence(text, start, end),
                })
            })
            .collect()
    }

    fn first(&self, change: &Change, words: &[Token]) -> Option<(usize, usize)> {
        (0..words.len()).find_map(|at| {
            let phrase = change.phrases.iter().find(|phrase| phrase.matches(words, at))?;
            let length = phrase.words();
            let denied = words[at.saturating_sub(NEGATION)..at]
                .iter()
                .any(|token| self.negations.contains(&token.word));
            let excluded = change.not.iter().any(|phrase| {
                // An exclusion counts where it covers the phrase, wholly or in part.
                let from = (at + 1).saturating_sub(phrase.words());
                (from..at + length).any(|place| phrase.matches(words, place))
            });
            (!denied && !excluded).then_some((at, length))
        })
    }
}

/// The sentence around `start..end`, on one line, shortened on both sides where it is long.
fn sentence(text: &str, start: usize, end: usize) -> String {
    let ends = |(at, c): &(usize, char)| {
        let next = text[at + c.len_utf8()..].chars().next();
        match c {
            '.' | '!' | '?' => next.is_none_or(char::is_whitespace),
            '\n' => next == Some('\n'),
            _ => false,
        }
    };
    let from = text[..start].char_indices().rev().find(&ends).map_or(0, |(at, c)| at + c.len_utf8());
    let to = text[end..].char_indices().map(|(at, c)| (end + at, c)).find(&ends);
    let to = to.map_or(text.len(), |(at, c)| if c == '\n' { at } else { at + c.len_utf8() });
    let tidy = |part: &str| part.split_whitespace().collect::<Vec<_>>().join(" ");
    let whole = tidy(&text[from..to]);
    if whole.chars().count() <= QUOTE {
        return whole;
    }
    let (before, hit, after) = (tidy(&text[from..start]), tidy(&text[start..end]), tidy(&text[end..to]));
    let side = QUOTE.saturating_sub(hit.chars().count()) / 2;
    let skipped = before.chars().count().saturating_sub(side);
    let head: String = before.chars().skip(skipped).collect();
    let tail: String = after.chars().take(side).collect();
    let (first, last) =
        (if skipped > 0 { "…" } else { "" }, if after.chars().count() > side { "…" } else { "" });
    format!("{first}{head} {hit} {tail}{last}")
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r#"
negations = ["no", "not", "without"]
[[change]]
kind = "layoffs"
title = "Layoffs"
effect = "risk"
phrases = ["layoffs", "laid off"]
not = ["layoffs elsewhere"]
[[change]]
kind = "funding"
title = "New funding"
effect = "growth"
phrases = ["series * round", "raised"]
not = ["raised * ticket", "raised concerns"]
"#;

    #[test]
    fn a_change_is_quoted_with_its_sentence_and_what_is_denied_or_excluded_is_none() {
        let taxonomy = Taxonomy::parse(FILE).unwrap();
        let told = |text: &str| -> Vec<(String, String)> {
            taxonomy.told(text).into_iter().map(|it| (it.kind.to_owned(), it.quote)).collect()
        };
        assert_eq!(
            told("Good call. They closed a Series B round\nin May. Next: training."),
            [("funding".to_owned(), "They closed a Series B round in May.".to_owned())]
        );
        assert!(told("No layoffs this year. They raised a ticket; they raised concerns.").is_empty());
        assert!(told("There were layoffs elsewhere.").is_empty());
        // The denied one does not hide the one that follows.
        assert_eq!(told("No layoffs then. Now half were laid off.")[0].1, "Now half were laid off.");
        let long = format!("{} laid off {}", "a ".repeat(300), "b ".repeat(300));
        let quote = &told(&long)[0].1;
        assert!(quote.starts_with('…') && quote.ends_with('…') && quote.contains("laid off"), "{quote}");
        assert!(quote.chars().count() <= QUOTE + 4, "{quote}");
    }
}
