//! `health.toml`, parsed.

use serde::Deserialize;

/// How signals become a score.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rules {
    /// Version said with every score.
    pub version: String,
    /// Least share of the weights, in percent, that must be measured for a score.
    pub minimum_coverage: u32,
    /// Points beyond a border before a band is left.
    #[serde(default)]
    pub margin: u32,
    /// The parts of the score.
    #[serde(rename = "component")]
    pub components: Vec<Component>,
    /// Bands, any order; the highest `min` that is reached names the band.
    #[serde(rename = "band")]
    pub bands: Vec<Band>,
    /// Words for how far a score can be trusted: `min` is in percent of confidence.
    #[serde(rename = "confidence", default = "one_level")]
    pub levels: Vec<Band>,
    /// Caps that apply while a signal fires.
    #[serde(rename = "floor", default)]
    pub floors: Vec<Floor>,
}

/// One part of the score: a signal with a `score`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Component {
    /// The signal.
    pub signal: String,
    /// Its weight, a whole number above zero.
    pub weight: u32,
    /// Rows from which its reading is trusted in full; 0 for a count, which is whole at any n.
    #[serde(default)]
    pub enough: u32,
    /// Source of its rows, as the table `data_freshness` names it; absent: its age is not looked at.
    #[serde(default)]
    pub source: Option<String>,
    /// Age of the source's newest row, in days, up to which it is trusted in full.
    #[serde(default = "a_fortnight")]
    pub fresh_days: u32,
}

/// A named range of scores.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// Name people use.
    pub name: String,
    /// Lowest score of the band.
    pub min: u32,
}

/// While `signal` fires, the score is at most `cap`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Floor {
    /// The signal.
    pub signal: String,
    /// The highest score allowed.
    pub cap: u32,
}

fn a_fortnight() -> u32 {
    14
}

fn one_level() -> Vec<Band> {
    vec![Band { name: "unrated".to_owned(), min: 0 }]
}

impl Rules {
    /// Reads `health.toml`.
    ///
    /// # Errors
    /// The problem in words, with its line where the TOML is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let rules: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        if rules.components.is_empty() || rules.components.iter().any(|part| part.weight == 0) {
            return Err("every component needs a weight above zero, and there must be one".to_owned());
        }
        if rules
            .components
            .iter()
            .enumerate()
            .any(|(at, part)| rules.components[..at].iter().any(|it| it.signal == part.signal))
        {
            return Err("a component is named twice".to_owned());
        }
        if rules.components.iter().any(|part| part.source.is_some() && part.fresh_days == 0) {
            return Err("`fresh_days` is at least 1".to_owned());
        }
        if !rules.bands.iter().any(|band| band.min == 0) {
            return Err("one band must begin at 0".to_owned());
        }
        if !rules.levels.iter().any(|level| level.min == 0) {
            return Err("one level of confidence must begin at 0".to_owned());
        }
        Ok(rules)
    }

    /// The component of a signal.
    pub(super) fn component(&self, signal: &str) -> Option<&Component> {
        self.components.iter().find(|it| it.signal == signal)
    }

    /// The weight of all components.
    pub(super) fn weight(&self) -> u64 {
        self.components.iter().map(|it| u64::from(it.weight)).sum()
    }
}
