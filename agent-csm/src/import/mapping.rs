//! Source mappings: one TOML file per system says how its files become canonical rows.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::tables::{Rule, Schema, line_of, sha256_hex};

/// How the files of one system are read.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceMapping {
    /// Name of the system; rows carry it, and account ids belong to it.
    pub system: String,
    /// What the system is, for people.
    pub title: String,
    /// What the system is trusted for.
    pub kind: SystemKind,
    /// Its files.
    #[serde(rename = "file")]
    pub files: Vec<FileMapping>,
    /// SHA-256 of the text the mapping was read from.
    #[serde(skip)]
    pub hash: String,
}

/// What a system is trusted for: billing outranks the others where money is concerned. Open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SystemKind {
    /// Subscriptions and invoices.
    Billing,
    /// Companies, people and deals.
    Crm,
    /// Anything else.
    Other,
}

/// How one kind of file is read.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileMapping {
    /// Name of the role: `subscriptions`.
    pub name: String,
    /// File names that usually hold it; they break ties between mappings whose headers both fit.
    #[serde(default)]
    pub globs: Vec<String>,
    /// Headers that must be there; `a|b` takes either.
    pub detect: Vec<String>,
    /// Headers that must not be there: they show that the rows are something else.
    #[serde(default)]
    pub without: Vec<String>,
    /// `DMY` or `MDY` where the system writes dates with slashes.
    #[serde(default)]
    pub dates: Option<String>,
    /// Why the file is known and nevertheless not imported; such a file fills no table.
    #[serde(default)]
    pub passed_over: Option<String>,
    /// Tables the file fills.
    #[serde(rename = "table", default)]
    pub tables: Vec<TableMapping>,
}

/// How rows of a file become rows of one canonical table.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TableMapping {
    /// Canonical table.
    pub name: String,
    /// `always`, `import`, or the date column on which the row became known.
    pub row_known_at: String,
    /// `always` or `import`: when a row is known whose `row_known_at` column is NULL.
    #[serde(default = "import_word")]
    pub undated: String,
    /// Several source rows may stand for one row here (customers in a list of subscriptions): the first one wins.
    #[serde(default)]
    pub one_per_key: bool,
    /// The source holds every version of a row, not only today's. Where it does not, what a row was worth before
    /// is not known.
    #[serde(default = "yes")]
    pub history: bool,
    /// Columns not listed are taken from the header of their own name.
    #[serde(default)]
    pub same_names: bool,
    /// The row is passed over, without a complaint, if any of these holds.
    #[serde(default)]
    pub skip_if: Vec<Condition>,
    /// The row is passed over unless one of these holds; empty: every row counts.
    #[serde(default)]
    pub only_if: Vec<Condition>,
    /// Ways to find the row's account, tried in order. Empty: `account_id` is an id of the same system.
    #[serde(default)]
    pub account: Vec<Link>,
    /// Target column to where its value comes from.
    #[serde(default)]
    pub columns: BTreeMap<String, ColumnMapping>,
}

fn yes() -> bool {
    true
}

fn import_word() -> String {
    "import".to_owned()
}

/// Something that can be said of a source row. Exactly one of the tests is given.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Headers; the first filled one is tested.
    pub from: Vec<String>,
    /// Equal to one of these, whatever the case.
    #[serde(default)]
    pub is: Vec<String>,
    /// Filled (`true`) or empty (`false`).
    #[serde(default)]
    pub filled: Option<bool>,
    /// Earlier, as ISO text, than the first filled of these headers.
    #[serde(default)]
    pub before: Vec<String>,
}

/// A way to find a row's account.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// What the headers hold.
    pub by: LinkBy,
    /// Headers; the first filled one counts.
    pub from: Vec<String>,
}

/// What identifies an account. Closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkBy {
    /// The account's id in the same system; of a `;` list the first.
    Id,
    /// The company's name, normalised.
    Name,
    /// The domain of a mail address; never one of the free mail services.
    EmailDomain,
    /// The id of one of the account's subscriptions.
    Subscription,
}

/// How text becomes a value. Without one the type of the target column decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transform {
    /// Lower case.
    Lower,
    /// Upper case.
    Upper,
    /// The domain of a mail address; empty for free mail services.
    EmailDomain,
    /// The host of a web address, without `www.`.
    Domain,
    /// `HH:mm:ss` to minutes.
    DurationMinutes,
    /// Hours to minutes.
    HoursMinutes,
    /// A share of one to percent.
    SharePercent,
    /// Billing interval to `month`, `quarter`, `year` or `week`.
    Interval,
    /// The first of a `;` or `,` list.
    FirstOfList,
}

/// Where the value of one target column comes from.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColumnMapping {
    /// Headers; per row the first filled one counts.
    #[serde(default)]
    pub from: Vec<String>,
    /// Headers whose texts are joined by a space.
    #[serde(default)]
    pub join: Vec<String>,
    /// Money only: headers that hold minor units; tried before `from`, which holds decimals.
    #[serde(default)]
    pub minor_from: Vec<String>,
    /// Value where nothing else gives one. `@currency`: the workspace's currency; `@row`: file and line.
    #[serde(default)]
    pub value: Option<String>,
    /// Headers used where `from` is empty and one of `fallback_if` holds.
    #[serde(default)]
    pub fallback: Vec<String>,
    /// See `fallback`.
    #[serde(default)]
    pub fallback_if: Vec<Condition>,
    /// NULL if any of these holds.
    #[serde(default)]
    pub null_if: Vec<Condition>,
    /// How the text becomes a value.
    #[serde(default, rename = "as")]
    pub transform: Option<Transform>,
    /// Text to put in front.
    #[serde(default)]
    pub prefix: String,
    /// Source word (lower case) to canonical word; words not listed stay as they are.
    #[serde(default)]
    pub map: BTreeMap<String, String>,
    /// Words not in `map` become this; empty: NULL.
    #[serde(default)]
    pub other: Option<String>,
    /// Declared date format, in chrono's letters: `%d.%m.%Y`.
    #[serde(default)]
    pub format: Option<String>,
    /// Days to add: 1 where the source's end date is inclusive.
    #[serde(default)]
    pub plus_days: i64,
    /// Header of minutes to add to a timestamp; NULL where it is empty.
    #[serde(default)]
    pub plus_minutes: Vec<String>,
    /// Money only: header of the interval the amount is for; the result is per month.
    #[serde(default)]
    pub per: Vec<String>,
    /// Money only: header of the quantity the amount is multiplied by; empty counts as 1.
    #[serde(default)]
    pub times: Vec<String>,
    /// `always`, `import`, or the column on which the value became known; absent: with the row.
    #[serde(default)]
    pub known_at: Option<String>,
}

/// Why a mapping can't be used.
#[derive(Debug, thiserror::Error)]
#[error("mapping `{file}`, line {line}: {problem}")]
pub struct MappingError {
    /// The mapping file.
    pub file: String,
    /// Line in it.
    pub line: usize,
    /// What is wrong.
    pub problem: String,
}

impl SourceMapping {
    /// Reads a mapping; `file` is the name errors carry.
    ///
    /// # Errors
    /// When the text is not of the shape above, or names a table or column that does not exist.
    pub fn parse(file: &str, text: &str, schema: &Schema) -> Result<Self, MappingError> {
        let mut mapping: Self = toml::from_str(text).map_err(|error| MappingError {
            file: file.to_owned(),
            line: line_of(text, error.span().map_or(0, |span| span.start)),
            problem: error.message().trim().to_owned(),
        })?;
        let fault = |needle: &str, problem: String| {
            let line = text.find(needle).map_or(1, |at| line_of(text, at));
            MappingError { file: file.to_owned(), line, problem }
        };
        if let Some(it) = mapping.files.iter().find(|it| it.tables.is_empty() == it.passed_over.is_none()) {
            let problem = format!("`{}` needs tables, or `passed_over` with the reason, not both", it.name);
            return Err(fault(&format!("\"{}\"", it.name), problem));
        }
        for table in mapping.files.iter().flat_map(|it| &it.tables) {
            if let Some(problem) = table.fault(schema) {
                return Err(fault(&format!("\"{}\"", table.name), problem));
            }
        }
        mapping.hash = sha256_hex(text.as_bytes());
        Ok(mapping)
    }

    /// The role of that name.
    #[must_use]
    pub fn file(&self, name: &str) -> Option<&FileMapping> {
        self.files.iter().find(|it| it.name == name)
    }
}

impl TableMapping {
    fn fault(&self, schema: &Schema) -> Option<String> {
        let Some(table) = schema.table(&self.name) else {
            return Some(format!("there is no canonical table `{}`", self.name));
        };
        if let Some(name) = self.columns.keys().find(|it| table.column(it).is_none()) {
            return Some(format!("table `{}` has no column `{name}`", self.name));
        }
        let words = self.columns.values().filter_map(|it| it.known_at.as_deref());
        let unknown = words.chain([self.row_known_at.as_str(), self.undated.as_str()]).find(|word| {
            matches!(rule(word), Rule::Column(column) if !table.column(&column).is_some_and(|it| {
                matches!(it.kind, crate::tables::ColumnType::Date | crate::tables::ColumnType::Timestamp)
            }))
        });
        unknown.map(|word| format!("`{word}` is not a date column of `{}`", self.name))
    }
}

/// The rule a mapping's word stands for.
pub(super) fn rule(word: &str) -> Rule {
    match word {
        "always" => Rule::Always,
        "import" => Rule::Import,
        column => Rule::Column(column.to_owned()),
    }
}
