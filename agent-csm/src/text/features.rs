//! A text as numbers: TF-IDF of its words and pairs of words, and what the cold scorer says.

use std::collections::{BTreeMap, BTreeSet};

use super::tokens::tokens;

/// A term must stand in this many texts to be a feature.
const LEAST_TEXTS: u32 = 2;
/// Features of the cold scorer, behind the terms: its score, its strength, whether it is silent.
const COLD: usize = 3;

/// Place and value of each feature that is not zero.
pub(super) type Vector = Vec<(usize, f64)>;

/// The terms of the texts trained on, with their inverse document frequency: `ln((1 + n) / (1 + df)) + 1`, smoothed
/// as scikit-learn does; vectors have length one.
#[derive(Clone, Debug)]
pub(super) struct Terms {
    terms: BTreeMap<String, (usize, f64)>,
}

impl Terms {
    pub(super) fn of<'a>(texts: impl Iterator<Item = &'a str>) -> Self {
        let mut n = 0u32;
        let mut frequencies: BTreeMap<String, u32> = BTreeMap::new();
        for text in texts {
            n += 1;
            for term in terms(text).into_iter().collect::<BTreeSet<_>>() {
                *frequencies.entry(term).or_default() += 1;
            }
        }
        let terms = frequencies
            .into_iter()
            .filter(|(_, texts)| *texts >= LEAST_TEXTS)
            .enumerate()
            .map(|(at, (term, texts))| {
                (term, (at, ((1.0 + f64::from(n)) / (1.0 + f64::from(texts))).ln() + 1.0))
            })
            .collect();
        Self { terms }
    }

    /// How many features a vector can have.
    pub(super) fn width(&self) -> usize {
        self.terms.len() + COLD
    }

    /// The features of a text whose cold score is `cold`.
    pub(super) fn vector(&self, text: &str, cold: Option<f64>) -> Vector {
        let mut counts: BTreeMap<usize, f64> = BTreeMap::new();
        for term in terms(text) {
            if let Some((at, idf)) = self.terms.get(&term) {
                *counts.entry(*at).or_default() += idf;
            }
        }
        let length = counts.values().map(|it| it * it).sum::<f64>().sqrt();
        let mut vector: Vector = counts.into_iter().map(|(at, value)| (at, value / length)).collect();
        let first = self.terms.len();
        match cold {
            Some(cold) => vector.extend([(first, cold), (first + 1, cold.abs())]),
            None => vector.push((first + 2, 1.0)),
        }
        vector
    }

    /// Whether any word or pair of the text was seen in training.
    pub(super) fn knows(&self, text: &str) -> bool {
        terms(text).iter().any(|term| self.terms.contains_key(term))
    }
}

/// Words and pairs of neighbours; digits count as one, so that numbers of tickets teach nothing.
fn terms(text: &str) -> Vec<String> {
    let digits =
        |word: String| word.chars().map(|c| if c.is_numeric() { '0' } else { c }).collect::<String>();
    let words: Vec<String> = tokens(text).into_iter().map(|token| digits(token.word)).collect();
    let pairs = words.windows(2).map(|pair| pair.join(" "));
    words.iter().cloned().chain(pairs).collect()
}
