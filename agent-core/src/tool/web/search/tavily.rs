//! Tavily. <https://docs.tavily.com/documentation/api-reference/endpoint/search>

use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::SearchResult;
use super::provider::{Ask, SearchProvider, at};

pub(super) struct Tavily;

#[derive(Deserialize)]
struct Answer {
    results: Vec<Found>,
}

#[derive(Deserialize)]
struct Found {
    url: Option<String>,
    title: Option<String>,
    content: Option<String>,
    /// Given for news.
    published_date: Option<String>,
}

impl SearchProvider for Tavily {
    fn name(&self) -> &'static str {
        "tavily"
    }

    fn base(&self) -> Option<&'static str> {
        Some("https://api.tavily.com/")
    }

    fn ask(&self, base: &Url, query: &str, most: usize, key: Option<&str>) -> Ask {
        Ask {
            url: at(base, "search"),
            headers: vec![("authorization", format!("Bearer {}", key.unwrap_or_default()))],
            body: Some(json!({ "query": query, "max_results": most })),
        }
    }

    fn read(&self, answer: &[u8]) -> Result<Vec<SearchResult>, serde_json::Error> {
        let answer: Answer = serde_json::from_slice(answer)?;
        let result = |found: Found| SearchResult {
            title: found.title.unwrap_or_default(),
            url: found.url.unwrap_or_default(),
            snippet: found.content.unwrap_or_default(),
            published: found.published_date,
            source: self.name().into(),
        };
        Ok(answer.results.into_iter().map(result).collect())
    }
}
