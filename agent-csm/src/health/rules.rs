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
    /// The parts of the score.
    #[serde(rename = "component")]
    pub components: Vec<Component>,
    /// Bands, any order; the highest `min` that is reached names the band.
    #[serde(rename = "band")]
    pub bands: Vec<Band>,
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
        if !rules.bands.iter().any(|band| band.min == 0) {
            return Err("one band must begin at 0".to_owned());
        }
        Ok(rules)
    }
}
