//! SearXNG, asked for JSON. <https://docs.searxng.org/dev/search_api.html>

use serde::Deserialize;
use url::Url;

use super::SearchResult;
use super::provider::{Ask, SearchProvider, at};

pub(super) struct Searxng;

#[derive(Deserialize)]
struct Answer {
    results: Vec<Found>,
}

#[derive(Deserialize)]
struct Found {
    url: Option<String>,
    title: Option<String>,
    content: Option<String>,
    #[serde(rename = "publishedDate")]
    published: Option<String>,
    engine: Option<String>,
}

impl SearchProvider for Searxng {
    fn name(&self) -> &'static str {
        "searxng"
    }

    fn base(&self) -> Option<&'static str> {
        None
    }

    fn ask(&self, base: &Url, query: &str, _: usize, key: Option<&str>) -> Ask {
        let mut url = at(base, "search");
        url.query_pairs_mut().append_pair("q", query).append_pair("format", "json");
        // SearXNG knows no keys; a proxy in front of it may.
        let headers = key.map(|key| ("authorization", format!("Bearer {key}"))).into_iter().collect();
        Ask { url, headers, body: None }
    }

    fn read(&self, answer: &[u8]) -> Result<Vec<SearchResult>, serde_json::Error> {
        let answer: Answer = serde_json::from_slice(answer)?;
        let result = |found: Found| SearchResult {
            title: found.title.unwrap_or_default(),
            url: found.url.unwrap_or_default(),
            snippet: found.content.unwrap_or_default(),
            published: found.published,
            source: found.engine.map_or_else(|| "searxng".into(), |engine| format!("searxng/{engine}")),
        };
        Ok(answer.results.into_iter().map(result).collect())
    }
}
