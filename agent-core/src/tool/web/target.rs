//! Judges a URL before anything is asked of the network.

use url::{Host, Url};

use super::address::is_global;
use super::hosts::Standing;
use super::network::Network;
use super::refusal::WebRefusal;

/// Reads a URL. The parser would drop a tab or a line break and carry on; here they are refused.
pub(super) fn parse(text: &str) -> Result<Url, WebRefusal> {
    let odd = |c: char| c.is_control() || c.is_whitespace();
    if text.contains(odd) || text.to_ascii_lowercase().contains("%00") {
        return Err(WebRefusal::BadUrl);
    }
    Url::parse(text).map_err(|_| WebRefusal::BadUrl)
}

/// Where a redirect leads.
pub(super) fn join(from: &Url, location: &str) -> Result<Url, WebRefusal> {
    let odd = |c: char| c.is_control() || c.is_whitespace();
    if location.contains(odd) || location.to_ascii_lowercase().contains("%00") {
        return Err(WebRefusal::BadUrl);
    }
    let url = from.join(location).map_err(|_| WebRefusal::BadUrl)?;
    if from.scheme() == "https" && url.scheme() == "http" {
        return Err(WebRefusal::Downgrade);
    }
    Ok(url)
}

/// Judges the form of a URL: scheme, user, address, port. The parser has turned every spelling of an
/// address (`2130706433`, `0x7f.1`, full-width dots) into one by now.
pub(super) fn check_form(url: &Url, network: &Network) -> Result<(), WebRefusal> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(WebRefusal::Scheme);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(WebRefusal::UserInfo);
    }
    match url.host() {
        None => return Err(WebRefusal::BadUrl),
        Some(Host::Ipv4(address)) if !is_global(address.into()) => return Err(WebRefusal::NotGlobal),
        Some(Host::Ipv6(address)) if !is_global(address.into()) => return Err(WebRefusal::NotGlobal),
        Some(_) => {}
    }
    match url.port_or_known_default() {
        Some(port) if network.opens(port) => Ok(()),
        _ => Err(WebRefusal::Port),
    }
}

/// Judges a URL whole: its form, and whether the workspace lets it be read.
pub(super) fn check(url: &Url, network: &Network, standing: &Standing) -> Result<(), WebRefusal> {
    check_form(url, network)?;
    if standing.lists(url) || standing.has_page(url) { Ok(()) } else { Err(WebRefusal::NotListed) }
}
