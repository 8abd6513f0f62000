//! Words of a text with their places, and phrases that match runs of them.

/// A word of a text, lower case, and the bytes it stands at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// The word.
    pub word: String,
    /// First byte.
    pub start: usize,
    /// Byte after the last.
    pub end: usize,
}

/// The words of `text`: runs of letters and digits; everything else only parts them.
#[must_use]
pub fn tokens(text: &str) -> Vec<Token> {
    let mut found: Vec<Token> = Vec::new();
    let mut open = false;
    for (at, c) in text.char_indices() {
        if !c.is_alphanumeric() {
            open = false;
            continue;
        }
        let end = at + c.len_utf8();
        match found.last_mut().filter(|_| open) {
            Some(token) => {
                token.word.extend(c.to_lowercase());
                token.end = end;
            }
            None => found.push(Token { word: c.to_lowercase().collect(), start: at, end }),
        }
        open = true;
    }
    found
}

/// Words in a row: `laid off`, `acqui*` for every word that begins so, `*` for any one word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    pieces: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Piece {
    word: String,
    /// Whether the word only has to begin so.
    open: bool,
}

impl Phrase {
    /// Reads a phrase; nothing when it has no word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut pieces = Vec::new();
        for word in text.split_whitespace() {
            if word == "*" {
                pieces.push(Piece { word: String::new(), open: true });
                continue;
            }
            let open = word.ends_with('*');
            let mut inner: Vec<Piece> =
                tokens(word).into_iter().map(|it| Piece { word: it.word, open: false }).collect();
            if let Some(last) = inner.last_mut() {
                last.open = open;
            }
            pieces.extend(inner);
        }
        pieces.iter().any(|piece| !piece.word.is_empty()).then_some(Self { pieces })
    }

    /// How many words it spans.
    #[must_use]
    pub fn words(&self) -> usize {
        self.pieces.len()
    }

    /// Whether it matches the words from `at` on.
    #[must_use]
    pub fn matches(&self, words: &[Token], at: usize) -> bool {
        let Some(run) = words.get(at..at + self.pieces.len()) else { return false };
        self.pieces.iter().zip(run).all(|(piece, token)| {
            if piece.open { token.word.starts_with(&piece.word) } else { token.word == piece.word }
        })
    }

    /// Its longest word: some line of every text it matches holds it, and a search for words alone costs little.
    #[must_use]
    pub fn longest(&self) -> &str {
        self.pieces.iter().map(|piece| piece.word.as_str()).max_by_key(|word| word.len()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_match_whole_words_across_hyphens_lines_and_case() {
        let found = |phrase: &str, text: &str| {
            let (phrase, words) = (Phrase::parse(phrase).unwrap(), tokens(text));
            (0..words.len()).any(|at| phrase.matches(&words, at))
        };
        assert!(found("laid off", "Half the team was LAID\noff in May."));
        assert!(found("lay-offs", "more lay offs"));
        assert!(found("acqui*", "They were acquired."));
        assert!(found("replace * with", "we may replace you with X"));
        assert!(!found("laid off", "laid it off"));
        assert!(!found("merger", "a submerger"));
        assert_eq!(Phrase::parse(" * "), None);
        assert_eq!(Phrase::parse("laid off").unwrap().longest(), "laid");
    }
}
