//! Text from data, made harmless for a terminal and for a log.

use std::borrow::Cow;
use std::fmt::Write as _;

/// `text` with every character that could steer a terminal, or turn the direction of what is read, written as
/// `\u001b`; line ends and tabs stay.
///
/// These are C0 and C1 (ESC, BEL and U+009B among them), DEL, the marks that turn text round, and the line ends
/// that only some programs know. Within JSON the written form means the same character, so JSON stays as it was.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    escaped(text, |c| matches!(c, '\n' | '\t'))
}

/// The same on one line: line ends and tabs are written as `\u000a` too.
#[must_use]
pub fn visible_line(text: &str) -> Cow<'_, str> {
    escaped(text, |_| false)
}

/// Whether a character turns the direction of the text around it, so that it reads otherwise than it is.
#[must_use]
pub fn turns_text(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn escaped(text: &str, stays: impl Fn(char) -> bool) -> Cow<'_, str> {
    let harmful =
        |c: char| (c.is_control() || turns_text(c) || matches!(c, '\u{2028}' | '\u{2029}')) && !stays(c);
    if !text.contains(harmful) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if harmful(c) {
            // All of them are in the first plane: four digits are enough.
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        } else {
            out.push(c);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_steer_a_terminal_is_written_out_and_everything_else_stays() {
        let harmful = ('\0'..='\u{1f}')
            .chain('\u{7f}'..='\u{9f}')
            .chain('\u{202a}'..='\u{202e}')
            .chain('\u{2066}'..='\u{2069}')
            .chain(['\u{61c}', '\u{200e}', '\u{200f}', '\u{2028}', '\u{2029}']);
        for c in harmful {
            let written = format!("\\u{:04x}", u32::from(c));
            assert_eq!(visible_line(&format!("a{c}b")), format!("a{written}b"));
            let kept = matches!(c, '\n' | '\t');
            assert_eq!(visible(&c.to_string()), if kept { c.to_string() } else { written.clone() });
            // Within JSON the written form is the character again.
            assert_eq!(serde_json::from_str::<String>(&format!("\"{written}\"")).unwrap(), c.to_string());
        }
        for text in ["Zoë Ångström", "日本語", "a\u{200d}b", "50 % — “quoted”", ""] {
            assert!(matches!(visible_line(text), Cow::Borrowed(same) if same == text));
        }
    }
}
