//! Templates of pages: knowledge files in which every value from data is escaped.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;

/// Every template under `knowledge/templates/`.
pub struct Templates {
    environment: Environment<'static>,
}

impl std::fmt::Debug for Templates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Templates").finish_non_exhaustive()
    }
}

/// Why a page could not be written.
#[derive(Debug, thiserror::Error)]
#[error("could not use template `{file}`{at}")]
#[non_exhaustive]
pub struct TemplateError {
    /// The template.
    pub file: String,
    at: Line,
    /// What the template engine says.
    #[source]
    pub source: minijinja::Error,
}

#[derive(Debug)]
struct Line(Option<usize>);

impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.map_or(Ok(()), |line| write!(f, ", line {line}"))
    }
}

impl TemplateError {
    fn new(file: &str, source: minijinja::Error) -> Self {
        let file = source.name().unwrap_or(file).to_owned();
        Self { file, at: Line(source.line()), source }
    }
}

impl Templates {
    /// Reads templates given as `(name, text)`.
    pub fn parse<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, TemplateError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::SemiStrict);
        environment.set_auto_escape_callback(|name| match name.rsplit('.').next() {
            Some("md") => AutoEscape::Custom("markdown".into()),
            _ => AutoEscape::Html,
        });
        environment.set_formatter(|out, state, value| {
            let markdown = matches!(state.auto_escape(), AutoEscape::Custom(name) if *name == "markdown");
            if !markdown {
                return minijinja::escape_formatter(out, state, value);
            }
            if value.is_safe() || value.is_number() {
                write!(out, "{value}")?;
            } else if !value.is_none() && !value.is_undefined() {
                out.write_str(&markdown_text(&value.to_string()))?;
            }
            Ok(())
        });
        let syntax = SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .keep_trailing_newline(true)
            .build()
            .map_err(|error| TemplateError::new("templates", error))?;
        environment.set_syntax(syntax);
        for (name, text) in files {
            environment
                .add_template_owned(name.to_owned(), text.to_owned())
                .map_err(|error| TemplateError::new(name, error))?;
        }
        Ok(Self { environment })
    }

    /// The page `name` over `values`.
    pub fn render<T: Serialize>(&self, name: &str, values: &T) -> Result<String, TemplateError> {
        self.environment
            .get_template(name)
            .and_then(|template| template.render(Serde(values)))
            .map_err(|error| TemplateError::new(name, error))
    }
}

/// Text that stays text in Markdown: on one line, with nothing that starts markup, a link or HTML.
///
/// The id of a figure without any such character stays as it is, so that it can be copied.
pub(crate) fn markdown_text(text: &str) -> String {
    if is_plain_figure_id(text) {
        return text.to_owned();
    }
    // Marks of direction go first, so that none of them can part what is looked for below.
    let chars: Vec<char> = text.chars().filter(|c| !is_direction_mark(*c)).collect();
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

/// Whether a character turns the direction of the text after it, so that it reads otherwise than it is.
pub(crate) fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
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
