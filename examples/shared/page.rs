//! Text that others wrote, made harmless for a Markdown page.

/// `text` on one line, with nothing in it that starts markup, a link or HTML.
///
/// The id of a figure stays as it is, so that it can be copied.
pub(crate) fn plain(text: &str) -> String {
    if is_figure_id(text) {
        return text.to_owned();
    }
    // Marks of direction make a text read otherwise than it is.
    let mark =
        |c: &char| matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let chars: Vec<char> = text.chars().filter(|c| !mark(c)).collect();
    let mut out = String::with_capacity(text.len());
    for (at, &c) in chars.iter().enumerate() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '@' => out.push_str("&#64;"),
            ':' if chars[at + 1..].starts_with(&['/', '/']) => out.push_str("&#58;"),
            '.' if at >= 3 && chars[at - 3..at].iter().all(|c| matches!(c, 'w' | 'W')) => {
                out.push_str("&#46;")
            }
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '!' | '~' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// `figure:metric@dimension=key`, of words in which Markdown finds nothing.
fn is_figure_id(text: &str) -> bool {
    let Some((metric, scope)) = text.strip_prefix("figure:").and_then(|id| id.split_once('@')) else {
        return false;
    };
    let word = |c: char| c.is_ascii_alphanumeric();
    let metric = metric.split('_').all(|part| !part.is_empty() && part.chars().all(word));
    metric && !scope.is_empty() && scope.chars().all(|c| word(c) || matches!(c, '=' | ' ' | '-'))
}
