//! Hostile text made harmless for the pages people read: nothing from the data starts markup, a link or HTML.

use agent_core::terminal::{turns_text, visible_line};

/// Text that stays text in Markdown: on one line, with nothing that starts markup, a link or HTML.
///
/// The id of a figure without any such character stays as it is, so that it can be copied.
pub(crate) fn markdown_text(text: &str) -> String {
    if is_plain_figure_id(text) {
        return text.to_owned();
    }
    // Marks of direction go first, so that none of them can part what is looked for below.
    let chars: Vec<char> = text.chars().filter(|c| !turns_text(*c)).collect();
    let mut out = String::with_capacity(text.len());
    for (at, &c) in chars.iter().enumerate() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '@' => out.push_str("&#64;"),
            ':' if chars[at + 1..].starts_with(&['/', '/']) => out.push_str("&#58;"),
            '.' if at >= 3 && chars[at - 3..at].iter().all(|c| matches!(c, 'w' | 'W')) => {
                out.push_str("&#46;");
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

/// Text that stays text in HTML and SVG, in an element or in a quoted attribute: on one line, nothing that starts
/// markup, no character that turns its direction.
pub(crate) fn html_text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars().filter(|c| !turns_text(*c)) {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// Text for a terminal: on one line, the characters by which data could move the cursor or turn a line round written
/// out as [`visible_line`] does.
pub(crate) fn terminal_text(text: &str) -> String {
    visible_line(&text.replace(['\n', '\r', '\t'], " ")).into_owned()
}

/// Whether Markdown finds nothing in `text`: words, blanks, dots, colons, slashes, hyphens and underscores inside
/// words, but no address.
pub(crate) fn is_plain(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    let word = |at: Option<usize>| at.and_then(|at| chars.get(at)).is_some_and(|c| c.is_alphanumeric());
    let plain = chars.iter().enumerate().all(|(at, c)| match c {
        '_' => word(at.checked_sub(1)) && word(at.checked_add(1)),
        ' ' | '.' | ':' | '/' | '-' => true,
        c => c.is_alphanumeric(),
    });
    plain && !text.contains("://") && !text.to_lowercase().contains("www.")
}

/// `figure:metric` or `figure:metric@dimension=key`, with nothing in it that Markdown would take for more.
fn is_plain_figure_id(text: &str) -> bool {
    let name = |text: &str| {
        is_plain(text) && !text.is_empty() && text.chars().all(|c| c == '_' || c.is_ascii_alphanumeric())
    };
    text.strip_prefix("figure:").is_some_and(|id| match id.split_once('@') {
        None => name(id),
        Some((metric, scope)) => {
            name(metric)
                && scope.split_once('=').is_some_and(|(dimension, key)| name(dimension) && is_plain(key))
        }
    })
}
