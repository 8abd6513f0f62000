//! The scorer that needs no labels: VADER, with what support words mean.
//!
//! VADER: Hutto and Gilbert, ICWSM 2014; the crate `vader-parity` equals the authors' Python package.

use std::collections::BTreeMap;

use serde::Deserialize;
use vader_parity::SentimentIntensityAnalyzer;

use super::phrases::Phrases;
use super::tokens::{Token, tokens};

/// VADER's constant that brings a sum of valences into -1..1: `s / sqrt(s^2 + 15)`.
const ALPHA: f64 = 15.0;
/// What VADER makes of a valence behind a negation.
const NEGATED: f64 = -0.74;
/// What VADER makes of valences before and after "but".
const BUT: (f64, f64) = (0.5, 1.5);
/// Words that negate up to three words after them; so does every word that ends in "n't".
const NEGATIONS: [&str; 14] = [
    "cannot", "despite", "dont", "hardly", "neither", "never", "none", "nor", "not", "nothing", "nowhere",
    "rarely", "seldom", "without",
];
/// A word VADER has no feeling for: it stands where a support word stood.
const PLACEHOLDER: &str = "thing";

/// Scores texts without having seen any: a function of the text and the word list alone.
pub struct Cold {
    vader: SentimentIntensityAnalyzer,
    words: Phrases<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    valence: BTreeMap<String, f64>,
}

impl std::fmt::Debug for Cold {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Cold").field("words", &self.words).finish_non_exhaustive()
    }
}

impl Cold {
    /// The scorer with the support words of `text/support_words.toml`.
    ///
    /// # Errors
    /// What is wrong with the list, with its line.
    pub fn parse(toml: &str) -> Result<Self, String> {
        let file: File = toml::from_str(toml).map_err(|error| {
            let line = crate::tables::line_of(toml, error.span().map_or(0, |span| span.start));
            format!("line {line}: {}", error.message())
        })?;
        if let Some((word, valence)) =
            file.valence.iter().find(|(_, valence)| !(-4.0..=4.0).contains(*valence))
        {
            return Err(format!("`{word}` has the valence {valence}, which is not between -4 and 4"));
        }
        Ok(Self { vader: SentimentIntensityAnalyzer::new(), words: Phrases::new(file.valence)? })
    }

    /// VADER alone.
    ///
    /// # Errors
    /// None: an empty list is a list.
    pub fn vader() -> Result<Self, String> {
        Ok(Self { vader: SentimentIntensityAnalyzer::new(), words: Phrases::new([])? })
    }

    /// The feeling of `text`, -1 (worst) to 1 (best); absent where no word of it carries any.
    #[must_use]
    pub fn score(&self, text: &str) -> Option<f64> {
        let words = tokens(text);
        let (masked, own) = self.masked(text, &words);
        let scores = self.vader.polarity_scores(&masked);
        let silent = scores.pos == 0.0 && scores.neg == 0.0;
        match own {
            None if silent => None,
            None => Some(scores.compound),
            Some(own) => {
                // VADER's sum of valences, from its compound score.
                let compound = scores.compound.clamp(-0.9999, 0.9999);
                let sum = compound * ALPHA.sqrt() / (1.0 - compound * compound).sqrt() + own;
                Some(rounded(sum / (sum * sum + ALPHA).sqrt()))
            }
        }
    }

    /// The text with support words made silent for VADER, and the sum of their valences where one has any.
    fn masked(&self, text: &str, words: &[Token]) -> (String, Option<f64>) {
        let mut masked = String::with_capacity(text.len());
        let mut copied = 0;
        let mut sum = None;
        let but = words.iter().position(|it| it.word == "but");
        let mut at = 0;
        while at < words.len() {
            let Some((length, valence)) = self.words.at(words, at) else {
                at += 1;
                continue;
            };
            if *valence != 0.0 {
                let negated = words[at.saturating_sub(3)..at].iter().any(|it| negates(&it.word));
                let turned = if negated { NEGATED } else { 1.0 };
                let weighed = but.map_or(1.0, |but| if at < but { BUT.0 } else { BUT.1 });
                *sum.get_or_insert(0.0) += valence * turned * weighed;
            }
            for word in &words[at..at + length] {
                masked.push_str(&text[copied..word.start]);
                let loud = text[word.start..word.end].chars().all(|c| !c.is_lowercase());
                masked.push_str(&if loud { PLACEHOLDER.to_uppercase() } else { PLACEHOLDER.to_owned() });
                copied = word.end;
            }
            at += length;
        }
        masked.push_str(&text[copied..]);
        (masked, sum)
    }
}

fn negates(word: &str) -> bool {
    word.ends_with("n't") || NEGATIONS.contains(&word)
}

/// Four decimals, as VADER gives them.
fn rounded(score: f64) -> f64 {
    (score * 10_000.0).round() / 10_000.0
}
