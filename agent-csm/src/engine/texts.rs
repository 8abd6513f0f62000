//! What people wrote by the as-of date, as tables that queries can use.

use chrono::NaiveDate;

use super::error::EngineError;
use super::sql::Sql;
use crate::knowledge::Knowledge;
use crate::tables::{Dataset, Schema};
use crate::text::{Kept, RATINGS_FILE, Reader, SOURCES_FILE, Said, Sources, TextTables};

/// The tables made here.
pub(super) const TABLES: [&str; 3] = ["text_methods", "text_scores", "text_themes"];

/// Registers [`TABLES`] from the as-of views of the canonical tables; returns how many texts there are.
pub(super) fn register(
    sql: &Sql,
    dataset: &Dataset,
    schema: &Schema,
    knowledge: &Knowledge,
    as_of: NaiveDate,
) -> Result<usize, EngineError> {
    let wrong = |(file, problem)| EngineError::Settings { file, problem };
    let reader = Reader::of(knowledge).map_err(wrong)?;
    let sources = Sources::parse(knowledge.file(SOURCES_FILE).unwrap_or_default(), schema)
        .map_err(|problem| wrong((SOURCES_FILE.to_owned(), problem)))?;
    let said = Said::of(&sql.sorted(&sources.query(schema, as_of))?);
    let ratings = knowledge.file(RATINGS_FILE).unwrap_or_default();
    let ratings = sql.run(ratings).map_err(EngineError::of_file(RATINGS_FILE))?;
    let made = TextTables::make(&said, &ratings, &reader, Kept::open(&dataset.dir, &reader))?;
    sql.register("text_scores", made.scores)?;
    sql.register("text_themes", made.themes)?;
    sql.register("text_methods", made.methods)?;
    Ok(said.len())
}
