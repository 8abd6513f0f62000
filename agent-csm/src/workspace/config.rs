//! The settings of a workspace, with the defaults a team starts from.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Serialize, Serializer};

/// The targets of the checklist, used where `[targets]` does not name the metric.
pub(super) const DEFAULT_TARGETS: [(&str, &str); 6] = [
    ("adoption_rate", "> 80"),
    ("churn_rate", "< 5"),
    ("csat_score", "> 90"),
    ("first_response_minutes", "< 120"),
    ("nps_score", "> 50"),
    ("renewal_rate", "> 95"),
];

/// `csm.toml`, checked and filled up with defaults.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Config {
    /// The company whose customers these are.
    pub company: String,
    /// Currency figures are stated in, ISO 4217.
    pub currency: String,
    /// Day all figures are as of; absent: the newest dated row.
    #[serde(serialize_with = "iso")]
    pub as_of: Option<NaiveDate>,
    /// First month of the fiscal year, 1 to 12: quarters are counted from it.
    pub fiscal_year_starts: u32,
    /// Target per metric, as written: `"< 5"`.
    pub targets: BTreeMap<String, String>,
    /// Tiers, highest `min_arr` first; empty: no tiers.
    pub tiers: Vec<Tier>,
    /// Named numbers that knowledge files read.
    pub thresholds: BTreeMap<String, f64>,
    /// Units of [`Config::currency`] that one unit of the named currency is worth.
    pub fx: BTreeMap<String, f64>,
    /// Targets of the customer base for the year, in the team's own words or numbers.
    pub goals: BTreeMap<String, String>,
    /// Source files and their mappings, in the order that decides whose account id wins.
    pub sources: Vec<SourceConfig>,
    /// Pages that are read for what they tell of an account.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub account_pages: Vec<AccountPage>,
    /// Searches that are made for accounts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub account_searches: Vec<AccountSearch>,
    /// Sections other rooms read: `[web]`, `[agent]`.
    pub sections: BTreeMap<String, toml::Value>,
    /// Keys nobody reads, and what was probably meant. Never part of a hash.
    #[serde(skip)]
    pub warnings: Vec<ConfigWarning>,
}

/// The day as `2024-12-31`, or nothing.
fn iso<S: Serializer>(day: &Option<NaiveDate>, to: S) -> Result<S::Ok, S::Error> {
    day.map(|it| it.to_string()).serialize(to)
}

impl Default for Config {
    fn default() -> Self {
        Self {
            company: "Our company".to_owned(),
            currency: "USD".to_owned(),
            as_of: None,
            fiscal_year_starts: 1,
            targets: DEFAULT_TARGETS.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect(),
            tiers: Vec::new(),
            thresholds: BTreeMap::new(),
            fx: BTreeMap::new(),
            goals: BTreeMap::new(),
            sources: Vec::new(),
            account_pages: Vec::new(),
            account_searches: Vec::new(),
            sections: BTreeMap::new(),
            warnings: Vec::new(),
        }
    }
}

/// A band of accounts by what they pay.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Tier {
    /// Name people use.
    pub name: String,
    /// Lowest ARR in whole units of [`Config::currency`].
    pub min_arr: f64,
}

/// One source file, or a pattern of them, and the mapping that reads it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SourceConfig {
    /// Path or glob below `data/`.
    pub path: String,
    /// Mapping by name (`stripe`), or one of its files (`stripe/invoices`); absent: detected.
    pub mapping: Option<String>,
    /// `DMY` or `MDY` where the file's dates can be read both ways.
    pub dates: Option<String>,
    /// Line in `csm.toml`.
    pub line: usize,
}

/// A page that tells of an account; listing it is a person's approval to read it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccountPage {
    /// The account, by id or name.
    pub account: String,
    /// The whole URL.
    pub url: String,
    /// Line in `csm.toml`.
    pub line: usize,
}

/// A search that is made for accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AccountSearch {
    /// What is asked; `{name}` stands for the account's name.
    pub query: String,
    /// The accounts, by id or name.
    pub accounts: Vec<String>,
    /// Line in `csm.toml`.
    pub line: usize,
}

/// A key that nobody reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigWarning {
    /// Line in `csm.toml`.
    pub line: usize,
    /// The key, with its section.
    pub key: String,
    /// What was probably meant.
    pub hint: String,
}

/// A setting that can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {problem}")]
pub struct ConfigError {
    /// The file, as the reader named it.
    pub file: String,
    /// Line, counted from 1.
    pub line: usize,
    /// What is wrong.
    pub problem: String,
    /// What to do about it.
    pub hint: String,
}
