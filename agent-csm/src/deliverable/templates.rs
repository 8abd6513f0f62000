//! Templates of pages: knowledge files in which every value from data is escaped.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, UndefinedBehavior};
use serde::Serialize;

use crate::markup::{html_text, markdown_text};

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
            Some("txt") => AutoEscape::Custom("text".into()),
            _ => AutoEscape::Html,
        });
        environment.set_formatter(|out, state, value| {
            if matches!(state.auto_escape(), AutoEscape::Custom(name) if *name == "text") {
                if !value.is_none() && !value.is_undefined() {
                    out.write_str(&one_line(&value.to_string()))?;
                }
                return Ok(());
            }
            let markdown = matches!(state.auto_escape(), AutoEscape::Custom(name) if *name == "markdown");
            if !markdown {
                if let Some(text) = value.as_str().filter(|_| !value.is_safe()) {
                    return out.write_str(&html_text(text)).map_err(minijinja::Error::from);
                }
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

    /// Whether there is a template of that name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.environment.get_template(name).is_ok()
    }

    /// The page `name` over `values`.
    pub fn render<T: Serialize>(&self, name: &str, values: &T) -> Result<String, TemplateError> {
        self.environment
            .get_template(name)
            .and_then(|template| template.render(Serde(values)))
            .map_err(|error| TemplateError::new(name, error))
    }
}

/// A value as one line: what data says cannot begin a line of its own, such as a header of a message.
fn one_line(value: &str) -> String {
    value
        .chars()
        .map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c })
        .collect()
}
