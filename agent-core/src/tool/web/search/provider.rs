//! What an adapter to a search service says: how to ask, how to read the answer.

use serde_json::Value;
use url::Url;

use super::SearchResult;

/// A search service. An adapter reaches nothing itself.
pub(super) trait SearchProvider: Send + Sync {
    /// Its name in the configuration.
    fn name(&self) -> &'static str;
    /// Where it is; `None` when everyone runs their own.
    fn base(&self) -> Option<&'static str>;
    /// The request for a query.
    fn ask(&self, base: &Url, query: &str, most: usize, key: Option<&str>) -> Ask;
    /// What an answer holds.
    fn read(&self, answer: &[u8]) -> Result<Vec<SearchResult>, serde_json::Error>;
}

/// One request.
pub(super) struct Ask {
    pub(super) url: Url,
    pub(super) headers: Vec<(&'static str, String)>,
    /// Sent by POST when there is one.
    pub(super) body: Option<Value>,
}

/// A path below the base, which ends in `/`.
pub(super) fn at(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}{path}", base.path()));
    url
}
