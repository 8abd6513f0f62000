//! What people and pages said, as tables: notes, snoozes, searched texts, business changes; and rules about titles.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{Days, NaiveDate};
use datafusion::arrow::array::{BooleanArray, Date32Array, Int64Array, RecordBatch, StringArray};
use datafusion::arrow::datatypes::DataType;
use datafusion::error::DataFusionError;

use super::error::EngineError;
use super::open::register as table;
use super::rows::cell;
use super::sql::Sql;
use crate::assessment::Day;
use crate::knowledge::Knowledge;
use crate::people::{Effect, Heard, Hits, Taxonomy, TitleRule, title_rules};
use crate::tables::days_from_date;

/// The tables that are registered here.
pub(super) const TABLES: [&str; 5] =
    ["business_changes", "person_notes", "searched_texts", "snoozes", "title_roles"];
/// How many days back texts are searched.
const BACK: u64 = 365;

/// Registers the tables as known at the end of `as_of`; returns how many texts were searched.
pub(super) fn register(
    sql: &Sql,
    knowledge: &Knowledge,
    heard: &Heard,
    as_of: NaiveDate,
) -> Result<usize, EngineError> {
    let settings = |file: &str| {
        let file = file.to_owned();
        move |problem: String| EngineError::Settings { file, problem }
    };
    let (changes, roles) = ("business_changes.toml", "stakeholder_roles.toml");
    let taxonomy = Taxonomy::parse(knowledge.file(changes).unwrap_or_default()).map_err(settings(changes))?;
    let rules = title_rules(knowledge.file(roles).unwrap_or_default()).map_err(settings(roles))?;
    titles(sql, &rules)?;
    notes(sql, heard, as_of)?;
    snoozes(sql, heard, as_of)?;
    let mut search = Search { taxonomy: &taxonomy, texts: Vec::new(), changes: Vec::new() };
    search.notes(heard, as_of);
    search.summaries(sql, heard.hits.as_ref(), as_of)?;
    search.looks(heard, as_of);
    search.register(sql)?;
    Ok(search.texts.iter().filter(|text| text.failed.is_none()).count())
}

/// A text that was searched, or that should have been.
struct Text {
    account_id: String,
    found_on: NaiveDate,
    kind: &'static str,
    source: String,
    failed: Option<String>,
}

struct Change {
    account_id: String,
    found_on: NaiveDate,
    kind: String,
    effect: Effect,
    title: String,
    quote: String,
    source: String,
    /// The text it was found in, by its place.
    searched: String,
    source_kind: &'static str,
}

struct Search<'a> {
    taxonomy: &'a Taxonomy,
    texts: Vec<Text>,
    changes: Vec<Change>,
}

impl Search<'_> {
    /// Looks through one text.
    fn read(
        &mut self,
        account_id: &str,
        found_on: NaiveDate,
        kind: &'static str,
        source: String,
        text: Option<&str>,
    ) {
        for told in text.map(|text| self.taxonomy.told(text)).unwrap_or_default() {
            self.changes.push(Change {
                account_id: account_id.to_owned(),
                found_on,
                kind: told.kind.to_owned(),
                effect: told.effect,
                title: told.title.to_owned(),
                quote: told.quote,
                source: source.clone(),
                searched: source.clone(),
                source_kind: kind,
            });
        }
        self.texts.push(Text { account_id: account_id.to_owned(), found_on, kind, source, failed: None });
    }

    fn notes(&mut self, heard: &Heard, as_of: NaiveDate) {
        for note in heard.notes.iter().filter(|note| within(note.said_on.0, as_of)) {
            self.read(&note.account_id, note.said_on.0, "note", note.source.clone(), Some(&note.text));
        }
    }

    /// Summaries of calls. Of files that were searched, only those are looked at closely that a line with a phrase
    /// may belong to; a summary of several lines always is, because an export may write it as one.
    fn summaries(&mut self, sql: &Sql, hits: Option<&Hits>, as_of: NaiveDate) -> Result<(), EngineError> {
        let from = as_of.checked_sub_days(Days::new(BACK)).unwrap_or(as_of);
        let rows = sql.run(&format!(
            "SELECT account_id, CAST(occurred_at AS DATE) AS day, summary, source_file, source_line FROM interactions \
             WHERE summary IS NOT NULL AND CAST(occurred_at AS DATE) > DATE '{from}' \
             AND CAST(occurred_at AS DATE) <= DATE '{as_of}' ORDER BY source_file, source_line, interaction_id"
        ))?;
        let places: BTreeSet<(String, i64)> = rows
            .batches
            .iter()
            .flat_map(|batch| (0..batch.num_rows()).map(move |row| place(batch, row)))
            .collect();
        // A row begins at its line and goes on to the next row's.
        let close: BTreeSet<(String, i64)> = hits
            .into_iter()
            .flat_map(|hits| &hits.lines)
            .filter_map(|hit| places.range(..=hit.clone()).next_back())
            .cloned()
            .collect();
        for batch in &rows.batches {
            for row in 0..batch.num_rows() {
                let text =
                    |column: usize| cell(batch.column(column).as_ref(), row).as_str().map(str::to_owned);
                let (Some(account_id), Some(day), Some(summary)) = (text(0), text(1), text(2)) else {
                    continue;
                };
                let Ok(Day(day)) = day.parse() else { continue };
                let place = place(batch, row);
                let searched = hits.is_some_and(|hits| hits.files.contains(&place.0));
                let look = !searched || close.contains(&place) || summary.contains('\n');
                let source = format!("{}:{}", place.0, place.1);
                self.read(&account_id, day, "summary", source, look.then_some(summary.as_str()));
            }
        }
        Ok(())
    }

    fn looks(&mut self, heard: &Heard, as_of: NaiveDate) {
        for look in &heard.looks {
            let kind = if look.kind == "search" { "search" } else { "page" };
            for found in look.found.iter().filter(|found| within(found.found_on.0, as_of)) {
                let Some((title, effect)) = self.taxonomy.kind(&found.kind) else { continue };
                self.changes.push(Change {
                    account_id: look.account_id.clone(),
                    found_on: found.found_on.0,
                    kind: found.kind.clone(),
                    effect,
                    title: title.to_owned(),
                    quote: found.quote.clone(),
                    source: found.source.clone(),
                    searched: look.source.clone(),
                    source_kind: kind,
                });
            }
            self.texts.push(Text {
                account_id: look.account_id.clone(),
                found_on: as_of,
                kind,
                source: look.source.clone(),
                failed: look.failed.clone(),
            });
        }
    }

    fn register(&mut self, sql: &Sql) -> Result<(), DataFusionError> {
        self.texts.sort_by(|a, b| {
            (&a.account_id, a.found_on, &a.source).cmp(&(&b.account_id, b.found_on, &b.source))
        });
        self.changes.sort_by(|a, b| {
            (&a.account_id, a.found_on, &a.kind, &a.source).cmp(&(
                &b.account_id,
                b.found_on,
                &b.kind,
                &b.source,
            ))
        });
        let (texts, changes) = (&self.texts, &self.changes);
        table(
            sql,
            "searched_texts",
            &[
                ("account_id", DataType::Utf8),
                ("found_on", DataType::Date32),
                ("kind", DataType::Utf8),
                ("source", DataType::Utf8),
                ("state", DataType::Utf8),
                ("reason", DataType::Utf8),
            ],
            vec![
                strings(texts.iter().map(|it| Some(it.account_id.as_str()))),
                days(texts.iter().map(|it| Some(it.found_on))),
                strings(texts.iter().map(|it| Some(it.kind))),
                strings(texts.iter().map(|it| Some(it.source.as_str()))),
                strings(texts.iter().map(|it| Some(if it.failed.is_some() { "failed" } else { "searched" }))),
                strings(texts.iter().map(|it| it.failed.as_deref())),
            ],
        )?;
        table(
            sql,
            "business_changes",
            &[
                ("account_id", DataType::Utf8),
                ("found_on", DataType::Date32),
                ("kind", DataType::Utf8),
                ("effect", DataType::Utf8),
                ("title", DataType::Utf8),
                ("text", DataType::Utf8),
                ("source", DataType::Utf8),
                ("searched", DataType::Utf8),
                ("source_kind", DataType::Utf8),
            ],
            vec![
                strings(changes.iter().map(|it| Some(it.account_id.as_str()))),
                days(changes.iter().map(|it| Some(it.found_on))),
                strings(changes.iter().map(|it| Some(it.kind.as_str()))),
                strings(changes.iter().map(|it| Some(it.effect.word()))),
                strings(changes.iter().map(|it| Some(it.title.as_str()))),
                strings(changes.iter().map(|it| Some(it.quote.as_str()))),
                strings(changes.iter().map(|it| Some(it.source.as_str()))),
                strings(changes.iter().map(|it| Some(it.searched.as_str()))),
                strings(changes.iter().map(|it| Some(it.source_kind))),
            ],
        )
    }
}

/// File and line of a row of the query for summaries.
fn place(batch: &RecordBatch, row: usize) -> (String, i64) {
    let file = cell(batch.column(3).as_ref(), row).as_str().map(str::to_owned).unwrap_or_default();
    (file, cell(batch.column(4).as_ref(), row).as_i64().unwrap_or_default())
}

/// Whether a day lies in the days that are searched.
fn within(day: NaiveDate, as_of: NaiveDate) -> bool {
    let from = as_of.checked_sub_days(Days::new(BACK)).unwrap_or(as_of);
    day > from && day <= as_of
}

fn titles(sql: &Sql, rules: &[TitleRule]) -> Result<(), DataFusionError> {
    table(
        sql,
        "title_roles",
        &[
            ("place", DataType::Int64),
            ("rule", DataType::Utf8),
            ("pattern", DataType::Utf8),
            ("role", DataType::Utf8),
            ("is_executive", DataType::Boolean),
        ],
        vec![
            Arc::new(Int64Array::from_iter_values(rules.iter().map(|rule| rule.place))),
            strings(rules.iter().map(|rule| Some(rule.pattern.as_str()))),
            strings(rules.iter().map(|rule| Some(rule.pattern.as_str()))),
            strings(rules.iter().map(|rule| rule.role.as_deref())),
            Arc::new(BooleanArray::from_iter(rules.iter().map(|rule| Some(rule.is_executive)))),
        ],
    )
}

fn notes(sql: &Sql, heard: &Heard, as_of: NaiveDate) -> Result<(), DataFusionError> {
    let notes: Vec<_> = heard.notes.iter().filter(|note| note.said_on.0 <= as_of).collect();
    table(
        sql,
        "person_notes",
        &[
            ("account_id", DataType::Utf8),
            ("said_on", DataType::Date32),
            ("said_by", DataType::Utf8),
            ("kind", DataType::Utf8),
            ("text", DataType::Utf8),
            ("source", DataType::Utf8),
        ],
        vec![
            strings(notes.iter().map(|it| Some(it.account_id.as_str()))),
            days(notes.iter().map(|it| Some(it.said_on.0))),
            strings(notes.iter().map(|it| it.said_by.as_deref())),
            strings(notes.iter().map(|it| Some(it.kind.as_str()))),
            strings(notes.iter().map(|it| Some(it.text.as_str()))),
            strings(notes.iter().map(|it| Some(it.source.as_str()))),
        ],
    )
}

/// Every word that was known; `place` tells the newest of an account: by day, then by its place in the file.
fn snoozes(sql: &Sql, heard: &Heard, as_of: NaiveDate) -> Result<(), DataFusionError> {
    let mut words: Vec<_> = heard.snoozes.iter().filter(|word| word.said_on.0 <= as_of).collect();
    words.sort_by(|a, b| (&a.account, a.said_on).cmp(&(&b.account, b.said_on)));
    let mut places: BTreeMap<&str, i64> = BTreeMap::new();
    let mut numbers: Vec<i64> = Vec::new();
    for word in words.iter().rev() {
        let place = places.entry(&word.account).or_default();
        *place += 1;
        numbers.push(*place);
    }
    numbers.reverse();
    table(
        sql,
        "snoozes",
        &[
            ("account_id", DataType::Utf8),
            ("said_on", DataType::Date32),
            ("until_on", DataType::Date32),
            ("because", DataType::Utf8),
            ("said_by", DataType::Utf8),
            ("is_lift", DataType::Boolean),
            ("source", DataType::Utf8),
            ("place", DataType::Int64),
        ],
        vec![
            strings(words.iter().map(|it| Some(it.account.as_str()))),
            days(words.iter().map(|it| Some(it.said_on.0))),
            days(words.iter().map(|it| it.until_on.map(|day| day.0))),
            strings(words.iter().map(|it| it.because.as_deref())),
            strings(words.iter().map(|it| Some(it.said_by.as_str()))),
            Arc::new(BooleanArray::from_iter(words.iter().map(|it| Some(it.until_on.is_none())))),
            strings(words.iter().map(|it| Some(it.source.as_str()))),
            Arc::new(Int64Array::from_iter_values(numbers)),
        ],
    )
}

fn strings<'a>(values: impl Iterator<Item = Option<&'a str>>) -> Arc<StringArray> {
    Arc::new(values.collect())
}

fn days(values: impl Iterator<Item = Option<NaiveDate>>) -> Arc<Date32Array> {
    Arc::new(values.map(|day| day.map(days_from_date)).collect())
}
