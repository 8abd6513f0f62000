//! The network tools: `WebFetch` reads a page, `WebSearch` asks a search service.
//!
//! What a page says can make an agent ask for another one, so nothing here trusts a URL:
//!
//! - A page is open when its host is on the workspace's list, or when the very URL is one of its pages.
//!   A URL that comes out of data is open only as one of the pages; a person adds it there.
//! - A host is judged after parsing, an address after resolving, and the connection is made to the
//!   addresses that were judged. Every redirect is judged again.
//! - What comes back is bounded in time, in decoded bytes and in shape, and is data.
//!
//! Both tools are always there and are granted by the agent's definition only; without `[web]` in
//! the configuration they refuse every call.

mod address;
mod body;
mod client;
mod config;
mod fetch;
mod hosts;
mod markdown;
mod network;
mod refusal;
mod robots;
mod robots_cache;
mod search;
mod target;
mod tidy;

pub use config::{Provider, SearchConfig, WebConfig, WebConfigError};
pub use fetch::{UrlSource, WebFetch, WebFetchInput, WebFetchOutput};
pub use network::{Limits, Lookup, Network};
pub use refusal::WebRefusal;
pub use robots::Robots;
pub use search::{SearchResult, WebSearch, WebSearchInput, WebSearchOutput};

use super::adapter::ErasedTool;

/// The two network tools, ready for [`Registry::new`](super::Registry::new) beside the file tools.
pub fn web_tools(config: &WebConfig) -> Vec<Box<dyn ErasedTool>> {
    vec![Box::new(WebFetch::new(config)), Box::new(WebSearch::new(config))]
}
