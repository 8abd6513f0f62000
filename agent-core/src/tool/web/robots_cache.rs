//! What sites' `robots.txt` files say, each asked for once an hour.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use url::Url;

use super::super::adapter::ToolContext;
use super::super::error::ToolError;
use super::body;
use super::client::{AGENT, Client, Hop, MOST_REDIRECTS};
use super::refusal::WebRefusal;
use super::robots::Robots;

/// RFC 9309 asks for at least this much.
const LARGEST: usize = 500 * 1024;
/// Sites remembered at once.
const MOST_SITES: usize = 64;
const FRESH: Duration = Duration::from_secs(60 * 60);

#[derive(Default)]
pub(super) struct RobotsCache {
    sites: Mutex<HashMap<String, (Instant, Arc<Robots>)>>,
}

impl RobotsCache {
    /// Whether the site lets a URL be read. A file that is not there allows everything; one that
    /// cannot be had, for whatever reason, closes the site, and is asked for again next time.
    pub(super) async fn allows(
        &self,
        url: &Url,
        client: &Client,
        cx: &ToolContext,
    ) -> Result<bool, ToolError> {
        let site = url.origin().ascii_serialization();
        let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
        if let Some(robots) = self.kept(&site) {
            return Ok(robots.allows(path));
        }
        let Some(robots) = ask(url, client, cx).await? else { return Ok(false) };
        let robots = Arc::new(robots);
        let mut sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        if sites.len() >= MOST_SITES {
            sites.clear();
        }
        sites.insert(site, (Instant::now(), Arc::clone(&robots)));
        drop(sites);
        Ok(robots.allows(path))
    }

    fn kept(&self, site: &str) -> Option<Arc<Robots>> {
        let sites = self.sites.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, robots) = sites.get(site)?;
        (since.elapsed() < FRESH).then(|| Arc::clone(robots))
    }
}

/// Asks for the file through the same guarded client. `None`: it cannot be had.
async fn ask(url: &Url, client: &Client, cx: &ToolContext) -> Result<Option<Robots>, ToolError> {
    let Ok(start) = url.join("/robots.txt") else { return Ok(None) };
    let mut at = start.clone();
    for _ in 0..=MOST_REDIRECTS {
        // The site itself has been judged; where it redirects to has not.
        if at != start && client.judge(&at, &start).is_err() {
            return Ok(None);
        }
        match client.hop(&at, "text/plain").await {
            Ok(Hop::Redirect(next)) => at = next,
            Ok(Hop::Answer(response)) if response.status().is_client_error() => {
                return Ok(Some(Robots::default()));
            }
            Ok(Hop::Answer(response)) if response.status().is_success() => {
                let fail = |reason: WebRefusal| ToolError::Web { url: at.to_string(), reason };
                return match body::read(response, LARGEST, cx, &fail).await {
                    Ok(body) => Ok(Some(Robots::parse(&String::from_utf8_lossy(&body.bytes), AGENT))),
                    Err(ToolError::Web { .. }) => Ok(None),
                    Err(error) => Err(error),
                };
            }
            Ok(Hop::Answer(_)) | Err(_) => return Ok(None),
        }
    }
    Ok(None)
}
