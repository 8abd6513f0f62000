//! Phrases looked for in a text, the longest first.

use std::collections::BTreeMap;

use super::tokens::Token;

/// Phrases with what each stands for.
#[derive(Clone, Debug)]
pub(super) struct Phrases<T> {
    entries: Vec<(Vec<String>, T)>,
    /// Entries by their first word, where it is whole; the longest first.
    by_first: BTreeMap<String, Vec<usize>>,
    /// Entries whose first word may go on.
    open: Vec<usize>,
}

impl<T> Phrases<T> {
    /// Reads phrases: words with blanks between; a `*` ends a word that may go on.
    ///
    /// # Errors
    /// A phrase without a word, or one that stands twice.
    pub(super) fn new(phrases: impl IntoIterator<Item = (String, T)>) -> Result<Self, String> {
        let mut entries: Vec<(Vec<String>, T)> = phrases
            .into_iter()
            .map(|(phrase, what)| (phrase.split_whitespace().map(str::to_lowercase).collect(), what))
            .collect();
        entries.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.0.cmp(&b.0)));
        let mut found = Self { entries, by_first: BTreeMap::new(), open: Vec::new() };
        for (at, (words, _)) in found.entries.iter().enumerate() {
            let Some(first) = words.first().filter(|it| *it != "*") else {
                return Err("a phrase has no words".to_owned());
            };
            if first.ends_with('*') {
                found.open.push(at);
            } else {
                found.by_first.entry(first.clone()).or_default().push(at);
            }
        }
        Ok(found)
    }

    /// The longest phrase that begins at word `at`: how many words it has, and what it stands for.
    pub(super) fn at(&self, tokens: &[Token], at: usize) -> Option<(usize, &T)> {
        let rest = tokens.get(at..)?;
        let first = rest.first()?;
        let whole = self.by_first.get(&first.word).into_iter().flatten();
        whole
            .chain(&self.open)
            .filter_map(|entry| self.entries.get(*entry))
            .filter(|(words, _)| {
                words.len() <= rest.len() && words.iter().zip(rest).all(|(word, it)| fits(word, &it.word))
            })
            .max_by_key(|(words, _)| words.len())
            .map(|(words, what)| (words.len(), what))
    }

    /// Whether any phrase occurs, and where: the place of its first word.
    pub(super) fn find(&self, tokens: &[Token]) -> Option<usize> {
        (0..tokens.len()).find(|at| self.at(tokens, *at).is_some())
    }
}

fn fits(pattern: &str, word: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(stem) => word.starts_with(stem),
        None => word == pattern,
    }
}
