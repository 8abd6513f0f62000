//! Sentences and clauses: the parts of a text that can be quoted.

/// The sentences of `text`, trimmed, in order: they end at `.`, `!`, `?` before a blank, and at a line's end.
pub(super) fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut ended = false;
    for (at, c) in text.char_indices() {
        if c == '\n' || (ended && c.is_whitespace()) {
            found.push(&text[start..at]);
            start = at;
        }
        ended = matches!(c, '.' | '!' | '?') || (ended && matches!(c, '"' | '\'' | ')' | '\u{201D}'));
    }
    found.push(&text[start..]);
    trimmed(found)
}

/// The clauses of a sentence: parted by a comma, semicolon, colon or dash before a blank, and by "but".
pub(super) fn clauses(sentence: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut mark = false;
    for (at, c) in sentence.char_indices() {
        if mark && c.is_whitespace() {
            found.push(&sentence[start..at]);
            start = at;
        }
        mark = matches!(c, ',' | ';' | ':' | '\u{2013}' | '\u{2014}');
        let rest = &sentence[at..];
        if c.is_whitespace()
            && rest.get(c.len_utf8()..c.len_utf8() + 4).is_some_and(|it| it.eq_ignore_ascii_case("but "))
        {
            found.push(&sentence[start..at]);
            start = at;
        }
    }
    found.push(&sentence[start..]);
    trimmed(found)
        .into_iter()
        .map(|part| part.strip_prefix("but ").unwrap_or(part))
        .map(|part| part.trim_end_matches([',', ';', ':', '\u{2013}', '\u{2014}', ' ']))
        .filter(|part| !part.is_empty())
        .collect()
}

fn trimmed(parts: Vec<&str>) -> Vec<&str> {
    parts.into_iter().map(str::trim).filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_abbreviated_ends_do_not_part_a_sentence() {
        assert_eq!(
            sentences("Export stops at 10,000 rows. \"Really?\" Yes!\nv1.2 is out"),
            ["Export stops at 10,000 rows.", "\"Really?\"", "Yes!", "v1.2 is out"]
        );
        assert_eq!(
            clauses("Good at 10,000 rows, but the price went up."),
            ["Good at 10,000 rows", "the price went up."]
        );
    }
}
