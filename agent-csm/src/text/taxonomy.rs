//! What customers talk about: themes by words and phrases.

use serde::Deserialize;

use super::phrases::Phrases;
use super::reader::{ThemeMention, shortened};
use super::sentences::sentences;
use super::tokens::tokens;

/// A theme of `text/taxonomy.toml`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Theme {
    /// Name in tables.
    pub id: String,
    /// Name for people.
    pub title: String,
}

/// The themes, in the order of the file.
#[derive(Debug)]
pub struct Taxonomy {
    themes: Vec<(Theme, Phrases<()>, Phrases<()>)>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    theme: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    id: String,
    title: String,
    any: Vec<String>,
    #[serde(default)]
    not: Vec<String>,
}

impl Taxonomy {
    /// Reads `text/taxonomy.toml`.
    ///
    /// # Errors
    /// What is wrong with it, with its line.
    pub fn parse(toml: &str) -> Result<Self, String> {
        let file: File = toml::from_str(toml).map_err(|error| {
            let line = crate::tables::line_of(toml, error.span().map_or(0, |span| span.start));
            format!("line {line}: {}", error.message())
        })?;
        let mut themes: Vec<(Theme, Phrases<()>, Phrases<()>)> = Vec::new();
        for entry in file.theme {
            if themes.iter().any(|(theme, ..)| theme.id == entry.id) {
                return Err(format!("the theme `{}` stands twice", entry.id));
            }
            let phrases = |list: Vec<String>| Phrases::new(list.into_iter().map(|phrase| (phrase, ())));
            let named = |problem: String| format!("theme `{}`: {problem}", entry.id);
            let (any, not) = (phrases(entry.any).map_err(named)?, phrases(entry.not).map_err(named)?);
            themes.push((Theme { id: entry.id, title: entry.title }, any, not));
        }
        Ok(Self { themes })
    }

    /// Its themes, in the order of the file.
    pub fn themes(&self) -> impl Iterator<Item = &Theme> {
        self.themes.iter().map(|(theme, ..)| theme)
    }

    /// The themes `text` speaks of, each with the first sentence that does.
    #[must_use]
    pub fn mentions(&self, text: &str) -> Vec<ThemeMention> {
        let parts: Vec<_> = sentences(text).into_iter().map(|part| (part, tokens(part))).collect();
        self.themes
            .iter()
            .filter_map(|(theme, any, not)| {
                let (part, _) =
                    parts.iter().find(|(_, words)| any.find(words).is_some() && not.find(words).is_none())?;
                Some(ThemeMention { theme: theme.id.clone(), verbatim: shortened(part) })
            })
            .collect()
    }
}
