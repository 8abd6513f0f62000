//! The tables `text_scores`, `text_themes` and `text_methods`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use datafusion::arrow::array::{
    Array, ArrayRef, AsArray as _, BooleanArray, Date32Array, Float64Array, Int64Array, StringArray,
};
use datafusion::arrow::datatypes::{DataType, Date32Type, Int64Type};
use datafusion::error::DataFusionError;

use super::kept::Kept;
use super::label::Label;
use super::learnt::{self, Evidence, Example, Learnt};
use super::reader::{Reader, TextReading};
use crate::engine::{Rows, made};

/// A text somebody wrote, with its place.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Said {
    text_id: String,
    source_table: Option<String>,
    source_id: Option<String>,
    account_id: Option<String>,
    contact_id: Option<String>,
    said_on: Option<i32>,
    text: String,
    themed: bool,
    source_file: Option<String>,
    source_line: Option<i64>,
}

/// What the texts of a dataset say, as tables.
#[derive(Debug)]
pub(crate) struct TextTables {
    /// One row per text.
    pub(crate) scores: Rows,
    /// One row per text and theme.
    pub(crate) themes: Rows,
    /// One row per source of texts: which scorer, on what evidence.
    pub(crate) methods: Rows,
}

impl Said {
    /// The texts in the rows of [`super::Sources::query`].
    pub(crate) fn of(rows: &Rows) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        let mut seen: BTreeMap<String, u32> = BTreeMap::new();
        for batch in &rows.batches {
            let texts = |name: &str, row: usize| text_at(batch.column_by_name(name)?.as_ref(), row);
            for row in 0..batch.num_rows() {
                let (Some(mut text_id), Some(text)) = (texts("text_id", row), texts("text", row)) else {
                    continue;
                };
                // Two systems may give two tickets one number.
                let times = seen.entry(text_id.clone()).or_default();
                *times += 1;
                if *times > 1 {
                    text_id = format!("{text_id}#{times}");
                }
                let number = |name: &str| {
                    let column = batch.column_by_name(name)?.as_primitive_opt::<Int64Type>()?;
                    (!column.is_null(row)).then(|| column.value(row))
                };
                let day = || {
                    let column = batch.column_by_name("said_on")?.as_primitive_opt::<Date32Type>()?;
                    (!column.is_null(row)).then(|| column.value(row))
                };
                let themed = || Some(batch.column_by_name("themed")?.as_boolean_opt()?.value(row));
                found.push(Self {
                    text_id,
                    source_table: texts("source_table", row),
                    source_id: texts("source_id", row),
                    account_id: texts("account_id", row),
                    contact_id: texts("contact_id", row),
                    said_on: day(),
                    text,
                    themed: themed().unwrap_or_default(),
                    source_file: texts("source_file", row),
                    source_line: number("source_line"),
                });
            }
        }
        found
    }

    /// The source the text comes from: `tickets.subject`.
    fn source(&self) -> &str {
        self.text_id.split_once(':').map_or("", |(source, _)| source)
    }
}

fn text_at(column: &dyn Array, row: usize) -> Option<String> {
    if column.is_null(row) {
        return None;
    }
    let plain = column.as_string_opt::<i32>().map(|it| it.value(row));
    plain.or_else(|| column.as_string_view_opt().map(|it| it.value(row))).map(str::to_owned)
}

/// One text's score by the method in use.
struct Scored<'a> {
    said: &'a Said,
    reading: &'a TextReading,
    score: Option<f64>,
    span: Option<String>,
    label: Label,
    method: Option<&'static str>,
}

impl TextTables {
    /// Scores `said`. `ratings` (text_id, is_positive) are the labels known on the engine's day; `kept` are readings made
    /// earlier, to which those that are missing are added.
    pub(crate) fn make(
        said: &[Said],
        ratings: &Rows,
        reader: &Reader,
        mut kept: Kept,
    ) -> Result<Self, DataFusionError> {
        kept.complete(said.iter().map(|it| it.text.as_str()), reader);
        let labels = labels(ratings);
        let sources: BTreeSet<&str> = said.iter().map(Said::source).collect();
        let mut scored = Vec::with_capacity(said.len());
        let mut methods = Vec::new();
        for source in sources {
            let own: Vec<&Said> = said.iter().filter(|it| it.source() == source).collect();
            let (model, evidence) = learnt::learn(&examples(&own, &labels, &kept));
            let mut known: BTreeMap<&str, (Option<f64>, Option<String>)> = BTreeMap::new();
            for it in own {
                let Some(reading) = kept.get(&it.text) else { continue };
                let (score, span) = match &model {
                    None => (reading.cold, reading.span.clone()),
                    Some(model) => known
                        .entry(&it.text)
                        .or_insert_with(|| by_model(model, &it.text, reading, reader))
                        .clone(),
                };
                let label = if model.is_some() { learnt::word(score) } else { Label::of(score) };
                let method = score.map(|_| if model.is_some() { "learnt" } else { "cold" });
                scored.push(Scored { said: it, reading, score, span, label, method });
            }
            methods.push((source.to_owned(), model.is_some(), evidence));
        }
        scored.sort_by(|a, b| a.said.text_id.cmp(&b.said.text_id));
        Ok(Self {
            scores: scores_table(&scored)?,
            themes: themes_table(&scored, reader)?,
            methods: methods_table(&methods)?,
        })
    }
}

fn by_model(
    model: &Learnt,
    text: &str,
    reading: &TextReading,
    reader: &Reader,
) -> (Option<f64>, Option<String>) {
    let score = model.score(text, reading.cold);
    (score, score.map(|score| model.span(text, score, |part| reader.read(part).cold)))
}

/// Positive and negative labels by text id.
fn labels(ratings: &Rows) -> BTreeMap<String, bool> {
    let mut found = BTreeMap::new();
    for batch in &ratings.batches {
        let (Some(ids), Some(values)) = (
            batch.column_by_name("text_id"),
            batch.column_by_name("is_positive").and_then(|it| it.as_boolean_opt()),
        ) else {
            continue;
        };
        for row in 0..batch.num_rows() {
            if let Some(id) = text_at(ids.as_ref(), row).filter(|_| !values.is_null(row)) {
                found.insert(id, values.value(row));
            }
        }
    }
    found
}

/// The labelled texts of one source, each text once.
fn examples(said: &[&Said], labels: &BTreeMap<String, bool>, kept: &Kept) -> Vec<Example> {
    let mut found: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
    for it in said {
        match labels.get(&it.text_id) {
            Some(true) => found.entry(&it.text).or_default().0 += 1,
            Some(false) => found.entry(&it.text).or_default().1 += 1,
            None => {}
        }
    }
    found
        .into_iter()
        .map(|(text, (positive, negative))| Example {
            text: text.to_owned(),
            cold: kept.get(text).and_then(|it| it.cold),
            positive,
            negative,
        })
        .collect()
}

fn texts<T: AsRef<str>>(values: impl Iterator<Item = Option<T>>) -> ArrayRef {
    Arc::new(values.collect::<StringArray>())
}

fn scores_table(rows: &[Scored<'_>]) -> Result<Rows, DataFusionError> {
    made(
        &[
            ("text_id", DataType::Utf8),
            ("source_table", DataType::Utf8),
            ("source_id", DataType::Utf8),
            ("account_id", DataType::Utf8),
            ("contact_id", DataType::Utf8),
            ("said_on", DataType::Date32),
            ("text", DataType::Utf8),
            ("span", DataType::Utf8),
            ("label", DataType::Utf8),
            ("score", DataType::Float64),
            ("cold", DataType::Float64),
            ("method", DataType::Utf8),
            ("themed", DataType::Boolean),
            ("source_file", DataType::Utf8),
            ("source_line", DataType::Int64),
        ],
        vec![
            texts(rows.iter().map(|it| Some(&it.said.text_id))),
            texts(rows.iter().map(|it| it.said.source_table.as_ref())),
            texts(rows.iter().map(|it| it.said.source_id.as_ref())),
            texts(rows.iter().map(|it| it.said.account_id.as_ref())),
            texts(rows.iter().map(|it| it.said.contact_id.as_ref())),
            Arc::new(rows.iter().map(|it| it.said.said_on).collect::<Date32Array>()),
            texts(rows.iter().map(|it| Some(&it.said.text))),
            texts(rows.iter().map(|it| it.span.as_ref())),
            texts(rows.iter().map(|it| Some(it.label.word()))),
            Arc::new(rows.iter().map(|it| it.score).collect::<Float64Array>()),
            Arc::new(rows.iter().map(|it| it.reading.cold).collect::<Float64Array>()),
            texts(rows.iter().map(|it| it.method)),
            Arc::new(rows.iter().map(|it| Some(it.said.themed)).collect::<BooleanArray>()),
            texts(rows.iter().map(|it| it.said.source_file.as_ref())),
            Arc::new(rows.iter().map(|it| it.said.source_line).collect::<Int64Array>()),
        ],
    )
}

fn themes_table(rows: &[Scored<'_>], reader: &Reader) -> Result<Rows, DataFusionError> {
    let titles: BTreeMap<&str, &str> =
        reader.taxonomy().themes().map(|theme| (theme.id.as_str(), theme.title.as_str())).collect();
    let mentions: Vec<_> = rows
        .iter()
        .filter(|it| it.said.themed)
        .flat_map(|it| it.reading.themes.iter().map(move |mention| (it.said, mention)))
        .collect();
    made(
        &[
            ("text_id", DataType::Utf8),
            ("account_id", DataType::Utf8),
            ("said_on", DataType::Date32),
            ("theme", DataType::Utf8),
            ("title", DataType::Utf8),
            ("verbatim", DataType::Utf8),
        ],
        vec![
            texts(mentions.iter().map(|(said, _)| Some(&said.text_id))),
            texts(mentions.iter().map(|(said, _)| said.account_id.as_ref())),
            Arc::new(mentions.iter().map(|(said, _)| said.said_on).collect::<Date32Array>()),
            texts(mentions.iter().map(|(_, mention)| Some(&mention.theme))),
            texts(mentions.iter().map(|(_, mention)| titles.get(mention.theme.as_str()))),
            texts(mentions.iter().map(|(_, mention)| Some(&mention.verbatim))),
        ],
    )
}

fn methods_table(rows: &[(String, bool, Evidence)]) -> Result<Rows, DataFusionError> {
    let count = |value: usize| i64::try_from(value).unwrap_or(i64::MAX);
    made(
        &[
            ("source", DataType::Utf8),
            ("method", DataType::Utf8),
            ("labels", DataType::Int64),
            ("texts", DataType::Int64),
            ("positive", DataType::Int64),
            ("negative", DataType::Int64),
            ("auc_cold", DataType::Float64),
            ("auc_learnt", DataType::Float64),
            ("reason", DataType::Utf8),
        ],
        vec![
            texts(rows.iter().map(|(source, ..)| Some(source))),
            texts(rows.iter().map(|(_, learnt, _)| Some(if *learnt { "learnt" } else { "cold" }))),
            Arc::new(Int64Array::from_iter_values(rows.iter().map(|(.., it)| i64::from(it.labels)))),
            Arc::new(Int64Array::from_iter_values(rows.iter().map(|(.., it)| count(it.texts)))),
            Arc::new(Int64Array::from_iter_values(rows.iter().map(|(.., it)| i64::from(it.positive)))),
            Arc::new(Int64Array::from_iter_values(rows.iter().map(|(.., it)| i64::from(it.negative)))),
            Arc::new(rows.iter().map(|(.., it)| it.auc_cold).collect::<Float64Array>()),
            Arc::new(rows.iter().map(|(.., it)| it.auc_learnt).collect::<Float64Array>()),
            texts(rows.iter().map(|(.., it)| Some(&it.reason))),
        ],
    )
}
