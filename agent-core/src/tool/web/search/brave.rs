//! Brave Search. <https://api-dashboard.search.brave.com/api-reference/web/search/get>

use serde::Deserialize;
use url::Url;

use super::SearchResult;
use super::provider::{Ask, SearchProvider, at};

pub(super) struct Brave;

#[derive(Deserialize)]
struct Answer {
    /// Absent when nothing was found.
    web: Option<Web>,
}

#[derive(Deserialize)]
struct Web {
    results: Vec<Found>,
}

#[derive(Deserialize)]
struct Found {
    url: Option<String>,
    title: Option<String>,
    description: Option<String>,
    page_age: Option<String>,
}

impl SearchProvider for Brave {
    fn name(&self) -> &'static str {
        "brave"
    }

    fn base(&self) -> Option<&'static str> {
        Some("https://api.search.brave.com/")
    }

    fn ask(&self, base: &Url, query: &str, most: usize, key: Option<&str>) -> Ask {
        let mut url = at(base, "res/v1/web/search");
        url.query_pairs_mut()
            .append_pair("q", query)
            .append_pair("count", &most.to_string())
            .append_pair("text_decorations", "false");
        Ask { url, headers: vec![("x-subscription-token", key.unwrap_or_default().to_owned())], body: None }
    }

    fn read(&self, answer: &[u8]) -> Result<Vec<SearchResult>, serde_json::Error> {
        let answer: Answer = serde_json::from_slice(answer)?;
        let result = |found: Found| SearchResult {
            title: found.title.unwrap_or_default(),
            url: found.url.unwrap_or_default(),
            snippet: found.description.unwrap_or_default(),
            published: found.page_age,
            source: self.name().into(),
        };
        Ok(answer.web.map(|web| web.results).unwrap_or_default().into_iter().map(result).collect())
    }
}
