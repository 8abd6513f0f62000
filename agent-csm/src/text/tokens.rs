//! Words of a text with their places.

/// One word: what stands between blanks, without the marks around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// Lower case, with a plain apostrophe.
    pub(super) word: String,
    /// First byte in the text.
    pub(super) start: usize,
    /// Byte after the last.
    pub(super) end: usize,
}

/// The words of `text`, in order; marks alone are no words.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::new();
    let mut at = 0;
    for raw in text.split_inclusive(char::is_whitespace) {
        let start = at;
        at += raw.len();
        let left = raw.trim_start_matches(|c: char| !c.is_alphanumeric());
        let word = left.trim_end_matches(|c: char| !c.is_alphanumeric());
        if word.is_empty() {
            continue;
        }
        let start = start + raw.len() - left.len();
        let lower = word.to_lowercase().replace('\u{2019}', "'");
        found.push(Token { word: lower, start, end: start + word.len() });
    }
    found
}
