//! Which columns hold what people wrote: `text/texts.toml`.

use chrono::NaiveDate;
use serde::Deserialize;

use crate::tables::{Schema, Table};

/// The file that lists them.
pub(crate) const SOURCES_FILE: &str = "text/texts.toml";

/// The query for the labels that customers themselves gave.
pub(crate) const RATINGS_FILE: &str = "text/ratings.sql";

/// The columns that hold texts, in the order of the file.
#[derive(Clone, Debug)]
pub(crate) struct Sources(Vec<Source>);

/// One column that holds texts.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Source {
    /// Canonical table.
    pub(crate) table: String,
    /// Column of it.
    pub(crate) column: String,
    /// Column that says when it was written.
    pub(crate) said: String,
    /// Whether its themes count.
    #[serde(default)]
    pub(crate) themed: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    text: Vec<Source>,
}

impl Sources {
    /// Reads the list; every table and column must be one of `schema`.
    ///
    /// # Errors
    /// What is wrong with it, with its line where it does not parse.
    pub(crate) fn parse(toml: &str, schema: &Schema) -> Result<Self, String> {
        let file: File = toml::from_str(toml).map_err(|error| {
            let line = crate::tables::line_of(toml, error.span().map_or(0, |span| span.start));
            format!("line {line}: {}", error.message())
        })?;
        for source in &file.text {
            let table = schema
                .table(&source.table)
                .ok_or_else(|| format!("`{}` is no table of tables.toml", source.table))?;
            for column in [&source.column, &source.said] {
                if table.column(column).is_none() {
                    return Err(format!("`{}.{column}` is no column of tables.toml", source.table));
                }
            }
        }
        Ok(Self(file.text))
    }

    /// The sources.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Source> {
        self.0.iter()
    }

    /// SQL for every text said by the end of `as_of`, one row each; the columns are those of [`super::Said`].
    pub(crate) fn query(&self, schema: &Schema, as_of: NaiveDate) -> String {
        let parts: Vec<String> = self
            .0
            .iter()
            .filter_map(|source| Some(one(source, schema.table(&source.table)?, as_of)))
            .collect();
        parts.join("\nUNION ALL\n")
    }
}

fn one(source: &Source, table: &Table, as_of: NaiveDate) -> String {
    let Source { table: name, column, said, themed } = source;
    let id = table.key.first().map_or("NULL", String::as_str);
    let or_null = |wanted: &str| {
        if table.column(wanted).is_some() { wanted.to_owned() } else { "CAST(NULL AS VARCHAR)".to_owned() }
    };
    let (account, contact) = (or_null("account_id"), or_null("contact_id"));
    format!(
        "SELECT '{name}.{column}:' || {id} AS text_id, '{name}' AS source_table, {id} AS source_id, \
         {account} AS account_id, {contact} AS contact_id, CAST({said} AS DATE) AS said_on, {column} AS text, \
         {themed} AS themed, source_file, source_line FROM {name} \
         WHERE trim({column}) <> '' AND {id} IS NOT NULL AND CAST({said} AS DATE) <= DATE '{as_of}' \
         AND ({account} IS NULL OR {account} NOT IN (SELECT account_id FROM accounts WHERE is_internal))"
    )
}
