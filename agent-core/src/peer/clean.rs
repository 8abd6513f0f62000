//! Foreign words made fit to stand in a line of ours.

/// `text` on one line, at most `most` characters, without what moves a cursor or shows nothing.
pub(super) fn clean(text: &str, most: usize) -> String {
    let (mut line, mut length, mut gap) = (String::new(), 0, false);
    for c in text.chars() {
        if c.is_whitespace() || c.is_control() {
            gap = length > 0;
            continue;
        }
        if is_invisible(c) {
            continue;
        }
        // What is long is looked at no further than it can matter.
        if length + usize::from(gap) + 1 >= most {
            line.push('…');
            return line;
        }
        if std::mem::take(&mut gap) {
            line.push(' ');
            length += 1;
        }
        line.push(c);
        length += 1;
    }
    line
}

fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn foreign_words_stay_on_one_line_and_show_what_they_are() {
        let rows = [
            ("ranking 12 requests", "ranking 12 requests"),
            ("a\u{1b}[2Jb\r\nc", "a [2Jb c"),
            ("  much\t\troom  ", "much room"),
            ("rev\u{202e}ersed\u{200b}", "reversed"),
            ("more than twenty characters long", "more than twenty ch…"),
            ("", ""),
        ];
        for (text, expected) in rows {
            assert_eq!(clean(text, 20), expected, "{text:?}");
        }
    }
}
