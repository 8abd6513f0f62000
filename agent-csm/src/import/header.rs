//! Column headers as people and tools write them, and how they are compared.

use std::collections::BTreeMap;

/// A header taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Header {
    /// As it stands in the file, trimmed.
    pub(super) raw: String,
    /// As it is compared: lower case, without a time zone in brackets.
    pub(super) name: String,
    /// The time zone it named, if any: `UTC`, `America/New_York`.
    pub(super) zone: Option<String>,
}

impl Header {
    pub(super) fn parse(text: &str) -> Self {
        let raw = text.trim().trim_start_matches('\u{feff}').to_owned();
        let (name, zone) = match raw.strip_suffix(')').and_then(|it| it.rsplit_once('(')) {
            Some((name, zone)) if is_zone(zone.trim()) => (name, Some(zone.trim().to_owned())),
            _ => (raw.as_str(), None),
        };
        Self { name: normal(name), zone, raw: raw.clone() }
    }
}

/// A header as it is compared.
pub(super) fn normal(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// `UTC`, `GMT+2`, `Europe/Berlin`, `EST`; not `metadata` or `HH:mm:ss`.
fn is_zone(text: &str) -> bool {
    let upper = text.to_uppercase();
    offset_minutes(text).is_some()
        || ["EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT", "CET", "CEST", "BST", "IST"]
            .contains(&upper.as_str())
        || (text.contains('/') && text.split('/').all(|it| it.starts_with(|c: char| c.is_ascii_uppercase())))
}

/// Minutes east of UTC for zones that have one offset all year round.
pub(super) fn offset_minutes(zone: &str) -> Option<i64> {
    let upper = zone.to_uppercase();
    match upper.as_str() {
        "UTC" | "GMT" | "Z" | "ETC/UTC" => return Some(0),
        _ => {}
    }
    let rest = upper.strip_prefix("UTC").or_else(|| upper.strip_prefix("GMT"))?;
    let sign = if rest.starts_with('-') { -1 } else { 1 };
    let digits = rest.strip_prefix(['+', '-'])?;
    let (hours, minutes) = digits.split_once(':').unwrap_or((digits, "0"));
    let total = hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?;
    (total <= 14 * 60).then_some(sign * total)
}

/// Where each header stands; of two equal ones the first.
#[derive(Debug)]
pub(super) struct HeaderIndex(BTreeMap<String, usize>);

impl HeaderIndex {
    pub(super) fn new(headers: &[Header]) -> Self {
        let mut places = BTreeMap::new();
        for (at, header) in headers.iter().enumerate() {
            places.entry(header.name.clone()).or_insert(at);
        }
        Self(places)
    }

    pub(super) fn find(&self, header: &str) -> Option<usize> {
        self.0.get(&normal(header)).copied()
    }

    /// Places of those headers that are there, in the order given.
    pub(super) fn all(&self, headers: &[String]) -> Vec<usize> {
        headers.iter().filter_map(|it| self.find(it)).collect()
    }
}
