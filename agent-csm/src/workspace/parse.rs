//! `csm.toml` to [`Config`]: every mistake is named with its line.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use strsim::levenshtein;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::config::{AccountPage, AccountSearch, Config, ConfigError, ConfigWarning, SourceConfig, Tier};
use crate::tables::line_of;

/// Keys of the top level that this room reads.
const KEYS: [&str; 12] = [
    "company",
    "currency",
    "as_of",
    "fiscal_year_starts",
    "targets",
    "tier",
    "thresholds",
    "fx",
    "goals",
    "source",
    "account_page",
    "account_search",
];
/// Sections that other rooms read and check.
const SECTIONS: [&str; 2] = ["web", "agent"];

impl Config {
    /// Reads `text`; `file` is the name errors carry.
    ///
    /// # Errors
    /// At the first setting that can't be used. Keys nobody reads are warnings.
    pub fn parse(text: &str, file: &str) -> Result<Self, ConfigError> {
        let reader = Reader { text, file };
        let tree = DeTable::parse(text).map_err(|error| ConfigError {
            file: file.to_owned(),
            line: line_of(text, error.span().map_or(0, |span| span.start)),
            problem: error.message().trim().replace('\n', ", "),
            hint: "see https://toml.io for how values are written".to_owned(),
        })?;
        let whole: toml::Table = text.parse().unwrap_or_default();
        let mut config = Self::default();
        for (key, value) in tree.get_ref() {
            match key.get_ref().as_ref() {
                "company" => config.company = reader.text(key, value)?,
                "currency" => config.currency = reader.currency(value, &reader.text(key, value)?)?,
                "as_of" => config.as_of = Some(reader.day(key, value)?),
                "fiscal_year_starts" => config.fiscal_year_starts = reader.month(key, value)?,
                "targets" => {
                    for (name, value) in reader.table(key, value)? {
                        config.targets.insert(name.get_ref().to_string(), reader.target(name, value)?);
                    }
                }
                "tier" => {
                    for item in reader.tables(key, value)? {
                        config.tiers.push(reader.tier(item, &mut config.warnings)?);
                    }
                    config.tiers.sort_by(|a, b| b.min_arr.total_cmp(&a.min_arr));
                }
                "thresholds" => config.thresholds = reader.numbers(key, value)?,
                "fx" => {
                    for (name, value) in reader.table(key, value)? {
                        let rate = reader.number(name, value)?;
                        if rate.is_nan() || rate <= 0.0 {
                            return Err(reader.error(
                                value,
                                format!("the rate of `{}` is {rate}", name.get_ref()),
                                "write what one unit is worth, above zero: `EUR = 1.08`",
                            ));
                        }
                        config.fx.insert(reader.currency(value, name.get_ref())?, rate);
                    }
                }
                "goals" => {
                    for (name, value) in reader.table(key, value)? {
                        config.goals.insert(name.get_ref().to_string(), plain(value.get_ref()));
                    }
                }
                "source" => {
                    for item in reader.tables(key, value)? {
                        config.sources.push(reader.source(item, &mut config.warnings)?);
                    }
                }
                "account_page" => {
                    for item in reader.tables(key, value)? {
                        config.account_pages.push(reader.account_page(item, &mut config.warnings)?);
                    }
                }
                "account_search" => {
                    for item in reader.tables(key, value)? {
                        config.account_searches.push(reader.account_search(item, &mut config.warnings)?);
                    }
                }
                section if SECTIONS.contains(&section) => {
                    if let Some(value) = whole.get(section) {
                        config.sections.insert(section.to_owned(), value.clone());
                    }
                }
                _ => config.warnings.push(reader.unknown(key, "", &[&KEYS[..], &SECTIONS[..]].concat())),
            }
        }
        Ok(config)
    }
}

struct Reader<'a> {
    text: &'a str,
    file: &'a str,
}

type Item<'a> = Spanned<DeValue<'a>>;
type Key<'a> = Spanned<std::borrow::Cow<'a, str>>;

impl Reader<'_> {
    fn error<T>(&self, at: &Spanned<T>, problem: String, hint: &str) -> ConfigError {
        let line = line_of(self.text, at.span().start);
        ConfigError { file: self.file.to_owned(), line, problem, hint: hint.to_owned() }
    }

    fn text(&self, key: &Key<'_>, value: &Item<'_>) -> Result<String, ConfigError> {
        let text = value.get_ref().as_str().map(str::trim).filter(|it| !it.is_empty());
        text.map(str::to_owned).ok_or_else(|| {
            self.error(value, format!("`{}` is not a text", key.get_ref()), "write it in quotation marks")
        })
    }

    fn number(&self, key: &Key<'_>, value: &Item<'_>) -> Result<f64, ConfigError> {
        let text = match value.get_ref() {
            DeValue::Integer(it) => it.as_str().to_owned(),
            DeValue::Float(it) => it.as_str().to_owned(),
            _ => String::new(),
        };
        text.replace('_', "").parse().ok().filter(|it: &f64| it.is_finite()).ok_or_else(|| {
            let problem = format!("`{}` is not a number", key.get_ref());
            self.error(value, problem, "write a number without quotation marks")
        })
    }

    fn numbers(&self, key: &Key<'_>, value: &Item<'_>) -> Result<BTreeMap<String, f64>, ConfigError> {
        let mut found = BTreeMap::new();
        for (name, value) in self.table(key, value)? {
            found.insert(name.get_ref().to_string(), self.number(name, value)?);
        }
        Ok(found)
    }

    fn table<'t, 'a>(&self, key: &Key<'_>, value: &'t Item<'a>) -> Result<&'t DeTable<'a>, ConfigError> {
        value.get_ref().as_table().ok_or_else(|| {
            let name = key.get_ref();
            self.error(key, format!("`{name}` is not a section"), &format!("start it with `[{name}]`"))
        })
    }

    fn tables<'t, 'a>(&self, key: &Key<'_>, value: &'t Item<'a>) -> Result<Vec<&'t Item<'a>>, ConfigError> {
        let items = value.get_ref().as_array().map(|it| it.iter().collect::<Vec<_>>()).unwrap_or_default();
        if items.is_empty() || items.iter().any(|it| it.get_ref().as_table().is_none()) {
            let name = key.get_ref();
            let hint = format!("start each one with `[[{name}]]`");
            return Err(self.error(key, format!("`{name}` is not a list of sections"), &hint));
        }
        Ok(items)
    }

    fn currency<T>(&self, at: &Spanned<T>, code: &str) -> Result<String, ConfigError> {
        let code = code.trim().to_uppercase();
        if crate::import::currency_digits(&code).is_some() {
            return Ok(code);
        }
        Err(self.error(at, format!("`{code}` is not a currency"), "use the three letters of ISO 4217: `EUR`"))
    }

    fn day(&self, key: &Key<'_>, value: &Item<'_>) -> Result<NaiveDate, ConfigError> {
        let text = match value.get_ref() {
            DeValue::String(text) => text.trim().to_owned(),
            DeValue::Datetime(at) => at.to_string(),
            _ => String::new(),
        };
        NaiveDate::parse_from_str(&text, "%Y-%m-%d").map_err(|_| {
            self.error(value, format!("`{}` is not a day", key.get_ref()), "write it as 2024-12-31")
        })
    }

    /// A month by its number or its English name, whole or by three letters.
    fn month(&self, key: &Key<'_>, value: &Item<'_>) -> Result<u32, ConfigError> {
        let text = match value.get_ref() {
            DeValue::String(text) => text.trim().to_owned(),
            DeValue::Integer(it) => it.as_str().to_owned(),
            _ => String::new(),
        };
        let number = text.parse().ok().filter(|month| (1..=12).contains(month));
        let named = || text.parse::<chrono::Month>().ok().map(|month| month.number_from_month());
        number.or_else(named).ok_or_else(|| {
            let problem = format!("`{}` is not a month", key.get_ref());
            self.error(value, problem, "write the month the fiscal year begins with: `4` or `\"April\"`")
        })
    }

    fn target(&self, key: &Key<'_>, value: &Item<'_>) -> Result<String, ConfigError> {
        let text = value.get_ref().as_str().unwrap_or_default().trim();
        let op = ["<=", ">=", "<", ">"].into_iter().find(|op| text.starts_with(op));
        let bound = op.and_then(|op| text[op.len()..].trim().parse::<f64>().ok()).filter(|it| it.is_finite());
        match (op, bound) {
            (Some(op), Some(_)) => Ok(format!("{op} {}", text[op.len()..].trim())),
            _ => Err(self.error(
                value,
                format!("the target of `{}` is not a bound", key.get_ref()),
                "write `\"< 5\"`, `\"<= 5\"`, `\"> 90\"` or `\">= 90\"`",
            )),
        }
    }

    fn tier(&self, item: &Item<'_>, warnings: &mut Vec<ConfigWarning>) -> Result<Tier, ConfigError> {
        let (mut name, mut min_arr) = (None, None);
        for (key, value) in item.get_ref().as_table().into_iter().flatten() {
            match key.get_ref().as_ref() {
                "name" => name = Some(self.text(key, value)?),
                "min_arr" => min_arr = Some(self.number(key, value)?),
                _ => warnings.push(self.unknown(key, "tier.", &["name", "min_arr"])),
            }
        }
        match (name, min_arr) {
            (Some(name), Some(min_arr)) => Ok(Tier { name, min_arr }),
            _ => Err(self.error(
                item,
                "the tier lacks `name` or `min_arr`".to_owned(),
                "write both: `name = \"Enterprise\"` and `min_arr = 50000`",
            )),
        }
    }

    fn source(
        &self,
        item: &Item<'_>,
        warnings: &mut Vec<ConfigWarning>,
    ) -> Result<SourceConfig, ConfigError> {
        let (mut path, mut mapping, mut dates) = (None, None, None);
        for (key, value) in item.get_ref().as_table().into_iter().flatten() {
            match key.get_ref().as_ref() {
                "path" => path = Some(self.text(key, value)?),
                "mapping" => mapping = Some(self.text(key, value)?),
                "dates" => {
                    let order = self.text(key, value)?.to_uppercase();
                    if order != "DMY" && order != "MDY" {
                        let problem = format!("`dates` is `{order}`");
                        return Err(self.error(
                            value,
                            problem,
                            "write `DMY` (31/12/2024) or `MDY` (12/31/2024)",
                        ));
                    }
                    dates = Some(order);
                }
                _ => warnings.push(self.unknown(key, "source.", &["path", "mapping", "dates"])),
            }
        }
        let path = path.ok_or_else(|| {
            let problem = "the source has no `path`".to_owned();
            self.error(item, problem, "name the file below `data/`: `path = \"accounts.csv\"`")
        })?;
        Ok(SourceConfig { path, mapping, dates, line: line_of(self.text, item.span().start) })
    }

    fn account_page(
        &self,
        item: &Item<'_>,
        warnings: &mut Vec<ConfigWarning>,
    ) -> Result<AccountPage, ConfigError> {
        let (mut account, mut url) = (None, None);
        for (key, value) in item.get_ref().as_table().into_iter().flatten() {
            match key.get_ref().as_ref() {
                "account" => account = Some(self.text(key, value)?),
                "url" => {
                    let page = self.text(key, value)?;
                    if !page.starts_with("https://") && !page.starts_with("http://") {
                        let problem = format!("`{page}` is not a page");
                        return Err(self.error(
                            value,
                            problem,
                            "write the whole URL: `https://acme.example/news`",
                        ));
                    }
                    url = Some(page);
                }
                _ => warnings.push(self.unknown(key, "account_page.", &["account", "url"])),
            }
        }
        let line = line_of(self.text, item.span().start);
        match (account, url) {
            (Some(account), Some(url)) => Ok(AccountPage { account, url, line }),
            _ => Err(self.error(
                item,
                "the page lacks `account` or `url`".to_owned(),
                "write both: `account = \"A0001\"` and `url = \"https://acme.example/news\"`",
            )),
        }
    }

    fn account_search(
        &self,
        item: &Item<'_>,
        warnings: &mut Vec<ConfigWarning>,
    ) -> Result<AccountSearch, ConfigError> {
        let (mut query, mut accounts) = (None, Vec::new());
        for (key, value) in item.get_ref().as_table().into_iter().flatten() {
            match key.get_ref().as_ref() {
                "query" => query = Some(self.text(key, value)?),
                "accounts" => {
                    let items = value.get_ref().as_array().map(|it| it.iter().collect::<Vec<_>>());
                    for item in items.unwrap_or_default() {
                        accounts.push(self.text(key, item)?);
                    }
                }
                _ => warnings.push(self.unknown(key, "account_search.", &["query", "accounts"])),
            }
        }
        let line = line_of(self.text, item.span().start);
        match query {
            Some(query) if !accounts.is_empty() => Ok(AccountSearch { query, accounts, line }),
            _ => Err(self.error(
                item,
                "the search lacks `query` or `accounts`".to_owned(),
                "write both: `query = \"{name} layoffs\"` and `accounts = [\"A0001\"]`",
            )),
        }
    }

    fn unknown(&self, key: &Key<'_>, section: &str, known: &[&str]) -> ConfigWarning {
        let name = key.get_ref();
        let nearest = nearest(name, known.iter().copied());
        let hint = match nearest {
            Some(near) => format!("did you mean `{section}{near}`?"),
            None => format!("known keys are {}", known.join(", ")),
        };
        ConfigWarning { line: line_of(self.text, key.span().start), key: format!("{section}{name}"), hint }
    }
}

fn plain(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => text.to_string(),
        DeValue::Integer(it) => it.as_str().to_owned(),
        DeValue::Float(it) => it.as_str().to_owned(),
        DeValue::Boolean(it) => it.to_string(),
        DeValue::Datetime(it) => it.to_string(),
        DeValue::Array(items) => items.iter().map(|it| plain(it.get_ref())).collect::<Vec<_>>().join(", "),
        DeValue::Table(_) => String::new(),
    }
}

/// The name most like `wanted`, if any is near enough to be a slip of the hand.
pub(crate) fn nearest<'a>(wanted: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|name| (levenshtein(&wanted.to_lowercase(), &name.to_lowercase()), name))
        .filter(|(far, name)| *far * 3 <= name.len().max(3))
        .min()
        .map(|(_, name)| name)
}
