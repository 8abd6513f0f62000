//! One text read: its feeling, the words that carry it, its themes.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::cold::Cold;
use super::label::Label;
use super::sentences::{clauses, sentences};
use super::taxonomy::Taxonomy;
use crate::knowledge::Knowledge;

/// Raised whenever the same text and knowledge would give another reading.
const VERSION: &str = "1";
/// A text is read up to here: what follows a page is quoted mail.
const READ_CHARS: usize = 20_000;
/// What is quoted of a sentence at most.
const QUOTED_CHARS: usize = 280;
/// The support words.
pub(crate) const WORDS_FILE: &str = "text/support_words.toml";
/// The themes.
pub(crate) const TAXONOMY_FILE: &str = "text/taxonomy.toml";

/// What one text says: a function of the text and of `knowledge/text/` alone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TextReading {
    /// Feeling, -1..1, by the cold scorer; absent where no word carries any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cold: Option<f64>,
    /// The sentence or clause that carries it, word for word; absent where there is no feeling.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub span: Option<String>,
    /// What it speaks of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub themes: Vec<ThemeMention>,
}

/// A theme a text speaks of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ThemeMention {
    /// The theme's id.
    pub theme: String,
    /// The sentence that speaks of it, word for word.
    pub verbatim: String,
}

/// Reads texts by the knowledge of one workspace.
#[derive(Debug)]
pub struct Reader {
    cold: Cold,
    taxonomy: Taxonomy,
    hash: String,
}

impl Reader {
    /// A reader with the support words and themes of `knowledge`.
    ///
    /// # Errors
    /// The file that is wrong, and what is wrong with it.
    pub fn of(knowledge: &Knowledge) -> Result<Self, (String, String)> {
        let text = |file: &str| knowledge.file(file).unwrap_or_default();
        let wrong = |file: &str| {
            let file = file.to_owned();
            move |problem: String| (file, problem)
        };
        let cold = Cold::parse(text(WORDS_FILE)).map_err(wrong(WORDS_FILE))?;
        let taxonomy = Taxonomy::parse(text(TAXONOMY_FILE)).map_err(wrong(TAXONOMY_FILE))?;
        let mut hash = Sha256::new();
        for part in [VERSION, text(WORDS_FILE), text(TAXONOMY_FILE)] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        let hash = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { cold, taxonomy, hash })
    }

    /// SHA-256, hex, of everything beside the text that decides a reading.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The themes it looks for.
    #[must_use]
    pub fn taxonomy(&self) -> &Taxonomy {
        &self.taxonomy
    }

    /// Reads one text.
    #[must_use]
    pub fn read(&self, text: &str) -> TextReading {
        let text = head(text, READ_CHARS);
        let cold = self.cold.score(text);
        let span = cold.map(|score| carrying(text, score, |part| self.cold.score(part).unwrap_or_default()));
        TextReading { cold, span, themes: self.taxonomy.mentions(text) }
    }
}

/// The sentence or clause of `text` that says most of what its `score` says; of equals the longest, then the first.
pub(super) fn carrying(text: &str, score: f64, part_score: impl Fn(&str) -> f64) -> String {
    let direction = match Label::of(Some(score)) {
        Label::Positive => Some(1.0),
        Label::Negative => Some(-1.0),
        Label::Neutral | Label::Unknown => None,
    };
    let strength = |part: &str| {
        let own = part_score(part);
        direction.map_or(own.abs(), |direction| direction * own)
    };
    let mut best: Option<(f64, &str)> = None;
    for sentence in sentences(text) {
        for part in std::iter::once(sentence).chain(clauses(sentence)) {
            let own = strength(part);
            if best.is_none_or(|(most, said)| own > most || (own == most && part.len() > said.len())) {
                best = Some((own, part));
            }
        }
    }
    match best {
        Some((most, part)) if most > 0.0 => shortened(part),
        _ => shortened(text),
    }
}

/// The text on one line, cut behind a word where it is long; a cut shows as `…`.
pub(super) fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let short = head(&line, QUOTED_CHARS);
    if short.len() == line.len() {
        return line;
    }
    let end = short.rfind(' ').unwrap_or(short.len());
    format!("{}…", &short[..end])
}

/// The first `chars` characters.
fn head(text: &str, chars: usize) -> &str {
    text.char_indices().nth(chars).map_or(text, |(at, _)| &text[..at])
}
