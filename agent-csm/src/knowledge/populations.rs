//! `populations.toml`: whose rows a figure may count, in words.

use serde::Deserialize;

/// Accounts whose rows a metric may count. Which they are is in the derived table `populations`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Population {
    /// The word in the heads of metrics: `managed`.
    pub name: String,
    /// What people read beside a figure: `managed accounts on the as-of date`.
    pub words: String,
    /// Whether rows that name no account belong to it too.
    #[serde(default)]
    pub without_account: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    population: Vec<Population>,
}

/// Reads the file; the error says what is wrong with it.
pub(super) fn parse(text: &str) -> Result<Vec<Population>, String> {
    let file: File = toml::from_str(text).map_err(|error| error.to_string().trim().to_owned())?;
    for (at, population) in file.population.iter().enumerate() {
        if file.population.iter().take(at).any(|other| other.name == population.name) {
            return Err(format!("`{}` is there twice", population.name));
        }
    }
    Ok(file.population)
}
