//! Exa. <https://exa.ai/docs/reference/search>

use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::SearchResult;
use super::provider::{Ask, SearchProvider, at};

pub(super) struct Exa;

#[derive(Deserialize)]
struct Answer {
    results: Vec<Found>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    url: Option<String>,
    title: Option<String>,
    published_date: Option<String>,
    highlights: Option<Vec<String>>,
    text: Option<String>,
}

impl SearchProvider for Exa {
    fn name(&self) -> &'static str {
        "exa"
    }

    fn base(&self) -> Option<&'static str> {
        Some("https://api.exa.ai/")
    }

    fn ask(&self, base: &Url, query: &str, most: usize, key: Option<&str>) -> Ask {
        Ask {
            url: at(base, "search"),
            headers: vec![("x-api-key", key.unwrap_or_default().to_owned())],
            body: Some(json!({ "query": query, "numResults": most, "contents": { "highlights": true } })),
        }
    }

    fn read(&self, answer: &[u8]) -> Result<Vec<SearchResult>, serde_json::Error> {
        let answer: Answer = serde_json::from_slice(answer)?;
        let result = |found: Found| SearchResult {
            title: found.title.unwrap_or_default(),
            url: found.url.unwrap_or_default(),
            snippet: found.highlights.map(|parts| parts.join(" … ")).or(found.text).unwrap_or_default(),
            published: found.published_date,
            source: self.name().into(),
        };
        Ok(answer.results.into_iter().map(result).collect())
    }
}
