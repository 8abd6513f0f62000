//! HTML to Markdown.

use dom_smoothie::{Config, Readability};
use htmd::HtmlToMarkdown;
use url::Url;

use super::tidy::tidy;

/// The text of a page.
pub(super) struct Page {
    pub(super) title: Option<String>,
    pub(super) markdown: String,
}

/// The article in a page when there is one, else all of it. Blocks; the page is tidied first, so its
/// shape cannot make this slow or deep.
pub(super) fn page(html: &str, url: &Url) -> Page {
    let clean = tidy(html);
    let (title, article) = article(&clean, url);
    // A converter that finds nothing to say in a page still says the page is empty.
    let markdown = match article {
        Some(article) => convert(&article),
        None => convert(&clean),
    };
    let title = title.or_else(|| title_of(&clean)).map(|title| line(&title));
    Page { title: title.filter(|title| !title.is_empty()), markdown: visible(&markdown) }
}

/// Text that is no HTML stays as it is.
pub(super) fn plain(text: &str) -> Page {
    Page { title: None, markdown: visible(text) }
}

fn article(clean: &str, url: &Url) -> (Option<String>, Option<String>) {
    let config = Config { disable_json_ld: true, ..Config::default() };
    let Ok(mut readability) = Readability::new(clean, Some(url.as_str()), Some(config)) else {
        return (None, None);
    };
    let title = readability.get_article_title().to_string();
    let likely = readability.is_probably_readable();
    let article = likely.then(|| readability.parse().ok()).flatten();
    (Some(title).filter(|title| !title.is_empty()), article.map(|article| article.content.to_string()))
}

fn convert(html: &str) -> String {
    HtmlToMarkdown::builder().skip_tags(vec!["title", "head"]).build().convert(html).unwrap_or_default()
}

fn title_of(clean: &str) -> Option<String> {
    let (_, rest) = clean.split_once("<title>")?;
    let (title, _) = rest.split_once("</title>")?;
    HtmlToMarkdown::new().convert(title).ok()
}

/// One line, not too long.
fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(300).collect()
}

/// Text without control characters: they would steer a terminal.
fn visible(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}
